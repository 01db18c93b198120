// `make swap`: the app's backend stays in service beside Parley, on one database, with the guide's nginx in front. Ends with one PASS or FAIL line.
// node swap.mjs [--seed N] [--rounds N] [--members N] [--only standalone|replica] [--parts browsers,races,losses,interleavings] [--checks REGEX]
import { commit } from '../clients/javascript/harness/commit.mjs';
import { inBrowsers } from './browsers.mjs';
import { interleave } from './interleavings.mjs';
import { losses } from './losses.mjs';
import { races } from './races.mjs';
import { startDatabase } from './world.mjs';

const flag = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const seed = Number(flag('seed', '1'));
const rounds = Number(flag('rounds', '200'));
const parts = flag('parts', 'browsers,races,losses,interleavings').split(',');
const checks = new RegExp(flag('checks', ''));
const KINDS = [['replica set', Number(flag('members', '3'))], ['standalone', 0]].filter(([kind]) => kind.startsWith(flag('only', '')));
const say = (text) => console.log(text);

const total = { checks: 0, races: 0, losses: 0, interleavings: 0, operations: 0, texts: 0, deletedByBackend: 0, deletedByParley: 0, kills: 0 };
function count(figures) {
  for (const [name, number] of Object.entries(figures)) total[name] = (total[name] ?? 0) + number;
}

const PARTS = {
  browsers: async (mongod, kind) => count({ checks: await inBrowsers(mongod, { kind, checks, say }) }),
  races: async (mongod, kind) => count({ races: await races(mongod, { kind, say }) }),
  losses: async (mongod, kind) => count({ losses: await losses(mongod, { kind, say }) }),
  interleavings: async (mongod, kind) => {
    const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
    const half = Math.ceil(rounds / 2);
    for (const [reopen, share] of [['join', numbers.slice(0, half)], ['creator', numbers.slice(half)]]) {
      const figures = await interleave(mongod, { kind, rounds: share, seed, reopen });
      count(figures);
      say(`passed  ${kind}: ${figures.interleavings} interleavings with --reopen ${reopen}, ${figures.operations} operations`);
    }
  },
};

async function onKind([kind, members]) {
  const mongod = await startDatabase({ members });
  try {
    for (const part of parts) await PARTS[part](mongod, kind);
  } finally {
    await mongod.stop();
  }
}

function verdict(failure) {
  const figures = [KINDS.map(([kind]) => kind).join(' and '), `${total.checks} checks in two browsers`, `${total.races} joins that raced with the change of a document`, `${total.losses} losses that erased nothing`,
    `${total.interleavings} interleavings with ${total.operations} operations, ${total.texts} texts, ${total.deletedByBackend} deletions by the app's backend and ${total.deletedByParley} by Parley`,
    `${total.kills} kills of Parley in the middle of them`, `seed ${seed}`, `commit ${commit()}`].join('; ');
  if (!failure) return `PASS swap: ${figures}`;
  return `FAIL swap: ${failure.message.split('\n')[0]}; replay: make swap SEED=${seed} ROUNDS=${rounds}; ${figures}`;
}

let failure = null;
try {
  for (const kind of KINDS) await onKind(kind);
} catch (error) {
  failure = error;
  console.error(error.stack);
}
console.log(verdict(failure));
process.exit(failure ? 1 : 0);
