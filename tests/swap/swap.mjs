// `make swap`: the app's backend stays in service beside Parley, on one database, behind the nginx of the guide. Ends in one PASS or FAIL line.
// node swap.mjs [--seed N] [--rounds N] [--members N] [--only standalone|replica] [--parts browsers,losses,interleavings] [--checks REGEX]
import { commit } from '../clients/javascript/harness/commit.mjs';
import { inBrowsers } from './browsers.mjs';
import { interleave } from './interleavings.mjs';
import { losses } from './losses.mjs';
import { startDatabase } from './world.mjs';

const flag = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const seed = Number(flag('seed', '1'));
const rounds = Number(flag('rounds', '200'));
const members = Number(flag('members', '3'));
const only = flag('only', '');
const checks = new RegExp(flag('checks', ''));
const parts = flag('parts', 'browsers,losses,interleavings').split(',');
const KINDS = { 'replica set': members, standalone: 0 };
const say = (text) => console.log(text);
const total = { browsers: 0, losses: 0 };

const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
const half = Math.ceil(rounds / 2);
/** Half of them each with both ways to reopen. */
const shares = [['join', numbers.slice(0, half)], ['creator', numbers.slice(half)]];

async function onKind(kind) {
  const mongod = await startDatabase({ members: KINDS[kind] });
  try {
    if (parts.includes('browsers')) total.browsers += await inBrowsers(mongod, { kind, checks, say });
    if (parts.includes('losses')) total.losses += await losses(mongod, { kind, say });
    if (!parts.includes('interleavings')) return;
    for (const [reopen, share] of shares) {
      const figures = await interleave(mongod, { kind, rounds: share, seed, reopen });
      for (const [name, count] of Object.entries(figures)) total[name] = (total[name] ?? 0) + count;
      say(`passed  ${kind}: ${figures.interleavings} interleavings with --reopen ${reopen}, ${figures.operations ?? 0} operations`);
    }
  } finally {
    await mongod.stop();
  }
}

let failure = null;
try {
  for (const kind of Object.keys(KINDS)) if (kind.startsWith(only)) await onKind(kind);
} catch (error) {
  failure = error;
  console.error(error.stack);
}
const figures = [`${total.browsers} checks in two browsers`, `${total.losses} losses that erased nothing`, `${total.interleavings ?? 0} interleavings`,
  `${total.operations ?? 0} operations`, `${total.texts ?? 0} texts`, `${total.deletedByBackend ?? 0} deleted by the app's backend`, `${total.deletedByParley ?? 0} by Parley`,
  `${total.kills ?? 0} kills of Parley`, `${total.elections ?? 0} of a primary`, `seed ${seed}`, `commit ${commit()}`].join('; ');
console.log(failure ? `FAIL swap: ${failure.message.split('\n')[0]}; replay: make swap SEED=${seed} ROUNDS=${rounds}; ${figures}` : `PASS swap: replica set and standalone; ${figures}`);
process.exit(failure ? 1 : 0);
