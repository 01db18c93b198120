// Runs the suites of one kind (tests/suites.json) and ends with one PASS or FAIL line with its figures: node verdict.mjs KIND [--seed n]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUITES, suitesOf } from '../suites.mjs';
import { commit } from './javascript/harness/commit.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const python = join(here, '../../build/clients-venv/bin/python');
const commandOf = (file) => (file.endsWith('.py') ? [python, '-B', file] : [process.execPath, '--test-reporter=tap', file]);

const kind = process.argv[2];
const suites = suitesOf(kind);
if (suites.length === 0) {
  console.error(`Which suites? One of: ${[...new Set(SUITES.flatMap(({ kinds = [] }) => kinds))].join(', ')}`);
  process.exit(2);
}
const seedAt = process.argv.indexOf('--seed');
const seed = seedAt > 0 ? process.argv[seedAt + 1] : (process.env.SEED ?? '1');

let passed = 0;
let failed = 0;
const figures = [];
for (const { name, folder, file, env } of suites) {
  const [program, ...words] = commandOf(file);
  const run = spawnSync(program, words, {
    cwd: join(here, '..', folder), encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ...env, SEED: seed },
  });
  const count = countOf(`${run.stdout}\n${run.stderr}`, run.status);
  passed += count.passed;
  failed += count.failed;
  console.log(`${count.failed === 0 ? 'passed' : 'FAILED'}  ${name}: ${count.passed} passed, ${count.failed} failed`);
  if (count.failed > 0) console.log(run.stdout + run.stderr);
  for (const figure of run.stdout.matchAll(/^(?:# )?(?:validation|security|bad-input|turn|replacing|cutover): (.*)$/gm)) figures.push(`${name}: ${figure[1]}`);
}
const line = [`${passed} passed`, `${failed} failed`, ...figures, versions(), `seed ${seed}`, `commit ${commit()}`].filter(Boolean).join('; ');
console.log(`${failed === 0 && passed > 0 ? 'PASS' : 'FAIL'} ${kind}: ${line}`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** Reads node's TAP summary or the last lines of unittest. A suite that fails without a count counts as one failure. */
function countOf(output, status) {
  const tap = /^# pass (\d+)$[\s\S]*?^# fail (\d+)$[\s\S]*?^# cancelled (\d+)$/m.exec(output);
  if (tap) {
    const bad = Number(tap[2]) + Number(tap[3]);
    return { passed: Number(tap[1]), failed: bad === 0 && status !== 0 ? 1 : bad };
  }
  const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0);
  const bad = [...output.matchAll(/(?:failures|errors)=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
  if (ran === 0) return { passed: 0, failed: 1 };
  return { passed: Math.max(0, ran - bad), failed: bad === 0 && status !== 0 ? 1 : bad };
}

function versions() {
  if (kind !== 'clients') return '';
  const pinned = JSON.parse(readFileSync(join(here, 'javascript/package.json'), 'utf8')).dependencies['socket.io-client'];
  const requirements = readFileSync(join(here, 'python/requirements.txt'), 'utf8');
  return `socket.io-client ${pinned}, python-socketio ${/python-socketio==(\S+)/.exec(requirements)[1]}`;
}
