// The list of suites, tests/suites.json, for programs in JavaScript. Its `about` explains the fields.
import { readFileSync } from 'node:fs';

export const SUITES = JSON.parse(readFileSync(new URL('suites.json', import.meta.url), 'utf8')).suites;

/** Every suite of one kind: [{name, folder, file, env}]. The kind `mongodb` also has the suites that run on both stores. */
export function suitesOf(kind) {
  const listed = SUITES.filter(({ kinds = [] }) => kinds.includes(kind));
  const again = kind === 'mongodb' ? SUITES.filter((suite) => suite.also_on_mongodb) : [];
  return [...listed, ...again.map((suite) => ({ ...suite, name: `${suite.name} on MongoDB`, env: { PARLEY_STORE: 'mongodb' } }))];
}
