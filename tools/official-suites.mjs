// Runs the official Engine.IO v4 and Socket.IO v5 protocol suites, unchanged, several times in a row against examples/protocol_echo. Ends
// with one PASS or FAIL line. The suites are in no registry and not in this repository: download the folder `docs` of the public
// Socket.IO repository and pass it.
//   node tools/official-suites.mjs --echo build/release/examples/protocol_echo --suites DIR [--work build/official-suites] [--runs 3]
// The suites use port 3000 of localhost, which must be free. The version of ws is fixed: other versions may deliver two frames in one tick, and
// the suites, which wait for one event after the other, would miss the second.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commit } from '../tests/clients/javascript/harness/commit.mjs';

const SUITES = [
  { name: 'Engine.IO', folder: 'engine.io-protocol/v4-test-suite', testsLeast: 24 },  // suites grow; fewer tests mean an incomplete suite
  { name: 'Socket.IO', folder: 'socket.io-protocol/v5-test-suite', testsLeast: 32 },
];
const PACKAGES = { mocha: '9.2.2', chai: '4.3.6', 'chai-string': '1.5.0', 'node-fetch': '3.2.0', ws: '8.16.0' };
const PORT = 3000;
const RUN_LIMIT_MS = 120_000;

const { values: options } = parseArgs({
  options: { echo: { type: 'string' }, suites: { type: 'string' }, work: { type: 'string', default: 'build/official-suites' }, runs: { type: 'string', default: '3' } },
});
if (!options.echo || !options.suites || SUITES.some(({ folder }) => !existsSync(join(options.suites, folder, 'test-suite.js')))) {
  console.error(`usage: official-suites.mjs --echo PROGRAM --suites DIR, where DIR has ${SUITES.map(({ folder }) => `${folder}/test-suite.js`).join(' and ')}`);
  process.exit(2);
}
const work = resolve(options.work);
const runs = Number(options.runs);

install();
const echo = await startEcho();
const failures = [];
const counts = new Map(SUITES.map(({ name }) => [name, []]));
for (let run = 1; run <= runs; run += 1) for (const suite of SUITES) runSuite(suite, run);
echo.kill();
const passed = failures.length === 0;
const figures = SUITES.map(({ name }) => `${name} ${counts.get(name).join(' ')} (${fingerprint(name)})`);
for (const failure of failures) console.log(`FAILED  ${failure}`);
console.log(`${passed ? 'PASS' : 'FAIL'} official-suites: ${figures.join('; ')}; ws ${PACKAGES.ws}; commit ${commit()}`);
process.exit(passed ? 0 : 1);

/** Installs the unchanged suites with packages of fixed versions. */
function install() {
  const wanted = JSON.stringify({ private: true, dependencies: PACKAGES }, null, 2);
  const stamp = join(work, 'node_modules/.installed-for');
  mkdirSync(work, { recursive: true });
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    writeFileSync(join(work, 'package.json'), wanted);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
    writeFileSync(stamp, wanted);
  }
  for (const { folder } of SUITES) {
    rmSync(join(work, folder), { recursive: true, force: true });
    for (const file of ['test-suite.js', 'node-imports.js', 'package.json']) cpSync(join(options.suites, folder, file), join(work, folder, file));
  }
}

async function startEcho() {
  const child = spawn(resolve(options.echo), ['--port', String(PORT)], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill());
  await new Promise((listening, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`protocol_echo ended with ${code}; is port ${PORT} free?`)));
    child.stdout.once('data', listening);
  });
  return child;
}

function runSuite({ name, folder, testsLeast }, run) {
  const mocha = join(work, 'node_modules/mocha/bin/mocha');
  const done = spawnSync(process.execPath, [mocha, '--exit', '--reporter', 'json', 'test-suite.js'], { cwd: join(work, folder), encoding: 'utf8', timeout: RUN_LIMIT_MS });
  const begin = done.stdout.indexOf('{');
  const { stats, failures: failed } = begin < 0 ? { stats: { passes: 0, tests: 0 }, failures: [] } : JSON.parse(done.stdout.slice(begin));
  counts.get(name).push(`${stats.passes}/${stats.tests}`);
  for (const { fullTitle, err } of failed) failures.push(`run ${run} of ${name}: ${fullTitle}: ${err.message}`);
  if (stats.tests < testsLeast) failures.push(`run ${run} of ${name}: only ${stats.tests} tests`);
  if (failed.length === 0 && (done.status !== 0 || stats.passes !== stats.tests)) {
    failures.push(`run ${run} of ${name}: ended with ${done.status ?? done.signal}, ${stats.passes} of ${stats.tests} passed\n${done.stderr}`);
  }
  console.log(`run ${run}  ${name}: ${stats.passes} of ${stats.tests}`);
}

/** The version of the suite that was run. */
function fingerprint(name) {
  const { folder } = SUITES.find((suite) => suite.name === name);
  return `sha256 ${createHash('sha256').update(readFileSync(join(work, folder, 'test-suite.js'))).digest('hex').slice(0, 12)}`;
}
