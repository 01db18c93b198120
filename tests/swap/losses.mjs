// Losses of documents that nobody meant as deletions: a dropped collection, a TTL index, a bulk deletion. Parley keeps the messages and names the loss.
import assert from 'node:assert/strict';
import { get, store } from '../clients/javascript/harness/rest.mjs';
import { delay, until } from '../clients/javascript/harness/wait.mjs';
import { settle, viewsOf } from './views.mjs';
import { mirror, World } from './world.mjs';

const WINDOW_MS = 3000;  // longer than the time within which deletions count as simultaneous

const messages = (world) => world.database.collection('chatmessages');

async function sessionWithTexts(world, count) {
  const session = await world.book();
  await world.appointments.join(session);
  const stored = await Promise.all(Array.from({ length: count }, (_, index) => store(world.parley, session.people.doctor, session.sessionId, `text ${index}`)));
  for (const answer of stored) assert.equal(answer.status, 201, answer.text);
  await until(async () => (await messages(world).countDocuments({ sessionId: session.sessionId })) === count, 'the mirror has every text');
  return session;
}

async function linesOf(world, session) {
  const { pages, log } = await viewsOf(world, session);
  assert.deepEqual(pages, [log, log]);
  return log;
}

/** `texts`: how many the session has. `lose` destroys documents, and `heal` removes the cause. `named` matches the report on a replica set. */
const LOSSES = {
  drop: { texts: 300, named: /did a drop/, lose: (world) => messages(world).drop() },
  bulk: { texts: 300, named: /at one time/, lose: (world, { sessionId }) => messages(world).deleteMany({ sessionId, message: /[02468]$/ }) },
  // So few documents that only the index distinguishes them from single deletions.
  TTL: {
    texts: 3, named: /TTL index/,
    lose: async (world, _session, kind) => {
      const there = await messages(world).countDocuments();
      const named = await lossesNamed(world);
      await messages(world).createIndex({ timestamp: 1 }, { name: 'of-an-operator', expireAfterSeconds: 1 });
      await until(async () => (await messages(world).countDocuments()) === 0, 'the TTL index has removed everything', 90_000);
      // The index explains a deletion only while it exists.
      if (kind === 'replica set') await until(async () => (await lossesNamed(world)) >= named + there, 'every removed document is counted as a loss', 60_000);
    },
    heal: (world) => messages(world).dropIndex('of-an-operator'),
  },
};

async function lossesNamed(world) {
  return Number(/^parley_store_foreign_losses_total (\d+)/m.exec((await get(world.parley, '/metrics')).text)[1]);
}

async function isNamed(world, named, said) {
  await until(() => named.test(world.parley.output.slice(said)), `the log names the loss (${named})`);
  await until(async () => named.test((await get(world.parley, '/ready')).text), `/ready names the loss (${named})`);
}

/** After a loss, a single deletion still counts as a deletion. */
async function deletionStillCounts(world) {
  await delay(WINDOW_MS);
  const other = await sessionWithTexts(world, 10);
  const [first, ...rest] = await linesOf(world, other);
  assert.equal(await world.appointments.removeMessage(first.slice(0, 24)), true);
  await settle(world, other, { expected: ({ pages }) => assert.deepEqual(pages[0], rest, 'a single deletion is taken') });
}

async function erasesNothing(world, kind, { texts, named, lose, heal = () => {} }) {
  const session = await sessionWithTexts(world, texts);
  const before = await linesOf(world, session);
  const said = world.parley.output.length;
  await lose(world, session, kind);
  if (kind === 'replica set') await isNamed(world, named, said);
  await heal(world);
  if (kind === 'replica set') await deletionStillCounts(world);
  assert.deepEqual(await linesOf(world, session), before, 'every text is there');
  await world.parley.restart();
  assert.deepEqual(await linesOf(world, session), before, 'every text is there after a restart');
  await mirror(world);
  await settle(world, session, { expected: ({ documents }) => assert.deepEqual(documents, before, '`parley mirror` writes them again') });
}

/** Returns how many losses were tried. On a standalone nothing tells Parley, so it reports nothing. */
export async function losses(mongod, { kind, say }) {
  const world = await World.start(mongod);
  try {
    for (const [name, loss] of Object.entries(LOSSES)) {
      await erasesNothing(world, kind, loss).catch((error) => {
        error.message = `${name} of chatmessages (${kind}): ${error.message}`;
        throw error;
      });
      say(`passed  ${kind}: ${name} of chatmessages erases nothing`);
    }
  } finally {
    await world.stop();
  }
  return Object.keys(LOSSES).length;
}
