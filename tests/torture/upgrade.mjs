// Upgrade under load: a thousand clients go from long polling to WebSocket while messages go to all of them, and each of them sends as well.
//   node upgrade.mjs [--clients 1000] [--deliveries 5000] [--rounds 1] [--seed n] [--any-rate]
// Rooms have ten sockets. All join before the first message, so each must receive exactly the messages that the session has stored:
// nothing lost, doubled or out of order. Every send is acknowledged, and the messages of one sender are stored in the order sent.
// With `--any-rate` the rate of deliveries is not judged.
import { parseArgs } from 'node:util';
import { get } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { makeSession } from '../clients/javascript/harness/session.mjs';
import { delay, within } from '../clients/javascript/harness/wait.mjs';
import { RawClient } from './raw_client.mjs';
import { Random } from './random.mjs';
import { commit } from '../clients/javascript/harness/commit.mjs';

const ROOM = 10;
const TICK_MS = 10;
const BEFORE_MS = 2_000;   // on polling
const DURING_MS = 5_000;   // upgrades begin, evenly in random order
const HOLD_MS = 200;       // at most, for a client between the probe and `5`; messages for it wait in the server meanwhile
const AFTER_MS = 2_000;    // on WebSocket
const AHEAD = 1.04;        // offers more than demanded, because timers run late
const LIMIT_MS = 60_000;

const { values: options } = parseArgs({
  options: { clients: { type: 'string', default: '1000' }, deliveries: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '1' }, seed: { type: 'string' }, 'any-rate': { type: 'boolean' } },
});
const clientsWanted = Number(options.clients);
const deliveriesWanted = Number(options.deliveries);
const seed = Number(options.seed ?? process.env.SEED ?? Date.now() % 1_000_000);
const random = new Random(seed);

/** Runs `work` on `count` items at a time. */
async function inBatches(items, count, work) {
  for (let at = 0; at < items.length; at += count) await Promise.all(items.slice(at, at + count).map(work));
}

async function gather(server) {
  const rooms = [];
  for (let index = 0; index < clientsWanted / ROOM; index += 1) rooms.push({ ...(await makeSession(server)), sent: [] });
  const members = rooms.flatMap((room) => Array.from({ length: ROOM }, (_, index) => ({ room, who: index % 2 ? room.patient : room.doctor, client: new RawClient(server.port) })));
  await inBatches(members, 50, async ({ room, who, client }) => {
    await client.connect(who.token);
    const joined = await client.ask('join-session', { sessionId: room.sessionId });
    if (!joined.success) throw new Error(joined.error);
  });
  return { rooms, members };
}

/** Sends at an even rate until it is stopped. Returns the promises of all acknowledgements. */
function traffic(members) {
  const perTick = (deliveriesWanted * AHEAD * TICK_MS) / 1000 / ROOM;
  const acks = [];
  const started = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - started) / TICK_MS) * perTick; sent < due; sent += 1) {
      const index = random.between(0, members.length - 1);
      const { room, client } = members[index];
      const message = `${index}:${room.sent.length}`;
      room.sent.push(message);
      acks.push(within(client.ask('chat-message', { sessionId: room.sessionId, message }), 'an acknowledgement').catch((error) => ({ success: false, error })));
    }
  }, TICK_MS);
  return { acks, stop: () => clearInterval(timer) };
}

const heardBy = (members) => members.reduce((sum, { client }) => sum + client.heard.filter(({ name }) => name === 'chat-message').length, 0);

/** Describes how one member's list differs from the stored one. */
function compare(heard, stored) {
  const place = new Map(stored.map((text, index) => [text, index]));
  const seen = new Set(heard);
  let reordered = 0;
  for (let index = 1; index < heard.length; index += 1) if (place.get(heard[index]) < place.get(heard[index - 1])) reordered += 1;
  return { lost: stored.filter((text) => !seen.has(text)).length, doubled: heard.length - seen.size, reordered, foreign: heard.filter((text) => !place.has(text)).length };
}

