// Reads docs/api-contract.md as a list of statements. Each follows an anchor, `<a id="c:4.1-length"></a>`, which is invisible and can be linked to.
// It stays valid when lines are added around it. Every table row and every **Must differ** has one, and so has each further observable outcome.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const CONTRACT = fileURLToPath(new URL('../../../../docs/api-contract.md', import.meta.url));
const ANCHOR = /<a id="c:([^"]*)"><\/a>/g;
const ID = /^\d+(?:\.\d+)?-[a-z0-9]+(?:-[a-z0-9]+)*$/;
const WORDS_MAX = 64;

/** Returns {statements: [{id, kind: 'table row' | 'must differ' | 'statement', words}], faults: [text]}, in the order of the document. */
export function readContract(text = readFileSync(CONTRACT, 'utf8')) {
  const begin = text.indexOf('\n## 1.');  // the text before section 1 explains the words, **Must differ** among them
  if (begin < 0) return { statements: [], faults: ['there is no section 1'] };
  const body = text.slice(begin);
  const faults = [...withoutId(body), ...misplaced(body)];
  const statements = [...body.matchAll(ANCHOR)].map((match) => statementAt(body, match));
  const seen = new Set();
  for (const { id } of statements) {
    if (!ID.test(id)) faults.push(`the id ${id} is not of the form <section>-<words>`);
    if (seen.has(id)) faults.push(`the id ${id} stands twice`);
    seen.add(id);
  }
  return { statements, faults };
}

function statementAt(body, match) {
  const before = body.slice(0, match.index);
  const after = body.slice(match.index + match[0].length);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const kind = before.endsWith('**Must differ**') ? 'must differ' : line === '| ' ? 'table row' : 'statement';
  return { id: match[1], kind, words: firstWords(after) };
}

/** Plain text up to the end of the statement, without markup and further anchors. */
function firstWords(after) {
  const end = after.search(/<a id=|\n\n|\n- |\n\d\. |\n\|/);
  const plain = after.slice(0, end < 0 ? undefined : end).replace(/[`*]/g, '').replace(/\s+/g, ' ').replace(/^[\s:,;→—|]+/, '').replace(/[\s:,;|]+$/, '');
  return plain.length <= WORDS_MAX ? plain : `${plain.slice(0, WORDS_MAX).replace(/\s\S*$/, '')} …`;
}

function withoutId(body) {
  const faults = [];
  for (const [index, line] of body.split('\n').entries()) {
    const isHead = /^\|\s*-{3}/.test(body.split('\n')[index + 1] ?? '');
    if (line.startsWith('|') && !/^\|\s*-{3}/.test(line) && !isHead && !line.includes('<a id="c:')) faults.push(`a table row has no id: ${line.slice(0, 60)}`);
  }
  for (const match of body.matchAll(/\*\*Must differ\*\*(?!<a id="c:)/g)) {
    faults.push(`a **Must differ** has no id: ${body.slice(match.index, match.index + 60).replace(/\n/g, ' ')}`);
  }
  return faults;
}

/** An anchor inside of code would be visible. An anchor in another notation would be missed. */
function misplaced(body) {
  const faults = [];
  for (const block of body.split(/\n(?=\n|- |\|)/)) {
    for (const match of block.matchAll(/<a id="?c:/g)) {
      const before = block.slice(0, match.index);
      if ((before.match(/`/g) ?? []).length % 2 > 0) faults.push(`an anchor stands inside of code: ${block.slice(match.index, match.index + 50)}`);
      if (block.slice(match.index).search(ANCHOR) !== 0) faults.push(`an anchor is not well written: ${block.slice(match.index, match.index + 50)}`);
    }
  }
  return faults;
}
