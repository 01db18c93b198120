// Which test proves which statement: a test has the ids in its name, `[c:4.1-length 4.1-controls]`; a mark in the name of a group counts for its tests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Every suite that proves something: a map from its name to the ids in its source. */
export function markedSuites() {
  const suites = [...FILES].map(([name, file]) => [name, idsIn(readFileSync(join(FOLDER, file), 'utf8'))]);
  return new Map(suites.filter(([, ids]) => ids.length > 0));
}
