// Which test proves which statement: a test has the ids in its name, `[c:4.1-length 4.1-controls]`; a mark in the name of a group counts for its tests.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const MARK = /\s*\[c:([^\]]*)\]/g;

/** The ids in a text, each once. */
export function idsIn(text) {
  return [...new Set([...text.matchAll(MARK)].flatMap((match) => match[1].trim().split(/\s+/)))];
}

export function withoutMarks(text) {
  return text.replace(MARK, '');
}

/** Every suite that proves something: a map from its name to the ids in its source. */
export function markedSuites() {
  const suites = new Map();
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.test.mjs')).sort()) {
    const ids = idsIn(readFileSync(join(FOLDER, file), 'utf8'));
    if (ids.length > 0) suites.set(basename(file, '.test.mjs'), ids);
  }
  return suites;
}
