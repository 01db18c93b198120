// Which test proves which statement: a test has the ids in its name, `[c:4.1-length 4.1-controls]`; a mark in the name of a group counts for its tests.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUITES } from '../../../suites.mjs';

export const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const MARK = /\s*\[c:([^\]]*)\]/g;

/** The ids in a text, each once. */
export function idsIn(text) {
  return [...new Set([...text.matchAll(MARK)].flatMap((match) => match[1].trim().split(/\s+/)))];
}

export function withoutMarks(text) {
  return text.replace(MARK, '');
}

/** Name of a suite → its file in FOLDER, by name. The tests of this tool are no proof of the contract. */
export const FILES = new Map(SUITES.filter(({ folder, file }) => folder === 'clients/javascript' && /^(?!coverage\/).*\.test\.mjs$/.test(file))
  .map(({ name, file }) => [name, file]).sort());

const PART = /^import '(\.\/[^']+)';$/gm;

/** The text of a suite and of its parts. A part is a module with tests that the file imports without a name: `import './ids/users.mjs';`. */
function sourceOf(path) {
  const text = readFileSync(path, 'utf8');
  return [text, ...[...text.matchAll(PART)].map(([, part]) => sourceOf(join(dirname(path), part)))].join('\n');
}

/** Every suite that proves something: a map from its name to the ids in its source. */
export function markedSuites() {
  const suites = [...FILES].map(([name, file]) => [name, idsIn(sourceOf(join(FOLDER, file)))]);
  return new Map(suites.filter(([, ids]) => ids.length > 0));
}
