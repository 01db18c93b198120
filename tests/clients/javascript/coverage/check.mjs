// Checks that the contract, the names of the tests, the committed table and the mutations fit together. Needs no server. `make contract` calls `faultsOfNames` first.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readContract } from './contract.mjs';
import { FOLDER, markedSuites } from './marks.mjs';
import { ENGINE_MUTATIONS } from './engine-mutations.mjs';
import { MUTATIONS } from './mutations.mjs';
import { NOT_YET } from './not-yet.mjs';
import { asInPage, countsOf, PAGE, readPage } from './table.mjs';

export function faultsOfNames(contract, suites, notYet = NOT_YET) {
  const known = new Set(contract.statements.map(({ id }) => id));
  const marked = new Set([...suites.values()].flat());
  const faults = [...contract.faults];
  for (const [suite, ids] of suites) {
    for (const id of ids) if (!known.has(id)) faults.push(`the suite ${suite} names ${id}, which the contract does not have`);
  }
  for (const id of Object.keys(notYet)) {
    if (!known.has(id)) faults.push(`not-yet.mjs names ${id}, which the contract does not have`);
    if (marked.has(id)) faults.push(`${id} is called not yet, but a test proves it`);
  }
  for (const id of known) if (!marked.has(id) && !Object.hasOwn(notYet, id)) faults.push(`no test names ${id}`);
  return faults;
}

export function faultsOfPage({ statements }, suites, page) {
  const faults = [];
  if (page.counts !== countsOf(statements)) faults.push(`the page says “${page.counts}”; the contract has ${countsOf(statements)}`);
  const inPage = page.rows.map(({ id }) => id).join(' ');
  if (inPage !== statements.map(({ id }) => id).join(' ')) faults.push('the page has other ids, or another order, than the contract');
  const statementOf = new Map(statements.map((statement) => [statement.id, statement]));
  for (const { id, target, words, suite, result } of page.rows) {
    const statement = statementOf.get(id);
    if (!statement) continue;
    if (target !== id || words !== asInPage(statement.words)) faults.push(`${id}: the contract now says “${statement.words}”`);
    if (result === 'not yet' && Object.hasOwn(NOT_YET, id)) continue;
    if (result !== 'passed') faults.push(`${id}: the page says ${result}`);
    else if (!suites.get(suite)?.includes(id)) faults.push(`${id}: the suite ${suite} does not name it`);
  }
  return faults;
}

const SOURCES = join(FOLDER, '../../../src');

/** The contract must have the statement that a mutation breaks. */
export function faultsOfMutations({ statements }, mutations = MUTATIONS, sources = SOURCES) {
  const known = new Set(statements.map(({ id }) => id));
  const unknown = mutations.filter(({ breaks }) => !known.has(breaks));
  return [...unknown.map(({ breaks, what }) => `mutations.mjs: “${what}” breaks ${breaks}, which the contract does not have`), ...faultsOfPlaces('mutations.mjs', mutations, sources)];
}

/** The text that a mutation replaces must be in the file exactly once. */
export function faultsOfPlaces(list, mutations, sources = SOURCES) {
  return mutations.flatMap(({ what, file, find }) => {
    const path = join(sources, file);
    const count = existsSync(path) ? readFileSync(path, 'utf8').split(find).length - 1 : 0;
    return count === 1 ? [] : [`${list}: the text that “${what}” replaces is ${count} times in ${file}; write it anew for the text that is there now`];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const contract = readContract();
  const suites = markedSuites();
  const faults = [...faultsOfNames(contract, suites), ...faultsOfMutations(contract), ...faultsOfPlaces('engine-mutations.mjs', ENGINE_MUTATIONS)];
  if (existsSync(PAGE)) faults.push(...faultsOfPage(contract, suites, readPage()));
  else faults.push('there is no docs/operations/contract-coverage.md');
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) console.log('`make contract` runs the suites and writes the page anew.');
  console.log(`${faults.length === 0 ? 'ok' : 'not ok'}: ${contract.statements.length} statements, ${suites.size} suites, ${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}
