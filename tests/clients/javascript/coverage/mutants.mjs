// `make mutants`: builds the server with one mistake of mutations.mjs at a time, in a copy of the tree, and runs the suites until one notices it.
// A mutant that survives shows that a test is missing. node mutants.mjs [--seed n] [--count 40] [--only <part of id or words>] [--list]
import { join } from 'node:path';
import { markedSuites } from './marks.mjs';
import { drawn, MutantTree } from './mutant-tree.mjs';
import { MUTATIONS } from './mutations.mjs';
import { runSuite } from './run-suite.mjs';
import { commit } from '../harness/commit.mjs';

const SUITE_LIMIT_MS = 180_000;
const SLOW = ['bad-input', 'contract-time'];  // slow suites run last, unless they name the statement

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : otherwise;
};
const seed = option('seed', process.env.SEED || '1');
const only = option('only');
const suites = markedSuites();
const chosen = choose();
if (process.argv.includes('--list')) {
  for (const each of chosen) console.log(`${each.breaks}  ${each.what}  (${each.file})`);
  process.exit(0);
}

function choose() {
  if (only) return MUTATIONS.filter((each) => `${each.breaks} ${each.what}`.includes(only));
  return drawn(MUTATIONS, seed, Number(option('count', '40')));
}

const tree = new MutantTree('tree', { folders: ['src', 'web', 'cmake', 'examples', 'bench', 'tools'], tests: 'OFF' });
const PARLEY = join(tree.build_folder, 'parley');

/** Returns the first failure of a suite, or nothing. With `pattern` only tests with matching names run. */
async function failureOf(suite, pattern) {
  let failed;
  const run = await runSuite(suite, {
    parley: PARLEY, seed, only: pattern, limitMs: SUITE_LIMIT_MS,
    onTest: (test) => {
      if (test.result === 'failed') failed ??= test;
      return failed !== undefined;
    },
  });
  if (failed) return `${suite}: ${failed.path.join(' › ')}`;
  return run.status === 0 && run.ended === 'by itself' ? undefined : `${suite}: it ended badly (${run.ended})`;
}

/** Runs the tests that name the statement first, then their whole suites, then all other suites. */
async function whoNotices({ breaks }) {
  const naming = [...suites.keys()].filter((suite) => suites.get(suite).includes(breaks));
  const others = [...suites.keys()].filter((suite) => !naming.includes(suite));
  const pattern = `c:(?:[^\\]]* )?${breaks.replace(/[.]/g, '\\.')}[ \\]]`;
  const last = (list) => [...list.filter((suite) => !SLOW.includes(suite)), ...list.filter((suite) => SLOW.includes(suite))];
  for (const suite of last(naming)) {
    const noticed = await failureOf(suite, pattern);
    if (noticed) return noticed;
  }
  for (const suite of [...last(naming), ...last(others)]) {
    const noticed = await failureOf(suite) && await failureOf(suite);  // twice, because it may be chance
    if (noticed) return `${noticed} (by another test than those of the statement)`;
  }
  return undefined;
}

async function judge(mutation) {
  const broken = tree.faultOfBuild('parley');
  if (broken) return { verdict: 'NOT BUILT', detail: broken };
  const noticed = await whoNotices(mutation);
  return noticed ? { verdict: 'caught', detail: noticed } : { verdict: 'SURVIVED', detail: 'no suite noticed' };
}

const broken = tree.faultOfBuild('parley');
if (broken) throw new Error(broken);
const faults = [];
if (!only) {
  // Without a mistake everything must pass. Otherwise a failure would prove nothing.
  for (const suite of suites.keys()) {
    const failure = await failureOf(suite);
    if (failure) faults.push(`without a mutation: ${failure}`);
  }
}
let caught = 0;
for (const [index, mutation] of (faults.length > 0 ? [] : chosen).entries()) {
  const { verdict, detail } = await tree.with(mutation, judge);
  if (verdict === 'caught') caught += 1;
  console.log(`${String(index + 1).padStart(3)}  ${verdict.padEnd(9)} ${mutation.breaks}: ${mutation.what} (${mutation.file})  –  ${detail}`);
}
tree.faultOfBuild('parley');
for (const fault of faults) console.log(fault);
const passed = faults.length === 0 && chosen.length > 0 && caught === chosen.length;
console.log(`${passed ? 'PASS' : 'FAIL'} mutants: ${caught} of ${chosen.length} caught; seed ${seed}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
