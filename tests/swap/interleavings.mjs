// Many interleavings on one database, several at a time. Parley is killed during some of them.
import { delay } from '../clients/javascript/harness/wait.mjs';
import { Random } from '../torture/random.mjs';
import { Interleaving } from './interleaving.mjs';
import { applyDeletions, World } from './world.mjs';

const AT_ONCE = 20;

/** The facts that Parley can learn from each kind of database. On a standalone Parley compares every 30 s, so `patienceMs` is longer. */
export const HOW = {
  'replica set': { patienceMs: 20_000, hasChangeStream: true },
  standalone: { patienceMs: 60_000, hasChangeStream: false },
};

/** `rounds`: the numbers of the rounds. Returns figures. The first round that fails throws an error with its number. */
export async function interleave(mongod, { kind, rounds, seed, reopen }) {
  const world = await World.start(mongod, { args: ['--reopen', reopen] });
  const figures = { interleavings: 0, operations: 0, kills: 0, applied: 0 };
  try {
    for (let at = 0; at < rounds.length; at += AT_ONCE) await batch(world, rounds.slice(at, at + AT_ONCE), { kind, seed, reopen, figures });
  } finally {
    await world.stop();
  }
  return figures;
}

async function batch(world, rounds, { kind, seed, reopen, figures }) {
  const random = new Random(seed * 1009 + rounds[0]);
  const all = await Promise.all(rounds.map((round) => Interleaving.make(world, { seed: seed * 1_000_003 + round, how: { ...HOW[kind], reopen } })));
  const named = (work) => everyone(all.map((each, index) => work(each).catch(async (error) => {
    console.error(`interleaving ${rounds[index]}: ${error.stack}\n${await each.describe()}`);
    throw new Error(`interleaving ${rounds[index]} (seed ${seed}, ${kind}): ${error.message}`);
  })));
  const killsBefore = figures.kills;
  await everyone([named((each) => each.play()), killParley(world, random, figures)]);
  for (const each of all) each.wasKilled = figures.kills > killsBefore;
  await named((each) => each.judge());
  if (kind === 'standalone') {
    figures.applied += await applyDeletions(world);
    await named((each) => each.judgeDeletions());
  }
  figures.interleavings += rounds.length;
  for (const each of all) for (const [name, count] of Object.entries(each.figures)) figures[name] = (figures[name] ?? 0) + count;
}

/** Waits for all of them and throws the first failure. */
async function everyone(works) {
  const failed = (await Promise.allSettled(works)).filter(({ status }) => status === 'rejected');
  if (failed.length > 0) throw failed[0].reason;
}

/** Kills Parley in the middle of some batches. */
async function killParley(world, random, figures) {
  if (!random.chance(0.5)) return;
  await delay(random.between(20, 300));
  await world.parley.restart();
  figures.kills += 1;
}
