// docs/operations/contract-coverage.md: each statement of the contract, the test that proves it, and its result. It has no times, so it is stable.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withoutMarks } from './marks.mjs';
import { NOT_YET } from './not-yet.mjs';

export const PAGE = fileURLToPath(new URL('../../../../docs/operations/contract-coverage.md', import.meta.url));
const PROOF_MAX = 110;
const cell = (text) => text.replace(/\|/g, '\\|').replace(/</g, '&lt;');

/** Returns one row: {id, words, proof, result}. `tests` are those with the id, each with the name of its suite. */
export function rowOf({ id, words }, tests) {
  if (Object.hasOwn(NOT_YET, id)) return { id, words, proof: NOT_YET[id], result: 'not yet' };
  if (tests.length === 0) return { id, words, proof: '', result: 'GAP' };
  const { suite, path } = tests[0];
  const name = withoutMarks(path.join(' › ')).replace(/\s+/g, ' ').trim();
  const shown = name.length <= PROOF_MAX ? name : `${name.slice(0, PROOF_MAX)}…`;
  const more = tests.length > 1 ? ` (and ${tests.length - 1} more)` : '';
  return { id, words, proof: `${suite}: ${shown}${more}`, result: resultOf(tests) };
}

/** Every test with the id must pass. A skipped test proves nothing and refutes nothing. */
function resultOf(tests) {
  if (tests.some(({ result }) => result === 'failed')) return 'failed';
  return tests.some(({ result }) => result === 'passed') ? 'passed' : 'skipped';
}

export function countsOf(statements) {
  const of = (kind) => statements.filter((each) => each.kind === kind).length;
  const notYet = statements.filter(({ id }) => Object.hasOwn(NOT_YET, id)).length;
  return `${statements.length} rows: ${of('table row')} table rows, ${of('must differ')} of **Must differ**, ${of('statement')} other statements; ${notYet} not yet`;
}

export function pageOf(statements, rows) {
  const lines = rows.map(({ id, words, proof, result }) => `| [${id}](../api-contract.md#c:${id}) | ${cell(words)} | ${cell(proof)} | ${result} |`);
  return `# What proves the contract

Made by \`make contract\`, which runs the suites of \`tests/clients/javascript\` against a server over sockets; do not edit. Each statement of the
[contract](../api-contract.md) has an id there, and each test carries the ids it proves in its name, as \`[c:4.1-length]\`. Of several tests the first is named;
all must pass. \`make mutants\` breaks the server in small ways and sees to it that these suites notice.

${countsOf(statements)}.

| id | statement | test | result |
|---|---|---|---|
${lines.join('\n')}
`;
}

/** Reads the committed page: {counts, rows: [{id, words, suite, result}]}; words as in the page. */
export function readPage(text = readFileSync(PAGE, 'utf8')) {
  const rows = [...text.matchAll(/^\| \[([^\]]+)\]\(\.\.\/api-contract\.md#c:([^)]+)\) \| (.*?) \| (.*?) \| ([a-zA-Z ]+) \|$/gm)]
    .map(([, id, target, words, proof, result]) => ({ id, target, words, proof, suite: proof.split(':')[0], result }));
  return { counts: /^(\d+ rows: .*)\.$/m.exec(text)?.[1], rows };
}

export const asInPage = cell;
