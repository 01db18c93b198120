// Many interleavings at one database, several at a time, with Parley and mongod killed in the middle of some of them.
import { delay } from '../clients/javascript/harness/wait.mjs';
import { Random } from '../torture/random.mjs';
import { Interleaving } from './interleaving.mjs';
import { applyDeletions, World } from './world.mjs';

const AT_ONCE = 20;

/** What a database can tell Parley. `patienceMs` on a standalone is more than the 30 s after which Parley compares. */
export const HOW = {
  'replica set': { patienceMs: 20_000, hasChangeStream: true },
  standalone: { patienceMs: 60_000, hasChangeStream: false },
};

/** `rounds`: their numbers. Gives figures; the first round that fails throws, with its number. */
export async function interleave(mongod, { kind, rounds, seed, reopen }) {
  const world = await World.start(mongod, { args: ['--reopen', reopen] });
  const figures = { interleavings: 0, kills: 0, elections: 0, applied: 0 };
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
  const named = (work) => Promise.all(all.map((each, index) => work(each).catch((error) => {
    error.message = `interleaving ${rounds[index]} (seed ${seed}, ${kind}): ${error.message}`;
    throw error;
  })));
  await Promise.all([named((each) => each.play()), disturb(world, random, figures)]);
  await named((each) => each.judge());
  if (kind === 'standalone') {
    figures.applied += await applyDeletions(world);
    await named((each) => each.judgeDeletions());
  }
  figures.interleavings += rounds.length;
  for (const each of all) for (const [name, count] of Object.entries(each.figures)) figures[name] = (figures[name] ?? 0) + count;
}

async function disturb(world, random, figures) {
  if (random.chance(0.5)) {
    await delay(random.between(20, 300));
    await world.parley.restart();
    figures.kills += 1;
  }
  if (world.mongod.size > 1 && random.chance(0.3)) {
    const primary = await world.mongod.primary();
    await world.mongod.kill(primary);
    await world.mongod.startAgain(primary);
    await world.mongod.whole();
    figures.elections += 1;
  }
}
