// `make mutants-engine`: builds the test programs with one mistake of engine-mutations.mjs at a time, until one of them notices it.
// A mutant that survives shows that a test is missing. node engine-mutants.mjs [--seed n] [--count 30] [--only <part of file or words>] [--list]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ENGINE_MUTATIONS } from './engine-mutations.mjs';
import { drawn, MutantTree } from './mutant-tree.mjs';
import { commit } from '../harness/commit.mjs';

const LIMIT_MS = 600_000;  // of one test program
const CAUGHT_MIN = 0.95;

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : otherwise;
};
const seed = option('seed', process.env.SEED || '1');
const only = option('only');
const chosen = only ? ENGINE_MUTATIONS.filter((each) => `${each.file} ${each.what}`.includes(only)) : drawn(ENGINE_MUTATIONS, seed, Number(option('count', '30')));
if (process.argv.includes('--list')) {
  for (const each of chosen) console.log(`${each.what}  (${each.file})`);
  process.exit(0);
}

const tree = new MutantTree('engine-tree', { folders: ['src', 'web', 'cmake', 'examples', 'bench', 'tools', 'tests', 'docs', 'packaging'], tests: 'ON' });

/** The first failed test of the program, or nothing. */
function failureOf(program) {
  const run = spawnSync(join(tree.build_folder, 'tests', program), ['--gtest_brief=1'], { cwd: tree.build_folder, encoding: 'utf8', maxBuffer: 1 << 28, timeout: LIMIT_MS });
  if (run.status === 0) return undefined;
  const failed = /\[ {2}FAILED {2}\] (\S+)/.exec(run.stdout);
  return `${program}: ${failed ? failed[1] : `it ended with ${run.signal ?? `status ${run.status}`}`}`;
}

function judge({ tests }) {
  for (const program of tests) {
    const broken = tree.faultOfBuild(program);
    if (broken) return { verdict: 'NOT BUILT', detail: broken };
    const noticed = failureOf(program);
    if (noticed) return { verdict: 'caught', detail: noticed };
  }
  return { verdict: 'SURVIVED', detail: `${tests.join(', ')} did not notice` };
}

// Without a mistake everything must pass. Otherwise a failure would prove nothing.
const faults = [...new Set(chosen.flatMap(({ tests }) => tests))].flatMap((program) => {
  const fault = tree.faultOfBuild(program) ?? failureOf(program);
  return fault ? [`without a mutation: ${fault}`] : [];
});
let caught = 0;
for (const [index, mutation] of (faults.length > 0 ? [] : chosen).entries()) {
  const { verdict, detail } = await tree.with(mutation, judge);
  if (verdict === 'caught') caught += 1;
  console.log(`${String(index + 1).padStart(3)}  ${verdict.padEnd(9)} ${mutation.what} (${mutation.file}): ${detail}`);
}
for (const fault of faults) console.log(fault);
const passed = faults.length === 0 && chosen.length > 0 && caught >= CAUGHT_MIN * chosen.length;
console.log(`${passed ? 'PASS' : 'FAIL'} mutants-engine: ${caught} of ${chosen.length} caught; seed ${seed}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
