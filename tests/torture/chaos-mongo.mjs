// Faults of every kind at a replica set of three and at the server, under load: node chaos-mongo.mjs [--rounds 20] [--seed n] [--kinds a,b]
//
// mongod, gates and Parley belong to this process, the clients to another (chaos_load.mjs). Each round makes one fault, heals it, waits until every
// session talks again, and compares every client's view and every answer with the log. Prints one PASS or FAIL line.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startMongod } from '../clients/javascript/harness/mongod.mjs';
import { get } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { delay, until } from '../clients/javascript/harness/wait.mjs';
import { commit } from '../clients/javascript/harness/commit.mjs';
import { DATABASE, makeCall, storedEntries } from './mongo_world.mjs';
import { Random } from './random.mjs';

const SESSIONS = 4;             // that talk at one time
const SESSIONS_LIVE_ROUNDS = 5; // then new ones replace them
const PAUSE_MAX_MS = 15_000;
const PARLEY = ['parley-write', 'parley-read'];

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string' }, kinds: { type: 'string' } } });
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? process.env.SEED ?? Date.now() % 1_000_000_000);
const random = new Random(seed);
const problems = [];
const pauses = new Map();   // kind → longest, in ms
const health = new Map();   // kind → longest answer of /health, in ms
let kind = 'no fault';
let mongod;
let server;

const MIRROR_PATIENCE_MS = 30_000;

/** The faults. `mongod.heal()` and a restart of the server end them all. Each resolves when it has lasted long enough. */
const faults = {
  async 'kill a secondary'() {
    const primary = await mongod.primary();
    await mongod.kill(random.pick([0, 1, 2].filter((member) => member !== primary)));
    await delay(random.between(500, 3000));
  },
  async 'kill the primary'() {
    await mongod.kill(await mongod.primary());
    await delay(random.between(500, 4000));
  },
  async 'step down'() {
    await mongod.stepDown();
    await delay(random.between(200, 2000));
  },
  /** Members see each other, but the server does not see the primary. The server reports it and recovers by itself. */
  async partition() {
    const gate = mongod.gate(await mongod.primary());
    for (const name of PARLEY) await gate.hold(name);
    const reasons = await until(reasonsNotReady, '/ready says that the database is away');
    if (reasons.length === 0) problems.push('/ready is 503 and gives no reason');
  },
  /** Nobody reaches the primary any more, so the other members elect a new one. */
  async isolate() {
    await mongod.gate(await mongod.primary()).hold();
    await delay(random.between(2000, 6000));
  },
  async freeze() {
    await mongod.pause(await mongod.primary());
    await delay(random.between(1000, 5000));
  },
  async slow() {
    for (let member = 0; member < mongod.size; member += 1) {
      mongod.gate(member).delay(random.between(20, 120));
      mongod.gate(member).slice(random.between(100, 2000));
    }
    await delay(random.between(2000, 5000));
  },
  async swallow() {
    mongod.gate(await mongod.primary()).swallowAnswers('parley-write');
    await delay(random.between(500, 7000));
  },
  async cut() {
    for (let times = random.between(3, 8); times > 0; times -= 1) {
      for (let member = 0; member < mongod.size; member += 1) mongod.gate(member).cut(random.pick(PARLEY));
      await delay(random.between(50, 500));
    }
  },
  /** No write gets through until senders receive `outcome_unknown`. The held writes arrive late, after the fault is healed. */
  async 'past the deadline'(load) {
    const heard = () => load.last.figures.unknown ?? 0;
    const before = heard();
    for (let member = 0; member < mongod.size; member += 1) await mongod.gate(member).hold('parley-write');
    await until(async () => (await load.ask('figures')) && heard() > before, 'a sender hears outcome_unknown', 30_000);
  },
  async 'kill parley'() {
    await server.kill();
    if (random.chance(0.3)) await server.stumble(random.between(0, 60));
    await server.restart();
  },
};

async function reasonsNotReady() {
  const answer = await get(server, '/ready');
  return answer.status === 503 ? answer.body.reasons : null;
}

/** Each kind as often as the others, in random order. */
function plan() {
  const kinds = values.kinds ? values.kinds.split(',') : Object.keys(faults);
  const all = [];
  while (all.length < rounds) {
    const cycle = [...kinds];
    while (cycle.length > 0) all.push(...cycle.splice(random.between(0, cycle.length - 1), 1));
  }
  return all.slice(0, rounds);
}

/** The process of the clients: `ask` returns its answer. */
class Load {
  #child = fork(new URL('chaos_load.mjs', import.meta.url), [String(seed)]);
  #waiting = new Map();
  #asked = 0;
  last = { figures: {}, promised: 0, problems: [], problemCount: 0 };

