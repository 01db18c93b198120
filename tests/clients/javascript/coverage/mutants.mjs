// `make mutants`: builds the server with one mistake of mutations.mjs at a time, in a copy of the tree, and runs the suites until one notices it.
// A mutant that survives shows that a test is missing. node mutants.mjs [--seed n] [--count 40] [--only <part of id or words>] [--list]
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDER, markedSuites } from './marks.mjs';
import { MUTATIONS } from './mutations.mjs';
import { runSuite } from './run-suite.mjs';
import { commit } from '../harness/commit.mjs';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const TREE = join(ROOT, 'build/mutants/tree');
const BUILD = join(TREE, 'build/release');
const PARLEY = join(BUILD, 'parley');
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

/** The same seed gives the same mutations in the same order. */
function choose() {
  if (only) return MUTATIONS.filter((each) => `${each.breaks} ${each.what}`.includes(only));
  const key = (each) => createHash('sha256').update(`${seed}:${each.file}:${each.what}`).digest('hex');
  return MUTATIONS.map((each) => [key(each), each]).sort().map(([, each]) => each).slice(0, Number(option('count', '40')));
}

function prepareTree() {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0').filter(Boolean);
  const wanted = new Set(files.filter((file) => /^(src|web|cmake|examples|bench|tools|CMake)/.test(file) && existsSync(join(ROOT, file))));
  const list = join(TREE, 'files.json');
  for (const file of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) if (!wanted.has(file)) rmSync(join(TREE, file), { force: true });
  for (const file of wanted) {
    const [from, to] = [join(ROOT, file), join(TREE, file)];
    if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) continue;  // the file keeps its time, so nothing is built again
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    if (file.startsWith('web/')) utimesSync(to, statSync(from).atime, statSync(from).mtime);  // the time keeps the packages from being fetched again
  }
  writeFileSync(list, JSON.stringify([...wanted]));
  const modules = join(TREE, 'web/demo/node_modules');
  if (!existsSync(modules)) symlinkSync(join(ROOT, 'web/demo/node_modules'), modules);
  const configured = spawnSync('cmake', ['--preset', 'release', '-DPARLEY_TESTS=OFF'], { cwd: TREE, encoding: 'utf8' });
  if (configured.status !== 0) throw new Error(`cmake: ${configured.stdout}${configured.stderr}`);
}

function build() {
  const env = { ...process.env, CCACHE_BASEDIR: TREE, CCACHE_NOHASHDIR: '1' };
  const built = spawnSync('cmake', ['--build', BUILD, '--target', 'parley'], { encoding: 'utf8', env, maxBuffer: 1 << 26 });
  return built.status === 0 ? undefined : built.stdout.slice(-3000) + built.stderr.slice(-1000);
}

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
  const path = join(TREE, 'src', mutation.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutation.find).length !== 2) return { verdict: 'STALE', detail: `what it replaces does not stand once in ${mutation.file}` };
  writeFileSync(path, source.replace(mutation.find, () => mutation.replace));
  try {
    const broken = build();
    if (broken) return { verdict: 'NOT BUILT', detail: broken };
    const noticed = await whoNotices(mutation);
    return noticed ? { verdict: 'caught', detail: noticed } : { verdict: 'SURVIVED', detail: 'no suite noticed' };
  } finally {
    writeFileSync(path, source);
  }
}

prepareTree();
const broken = build();
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
  const { verdict, detail } = await judge(mutation);
  if (verdict === 'caught') caught += 1;
  console.log(`${String(index + 1).padStart(3)}  ${verdict.padEnd(9)} ${mutation.breaks}: ${mutation.what} (${mutation.file})  –  ${detail}`);
}
build();
for (const fault of faults) console.log(fault);
const passed = faults.length === 0 && chosen.length > 0 && caught === chosen.length;
console.log(`${passed ? 'PASS' : 'FAIL'} mutants: ${caught} of ${chosen.length} caught; seed ${seed}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
