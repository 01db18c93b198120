// Tests of the coverage tool: it reports each kind of fault.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOfMutations, faultsOfNames, faultsOfPage } from './check.mjs';
import { readContract } from './contract.mjs';
import { idsIn, withoutMarks } from './marks.mjs';
import { pageOf, readPage, rowOf } from './table.mjs';

const CONTRACT = `A line marked **Must differ** says so.

## 1. First
| situation | body |
|---|---|
| <a id="c:1.1-none"></a>no \`token\` | x |
| <a id="c:1.1-some"></a>some | y |

Earlier 500. **Must differ**<a id="c:1.2-differs"></a>: 400, not 500.
- <a id="c:1.3-more"></a>Another outcome.
`;
const faultsWith = (from, to) => readContract(CONTRACT.replace(from, to)).faults;

test('statements come in order, each with its kind and first words', () => {
  const { statements, faults } = readContract(CONTRACT);
  assert.deepEqual(faults, []);
  assert.deepEqual(statements, [
    { id: '1.1-none', kind: 'table row', words: 'no token | x' }, { id: '1.1-some', kind: 'table row', words: 'some | y' },
    { id: '1.2-differs', kind: 'must differ', words: '400, not 500.' }, { id: '1.3-more', kind: 'statement', words: 'Another outcome.' },
  ]);
});

test('a row, or a Must differ, without an id is refused', () => {
  assert.match(faultsWith('<a id="c:1.1-some"></a>', '')[0], /^a table row has no id: \| some/);
  assert.match(faultsWith('<a id="c:1.2-differs"></a>', '')[0], /^a \*\*Must differ\*\* has no id/);
});

test('an id that stands twice, is malformed, or stands in code is refused', () => {
  assert.deepEqual(faultsWith('c:1.1-some', 'c:1.1-none'), ['the id 1.1-none stands twice']);
  assert.deepEqual(faultsWith('c:1.1-some', 'c:Some'), ['the id Some is not of the form <section>-<words>']);
  assert.match(faultsWith('no `token`', 'no `<a id="c:1.1-x"></a>token`')[0], /^an anchor stands inside of code/);
  assert.match(faultsWith('<a id="c:1.3-more"></a>', '<a id=c:1.3-more></a>')[0], /^an anchor is not well written/);
});

test('a mark for what is not in the contract, a statement without a test, and a proven “not yet” are refused', () => {
  const contract = readContract(CONTRACT);
  const all = contract.statements.map(({ id }) => id);
  assert.deepEqual(faultsOfNames(contract, new Map([['s', all]]), {}), []);
  assert.deepEqual(faultsOfNames(contract, new Map([['s', [...all, '9-x']]]), {}), ['the suite s names 9-x, which the contract does not have']);
  assert.deepEqual(faultsOfNames(contract, new Map([['s', all.slice(1)]]), {}), ['no test names 1.1-none']);
  assert.deepEqual(faultsOfNames(contract, new Map([['s', all]]), { '1.3-more': 'later' }), ['1.3-more is called not yet, but a test proves it']);
});

test('a page that is of another contract, or shows a failure, is refused', () => {
  const contract = readContract(CONTRACT);
  const suites = new Map([['s', contract.statements.map(({ id }) => id)]]);
  const tests = [{ suite: 's', path: ['group', 'name [c:1.1-none]'], result: 'passed' }];
  const rows = contract.statements.map((statement) => rowOf(statement, tests));
  assert.deepEqual(faultsOfPage(contract, suites, readPage(pageOf(contract.statements, rows))), []);
  const failed = contract.statements.map((statement) => rowOf(statement, [...tests, { ...tests[0], result: 'failed' }]));
  assert.equal(faultsOfPage(contract, suites, readPage(pageOf(contract.statements, failed))).length, 4);
  const other = readContract(CONTRACT.replace('Another outcome', 'A changed outcome'));
  assert.deepEqual(faultsOfPage(other, suites, readPage(pageOf(contract.statements, rows))), ['1.3-more: the contract now says “A changed outcome.”']);
});

test('a skipped test proves nothing, a gap is a gap, and marks are not shown', () => {
  const statement = { id: '1.1-none', words: 'x' };
  assert.equal(rowOf(statement, []).result, 'GAP');
  assert.equal(rowOf(statement, [{ suite: 's', path: ['p'], result: 'skipped' }]).result, 'skipped');
  assert.deepEqual(idsIn('a [c:1.1-none 2-b] › b [c:2-b]'), ['1.1-none', '2-b']);
  assert.equal(withoutMarks('a [c:1.1-none 2-b] › b [c:2-b]'), 'a › b');
});

test('a mutation that no longer finds its place is refused', () => {
  const contract = readContract(CONTRACT);
  const [stale] = faultsOfMutations(contract, [{ breaks: '1.1-none', what: 'w', file: 'main/main.cpp', find: 'no such text', replace: '' }]);
  assert.match(stale, /is 0 times in main\/main\.cpp/);
  assert.match(faultsOfMutations(contract, [{ breaks: '9-x', what: 'w', file: 'main/main.cpp', find: 'int main(', replace: '' }])[0], /breaks 9-x/);
});
