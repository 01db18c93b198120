// Two Parley processes on one database that both write the same sessions: node two-nodes.mjs [--sessions 16] [--seconds 5] [--seed n]
//
// REST senders, each with its own line of messages, store into sessions. In one phase each session is written through one node, in the other through
// both, so that they meet at every place of the log. There is no relay between nodes yet, so rooms on the other node receive nothing at once. Both
// phases are measured in one run, in alternating rounds. Prints one PASS or FAIL line.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { startMongod } from '../clients/javascript/harness/mongod.mjs';
import { get, request } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { delay } from '../clients/javascript/harness/wait.mjs';
import { commit } from '../clients/javascript/harness/commit.mjs';
import { Ledger } from './ledger.mjs';
import { DATABASE, makeCall, storedEntries, wholeLog } from './mongo_world.mjs';
import { Random } from './random.mjs';

const SHARE_MIN = 0.3;   // share of the rate without conflicts
const SENDERS = 2;       // for each session and node
const ATTEMPTS_MAX = 50;
const RETRIED = new Set(['overloaded', 'store_failed', 'outcome_unknown']);

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '16' }, seconds: { type: 'string', default: '4' }, rounds: { type: 'string', default: '3' }, seed: { type: 'string' }, 'any-share': { type: 'boolean' } } });
const seed = Number(values.seed ?? process.env.SEED ?? Date.now() % 1_000_000_000);
const random = new Random(seed);
const refused = {};

/** Sends one line of messages into one session through one node, until `isOver`. */
async function talk(call, node, line, isOver) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const who = random.chance(0.5) ? call.doctor : call.patient;
  let stored = 0;
  for (let number = 1; !isOver(); number += 1) {
    const clientMessageId = randomUUID();
    const message = `${line} ${number}`;
    call.ledger.send(clientMessageId, { text: message, sender: line, stream: line, number });
    for (let attempt = 1; ; attempt += 1) {
      const answer = await request(node, 'POST', '/api/chat/store', { token: who.token, agent, json: { sessionId: call.sessionId, message, clientMessageId } });
      if (answer.status === 201 || answer.status === 200) {
        call.ledger.promise(answer.body.chatMessage, `${line}, its answer`);
        stored += 1;
        break;
      }
      const code = answer.body?.code ?? answer.text;
      refused[code] = (refused[code] ?? 0) + 1;
      if (!RETRIED.has(code) || attempt === ATTEMPTS_MAX) throw new Error(`${line}: ${answer.status} ${answer.text}`);
      call.ledger.retry(clientMessageId);
    }
  }
  agent.destroy();
  return stored;
}

/** `nodesOf`: the nodes through which a session is written. Both phases have equally many senders. Returns messages a second. */
async function measure(calls, name, nodesOf) {
  let isOver = false;
  const began = performance.now();
  const lines = calls.flatMap((call, index) => {
    const nodes = nodesOf(index);
    return Array.from({ length: 2 * SENDERS }, (_, sender) => talk(call, nodes[sender % nodes.length], `${name}, session ${index}, line ${sender}`, () => isOver));
  });
  const all = Promise.all(lines);
  await Promise.race([delay(1000 * Number(values.seconds)), all]); // `all` is there so that a failed line is noticed at once
  isOver = true;
  const counts = await all;
  return (1000 * counts.reduce((sum, count) => sum + count, 0)) / (performance.now() - began);
}

/** Returns the value of a counter in /metrics. */
async function metric(node, pattern) {
  const { text } = await get(node, '/metrics');
  return text.split('\n').filter((line) => pattern.test(line)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Checks that both nodes serve one log, and that the collection holds the same. */
async function judge(nodes, call, totals) {
  const [one, other] = await Promise.all(nodes.map((node) => wholeLog(node, call)));
  if (one.chain.position !== other.chain.position) call.ledger.problems.push(`${call.sessionId}: one node is at ${one.chain.position}, the other at ${other.chain.position}`);
  assert.deepEqual(one.texts, other.texts, 'both nodes serve the same texts in the same order');
  call.ledger.compare(one.texts);
  const { entries, misplaced } = await storedEntries(mongod.client, call.sessionId);
  if (misplaced > 0 || entries !== one.chain.entries.length) call.ledger.problems.push(`${call.sessionId}: ${entries} entries in the collection, ${misplaced} documents out of place, ${one.chain.entries.length} served`);
  totals.texts += one.texts.length;
}

const totals = { texts: 0 };
const rates = { without: [], forced: [] };
const calls = [];
const nodes = [];
let conflicts = 0;
let failure = '';
let mongod;
try {
  mongod = await startMongod({ members: 1 });
  for (let count = 0; count < 2; count += 1) nodes.push(await Server.start({ args: ['--store', mongod.uriWith('', DATABASE)] }));
  for (let count = 0; count < Number(values.sessions); count += 1) calls.push({ ...(await makeCall(nodes[count % 2], mongod.client)), ledger: new Ledger() });
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    rates.without.push(await measure(calls, `without conflicts, round ${round}`, (index) => [nodes[index % 2]]));
    rates.forced.push(await measure(calls, `with conflicts, round ${round}`, () => nodes));
  }
  for (const node of nodes) conflicts += await metric(node, /^parley_store_.*conflicts/);
  for (const call of calls) await judge(nodes, call, totals);
} catch (error) {
  failure = `${error.stack}\n${nodes.map((node) => node.output.slice(-2000)).join('\n')}`;
}
const alive = nodes.every((node) => node.alive);
for (const node of nodes) await node.dispose();
await mongod?.stop();

const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
const text = (list) => `${Math.round(middle(list))} msg/s (${list.map(Math.round).join(', ')})`;
const share = middle(rates.forced) / middle(rates.without);
const problems = calls.flatMap((call) => call.ledger.problems);
const promised = calls.reduce((sum, call) => sum + call.ledger.promisedCount, 0);
const passed = !failure && alive && problems.length === 0 && promised > 0 && promised === totals.texts && conflicts > 0 && (values['any-share'] || share >= SHARE_MIN);
for (const problem of problems.slice(0, 20)) console.error(problem);
if (failure) console.error(failure);
console.log(`${passed ? 'PASS' : 'FAIL'} two-nodes: ${calls.length} sessions, ${promised} messages acknowledged, ${totals.texts} stored, ${problems.length} lost, doubled, out of order or not the same on both; ` +
  `${conflicts} conflicts, refused ${JSON.stringify(refused)}, each sent again; each session through one node ${text(rates.without)}, through both ${text(rates.forced)}: ${Math.round(100 * share)} % >= ${100 * SHARE_MIN} %; seed ${seed}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
