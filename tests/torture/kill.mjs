// kill -9 under load, reopen, compare: node kill.mjs [--rounds 50] [--seed n]
//
// Real socket.io clients (WebSocket and long polling) and REST senders talk in several sessions. At a random moment the server is killed,
// sometimes a second time while it opens. Then it is started on the same data, and the ledgers are compared with its history.
// Prints one PASS or FAIL line. On FAIL the data stays in the folder that the line names.
import { parseArgs } from 'node:util';
import { page } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { makeSession } from '../clients/javascript/harness/session.mjs';
import { delay } from '../clients/javascript/harness/wait.mjs';
import { Ledger } from './ledger.mjs';
import { Random } from './random.mjs';
import { RestSender, SocketSender } from './senders.mjs';
import { commit } from '../clients/javascript/harness/commit.mjs';

const SESSIONS = 4;             // that talk in one round
const SESSION_LIVES_ROUNDS = 8; // then a new one replaces it; the old one is compared once more at the end
const KILL_AFTER_MS = [40, 500];

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? process.env.SEED ?? Date.now() % 1_000_000_000);
const random = new Random(seed);

/** Reads every page, oldest first. */
async function history(server, { doctor, sessionId }) {
  const messages = [];
  for (let number = 1; ; number += 1) {
    const answer = await page(server, doctor, sessionId, `?limit=1000&page=${number}`);
    if (answer.status !== 200) throw new Error(`the history of ${sessionId} is not served: ${answer.status} ${answer.text}`);
    messages.unshift(...answer.body.messages);
    if (!answer.body.pagination.hasMore) return messages;
  }
}

async function compare(server, calls) {
  for (const call of calls) call.ledger.compare(await history(server, call));
}

function sendersOf(call, round) {
  const common = { random, round };
  return [
    new SocketSender(call, call.doctor, { ...common, transport: 'websocket' }),
    new SocketSender(call, call.patient, { ...common, transport: call.patientTransport }),
    new RestSender(call, call.patient, common),
    new RestSender(call, call.doctor, common),
  ];
}

async function playRound(server, calls, round) {
  const senders = calls.flatMap((call) => sendersOf(call, round));
  await Promise.all(senders.map((sender) => sender.start(server)));
  for (const sender of senders) sender.run();
  await delay(random.between(...KILL_AFTER_MS));
  await server.kill();
  await Promise.all(senders.map((sender) => sender.stop()));
  if (random.chance(0.15)) await server.stumble(random.between(0, 40));
  await server.restart();
  await compare(server, calls);
}

async function play(server, everyCall) {
  let calls = [];
  for (let round = 1; round <= rounds; round += 1) {
    calls = calls.filter((call) => round - call.bornIn < SESSION_LIVES_ROUNDS);
    while (calls.length < SESSIONS) {
      const call = await makeSession(server);
      Object.assign(call, { ledger: new Ledger(), bornIn: round - random.between(0, SESSION_LIVES_ROUNDS - 2) });
      call.patientTransport = random.pick(['websocket', 'polling', 'upgrade']);
      calls.push(call);
      everyCall.push(call);
    }
    await playRound(server, calls, round);
    if (everyCall.some((call) => call.ledger.problems.length > 0)) return round;
  }
  await compare(server, everyCall);
  return rounds;
}

const everyCall = [];
const server = await Server.start();
let played = 0;
let failure = '';
try {
  played = await play(server, everyCall);
} catch (error) {
  failure = `${error.stack}\n${server.output.slice(-3000)}`;
}
const problems = everyCall.flatMap((call) => call.ledger.problems);
const promised = everyCall.reduce((sum, call) => sum + call.ledger.promisedCount, 0);
const passed = !failure && problems.length === 0 && played === rounds && promised > 0;
for (const problem of problems.slice(0, 20)) console.error(problem);
if (failure) console.error(failure);
console.log(`${passed ? 'PASS' : 'FAIL'} torture-kill: ${played} of ${rounds} rounds, ${everyCall.length} sessions, ${promised} messages shown before a kill, ` +
  `${problems.length} missing, doubled or reordered; seed ${seed}, commit ${commit()}${passed ? '' : `, data ${server.folder}`}`);
if (passed) await server.dispose();
else if (server.alive) await server.kill();
process.exit(passed ? 0 : 1);