async function round() {
  const server = await Server.start();
  const totals = { lost: 0, doubled: 0, reordered: 0, foreign: 0, unacknowledged: 0, misplaced: 0, messages: 0, heard: 0, sentUpgrading: 0, upgraded: 0 };
  try {
    const { rooms, members } = await gather(server);
    const load = traffic(members);
    await delay(BEFORE_MS);
    const heardBefore = heardBy(members);
    const began = performance.now();
    const upgrades = members.map(async ({ client }) => {
      await delay(random.between(0, DURING_MS));
      await client.upgrade(() => delay(random.between(0, HOLD_MS)));
      totals.upgraded += 1;
    });
    await within(Promise.all(upgrades), 'all upgrades', LIMIT_MS);
    totals.seconds = (performance.now() - began) / 1000;
    totals.rate = Math.round((heardBy(members) - heardBefore) / totals.seconds);
    await delay(AFTER_MS);
    load.stop();
    const answers = await Promise.all(load.acks);
    // Each socket sends a last message. Its acknowledgement comes after every message sent to it before.
    await inBatches(members, 100, ({ room, client }) => within(client.ask('join-session', { sessionId: room.sessionId }), 'the last acknowledgement').catch((error) => answers.push({ success: false, error })));
    totals.unacknowledged = answers.filter(({ success }) => !success).length;
    await inBatches(rooms, 10, (room) => judge(server, room, members, totals));
  } finally {
    await server.dispose();
  }
  return totals;
}

async function judge(server, room, members, totals) {
  const listing = await get(server, `/api/chat/session/${room.sessionId}?limit=1000`, { token: room.doctor.token });
  const stored = listing.body.messages.map(({ message }) => message);
  totals.messages += room.sent.length;
  totals.lost += room.sent.filter((text) => !stored.includes(text)).length;
  totals.doubled += stored.length - new Set(stored).size;
  for (const member of members.filter((each) => each.room === room)) {
    const heard = member.client.heard.filter(({ name }) => name === 'chat-message');
    const difference = compare(heard.map(({ payload }) => payload.message), stored);
    for (const key of ['lost', 'doubled', 'reordered', 'foreign']) totals[key] += difference[key];
    const own = `${members.indexOf(member)}:`;
    const numbers = stored.filter((text) => text.startsWith(own)).map((text) => Number(text.slice(own.length)));
    totals.misplaced += numbers.filter((number, index) => index > 0 && number < numbers[index - 1]).length;
    totals.heard += heard.length;
    totals.sentUpgrading += member.client.sentWhileUpgrading;
    member.client.close();
  }
}

const all = [];
let failure;
try {
  for (let index = 0; index < Number(options.rounds); index += 1) all.push(await round());
} catch (error) {
  failure = error;
  console.error(error);
}
const sum = (key) => all.reduce((total, one) => total + one[key], 0);
const clean = ['lost', 'doubled', 'reordered', 'foreign', 'unacknowledged', 'misplaced'].every((key) => sum(key) === 0);
const fast = options['any-rate'] || all.every(({ rate }) => rate >= deliveriesWanted);
const passed = !failure && all.length > 0 && clean && fast && sum('upgraded') === clientsWanted * all.length && sum('heard') === sum('messages') * ROOM;
console.log(`${passed ? 'PASS' : 'FAIL'} upgrade-load: ${failure ? `${failure.message}; ` : ''}${sum('upgraded')} upgrades in ${all.length} rounds while ${all.map(({ rate, seconds }) => `${rate} deliveries/s went out (${seconds.toFixed(1)} s)`).join(', ')}; ` +
  `${sum('messages')} messages, ${sum('heard')} heard: ${sum('lost')} lost, ${sum('doubled')} doubled, ${sum('reordered')} reordered, ${sum('foreign')} foreign, ${sum('unacknowledged')} without a good ack, ` +
  `${sum('misplaced')} out of their sender's order; ${sum('sentUpgrading')} sent inside an upgrade; seed ${seed}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