  constructor() {
    this.#child.on('message', (answer) => {
      this.#waiting.get(answer.number)(answer);
      this.#waiting.delete(answer.number);
    });
    this.#child.once('exit', (code, signal) => {
      for (const answered of this.#waiting.values()) answered({ ...this.last, failure: `the clients' process went: ${signal ?? code}` });
    });
  }
  async ask(ask, more = {}) {
    this.#asked += 1;
    const number = this.#asked;
    const answer = await new Promise((resolve) => {
      this.#waiting.set(number, resolve);
      this.#child.send({ ask, number, ...more });
    });
    this.last = answer;
    if (answer.failure) throw new Error(`${ask}: ${answer.failure}`);
    return answer;
  }
  end() {
    this.#child.kill('SIGKILL');
  }
}

/** Requests /health all the time and keeps the longest time for each kind of fault. */
function watchHealth() {
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const [asked, of] = [performance.now(), kind];
      const answer = await get(server, '/health').catch((error) => ({ status: error.message }));
      if (answer.status === 200) health.set(of, Math.max(health.get(of) ?? 0, performance.now() - asked));
      else if (of !== 'kill parley' && kind === of) problems.push(`${of}: /health gave ${answer.status}`);
      await delay(25);
    }
  })();
  return () => {
    isOver = true;
    return watching;
  };
}

async function playRound(load, next) {
  await load.ask('begin');
  kind = next;
  await faults[kind](load);
  const answer = await get(server, '/health');
  if (answer.status !== 200) problems.push(`${kind}: /health gave ${answer.status} before the fault was healed`);
  if (!server.alive) problems.push(`${kind}: the server has gone`);
  await mongod.heal();
  const { pauseMs } = await load.ask('end');
  pauses.set(kind, Math.max(pauses.get(kind) ?? 0, pauseMs));
  if (pauseMs > PAUSE_MAX_MS) problems.push(`${kind}: nobody was acknowledged for ${Math.round(pauseMs)} ms`);
  await until(async () => (await get(server, '/ready')).status === 200, '/ready is 200 after the fault');
}

async function play(load) {
  const sessions = [];
  let played = 0;
  for (const next of plan()) {
    if (played % SESSIONS_LIVE_ROUNDS === 0) {
      if (played > 0) await load.ask('retire');
      const calls = await Promise.all(Array.from({ length: SESSIONS }, async () => ({ ...(await makeCall(server, mongod.client)), transport: random.pick(['websocket', 'polling', 'upgrade']) })));
      sessions.push(...calls);
      await load.ask('talk', { port: server.port, sessions: calls });
      await load.ask('end'); // all are connected and talk
    }
    await playRound(load, next);
    played += 1;
    console.error(`${played}. ${next}: ${Math.round(pauses.get(next))} ms; ${load.last.promised} messages, ${JSON.stringify(load.last.figures)}`);
    if (problems.length + load.last.problemCount > 0) return { played, sessions, texts: 0 };
  }
  const { texts } = await load.ask('finish');
  for (const { sessionId } of sessions) {
    const { misplaced } = await storedEntries(mongod.client, sessionId);
    if (misplaced > 0) problems.push(`${sessionId}: ${misplaced} documents of its log do not follow the one before`);
  }
  const mirrored = () => mongod.client.db(DATABASE).collection('chatmessages').countDocuments();
  if (!(await until(async () => (await mirrored()) === texts, 'chatmessages has what the log has', MIRROR_PATIENCE_MS).catch(() => false)))
    problems.push(`the log has ${texts} texts, chatmessages ${await mirrored()}`);
  return { played, sessions, texts };
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const milliseconds = (ms) => `${Math.round(ms)} ms`;
const shown = (map, unit) => [...map].map(([name, ms]) => `${name} ${unit(ms)}`).join(', ');

let result = { played: 0, sessions: [], texts: 0 };
let failure = '';
let load;
let stopWatching = () => {};
try {
  mongod = await startMongod({ members: 3, gated: true });
  server = await Server.start({ args: ['--store', mongod.uriWith('', DATABASE)] });
  load = new Load();
  stopWatching = watchHealth();
  result = await play(load);
} catch (error) {
  failure = `${error.stack}\n${server?.output.slice(-3000) ?? ''}`;
}
load?.end();
await stopWatching();
await server?.dispose();
await mongod?.stop();
const { figures = {}, promised = 0, problemCount = 0 } = load?.last ?? {};
const all = [...problems, ...(load?.last.problems ?? [])];
const passed = !failure && problems.length + problemCount === 0 && result.played === rounds && promised > 0;
for (const problem of all) console.error(problem);
if (failure) console.error(failure);
console.log(`${passed ? 'PASS' : 'FAIL'} chaos-mongo: ${result.played} of ${rounds} rounds, ${result.sessions.length} sessions, ${promised} messages acknowledged or shown and ${result.texts} stored, ` +
  `${problems.length + problemCount} problems (lost, doubled, out of order, without a verdict, a view that is not the log, not in chatmessages, a server that went); ` +
  `refused ${JSON.stringify(figures.refused ?? {})}, each sent again; ${figures.settled ?? 0} of unknown outcome settled by sending again; ${figures.resumed ?? 0} joins and resumes proven by the chain; ` +
  `longest pause of acks: ${shown(pauses, seconds)}; slowest /health: ${shown(health, milliseconds)}; seed ${seed}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
