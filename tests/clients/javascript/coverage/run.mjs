// `make contract`: runs every suite that proves statements of docs/api-contract.md, writes docs/operations/contract-coverage.md, and ends with one line.
// node run.mjs [--seed n]; PARLEY names the server.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { faultsOfNames } from './check.mjs';
import { readContract } from './contract.mjs';
import { FOLDER, markedSuites } from './marks.mjs';
import { NOT_YET } from './not-yet.mjs';
import { runSuite } from './run-suite.mjs';
import { PAGE, pageOf, rowOf } from './table.mjs';
import { commit } from '../harness/commit.mjs';

const seedAt = process.argv.indexOf('--seed');
const seed = seedAt > 0 ? process.argv[seedAt + 1] : (process.env.SEED || '1');
const parley = resolve(process.env.PARLEY ?? `${FOLDER}/../../../build/release/parley`);

const contract = readContract();
const suites = markedSuites();
const faults = faultsOfNames(contract, suites);
const tests = [];
for (const suite of suites.keys()) {
  const run = await runSuite(suite, { parley, seed });
  const bad = run.tests.filter(({ result }) => result === 'failed');
  console.log(`${bad.length === 0 && run.status === 0 ? 'passed' : 'FAILED'}  ${suite}: ${run.tests.length - bad.length} passed, ${bad.length} failed`);
  for (const { path, error } of bad) faults.push(`${suite}: ${path.join(' › ')} failed: ${error}`);
  if (bad.length === 0 && (run.status !== 0 || run.ended !== 'by itself')) faults.push(`${suite} ended badly (${run.ended}):\n${run.output}`);
  tests.push(...run.tests.filter(({ group }) => !group).map((test) => ({ ...test, suite })));
}

const rows = contract.statements.map((statement) => rowOf(statement, tests.filter(({ ids }) => ids.includes(statement.id))));
for (const { id, result } of rows) if (result !== 'passed' && result !== 'not yet') faults.push(`${id}: ${result}`);
writeFileSync(PAGE, pageOf(contract.statements, rows));
for (const fault of faults) console.log(fault);
for (const [id, reason] of Object.entries(NOT_YET)) console.log(`not yet  ${id}: ${reason}`);

const proving = tests.filter(({ ids }) => ids.length > 0).length;
const reasons = [...new Set(Object.values(NOT_YET).map((reason) => reason.split(':')[0]))].join('; ');
const figures = [`${rows.length} rows`, `${proving} tests`, `${Object.keys(NOT_YET).length} not yet${reasons && ` (${reasons})`}`, `${faults.length} faults`].join(', ');
console.log(`${faults.length === 0 ? 'PASS' : 'FAIL'} contract: ${figures}; seed ${seed}; commit ${commit()}`);
process.exit(faults.length === 0 ? 0 : 1);
