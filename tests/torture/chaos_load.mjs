// The clients of chaos-mongo.mjs, in a process of their own. They talk without pause, reconnect, resume by position, send messages without a final
// answer again under the same clientMessageId, and keep a ledger. Requests come over IPC: {ask, …} is answered by {of: ask, …}.
import http from 'node:http';
import { randomUUID } from 'node:crypto';
import { Chain } from '../clients/javascript/harness/chain.mjs';
import { Client } from '../clients/javascript/harness/client.mjs';
import { request } from '../clients/javascript/harness/rest.mjs';
import { delay, until, within } from '../clients/javascript/harness/wait.mjs';
import { Ledger } from './ledger.mjs';
import { wholeLog } from './mongo_world.mjs';
import { Random } from './random.mjs';

const PIPELINE = 3;              // unanswered sends of one socket
const VERDICT_LIMIT_MS = 40_000; // far beyond the server's own deadline: later no answer will come
const SETTLE_LIMIT_MS = 60_000;
const CODES = new Set(['store_failed', 'outcome_unknown', 'overloaded', 'store_full', 'rate_limited']);

const random = new Random(Number(process.argv[2]));
const server = { port: 0, get origin() { return `http://127.0.0.1:${this.port}`; } };
const calls = [];
const figures = { acks: 0, refused: {}, unknown: 0, settled: 0, resumed: 0, without: 0, gaps: 0 };
let quiet = false;

/** Sends one message until it is stored. After a refusal or a lost connection it sends the same message again. */
async function deliver(call, sender, text, attempt) {
  const key = randomUUID();
  sender.number += 1;
  call.ledger.send(key, { text, sender: sender.name, stream: sender.stream, number: sender.number });
  sender.open += 1;
  for (let unknown = false; !sender.ended;) {
    const verdict = await attempt(key, text);
    if (verdict.stored) {
      call.ledger.promise(verdict.stored, `${sender.stream}, its answer`);
      noteAck(call, unknown);
      break;
    }
    if (verdict.none) {
      figures.without += 1;
      call.ledger.problems.push(`${sender.stream} had no verdict for ${key}`);
    } else if (verdict.code !== undefined) {
      if (!CODES.has(verdict.code)) call.ledger.problems.push(`${sender.stream} was refused with ${verdict.code}: ${verdict.error}`);
      figures.refused[verdict.code] = (figures.refused[verdict.code] ?? 0) + 1;
      if (verdict.code === 'outcome_unknown') {
        figures.unknown += 1;
        unknown = true;
      }
    }
    call.ledger.retry(key);
    await delay(random.between(50, 200));
  }
  sender.open -= 1;
}

function noteAck(call, unknown) {
  figures.acks += 1;
  if (unknown) figures.settled += 1;
  const now = performance.now();
  call.pauseMs = Math.max(call.pauseMs, now - call.lastAck);
  call.lastAck = now;
  call.acks += 1;
}

/** A member over socket.io. It records events while the connection lives, and resumes after each loss at the end of its chain. */
class Member {
  number = 0;
  open = 0;
  ended = false;
  live = false;

  constructor(call, who, transport) {
    Object.assign(this, { call, who, transport });
    this.name = `${who.role} over ${transport}`;
    this.lives = 0;
    this.chain = new Chain(call.sessionId);
    this.heard = [];
    this.done = [this.#live(), ...Array.from({ length: PIPELINE }, () => this.#talk())];
  }
  get stream() {
    return `${this.call.sessionId} ${this.name} connection ${this.lives}`;
  }

  async #live() {
    while (!this.ended) {
      await this.#connection().catch(() => {}); // the server was killed, or its store cannot be read: try again
      this.live = false;
      this.client?.close();
      if (!this.ended) await delay(random.between(20, 150));
    }
  }
  async #connection() {
    this.lives += 1;
    const { stream } = this;
    let highest = 0;
    this.client = new Client(server, this.who, { transport: this.transport });
    this.client.socket.on('chat-message', (message) => {
      if (highest && message.prev > highest) figures.gaps += 1; // `prev` in the event shows that an event is missing
      highest = this.call.ledger.heard(highest, message, stream);
      this.call.ledger.promise(message, `${stream}, live`);
      this.heard.push({ seq: message.seq, position: message.position });
    });
    const gone = new Promise((resolve) => this.client.socket.once('disconnect', resolve));
    await this.client.connected();
    const joined = await Promise.race([this.client.ask('join-session', { sessionId: this.call.sessionId, after: this.chain.position, core: true, limit: 200 }), gone]);
    if (!joined?.success) return;
    this.#take(joined.resume);
    if (joined.resume.more) await this.readOn();
    figures.resumed += 1;
    this.live = true;
    await gone;
  }
  #take(answer) {
    try {
      return this.chain.take(answer);
    } catch (error) {
      this.call.ledger.problems.push(`${this.stream}: the chain does not continue: ${error.message}`);
      throw error;
    }
  }
  async readOn() {
    for (let more = true; more;) {
      const answer = await this.client.ask('entries', { sessionId: this.call.sessionId, after: this.chain.position, core: true, limit: 200 });
      if (!answer.success) throw new Error(answer.error);
      ({ more } = this.#take(answer));
    }
  }

  async #talk() {
    while (!this.ended) {
      if (quiet || !this.live) await delay(10);
      else await deliver(this.call, this, `${this.name} says ${randomUUID()} ${'·'.repeat(random.between(0, 60))}`, (key, text) => this.#attempt(key, text));
      await delay(random.between(5, 40));
    }
  }
  async #attempt(clientMessageId, message) {
    if (!this.live) return {};
    const { client } = this;
    const lost = new Promise((resolve) => client.socket.once('disconnect', () => resolve({})));
    const answered = new Promise((resolve) => client.socket.emit('chat-message', { sessionId: this.call.sessionId, message, clientMessageId }, resolve));
    const answer = await within(Promise.race([answered, lost]), 'a verdict', VERDICT_LIMIT_MS).catch(() => ({ none: true }));
    return answer.success ? { stored: answer.chatMessage } : answer;
  }
}

/** Sends over REST, one message after the other. */
class RestSender {
  number = 0;
  open = 0;
  ended = false;

  constructor(call, who) {
    Object.assign(this, { call, who });
    this.name = `${who.role} over REST`;
    this.stream = `${call.sessionId} ${this.name}`;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.done = [this.#talk()];
  }
  async #talk() {
    while (!this.ended) {
      if (!quiet) await deliver(this.call, this, `${this.name} says ${randomUUID()}`, (key, text) => this.#attempt(key, text));
      await delay(random.between(5, 40));
    }
  }
  async #attempt(clientMessageId, message) {
    const json = { sessionId: this.call.sessionId, message, clientMessageId };
    const began = performance.now();
    try {
      const answer = await request(server, 'POST', '/api/chat/store', { token: this.who.token, json, agent: this.agent });
      if (answer.status === 201 || answer.status === 200) return { stored: answer.body.chatMessage };
      return { code: answer.body?.code ?? `status ${answer.status}`, error: answer.text };
    } catch (error) {
      return performance.now() - began > 14_000 ? { none: true } : {}; // otherwise the connection broke because the server was killed
    }
  }
}

const handlers = {
  /** New sessions to talk in. The earlier ones are compared once more at the end. */
  talk({ port, sessions }) {
    server.port = port;
    for (const each of sessions) {
      const call = { ...each, ledger: new Ledger(), lastAck: performance.now(), pauseMs: 0, acks: 0, isOver: false };
      call.members = [new Member(call, call.doctor, 'websocket'), new Member(call, call.patient, each.transport)];
      call.senders = [...call.members, new RestSender(call, call.doctor)];
      calls.push(call);
    }
    quiet = false;
  },
  /** A fault begins: figures from now on belong to it. */
  begin() {
    for (const call of talking()) {
      call.pauseMs = 0;
      call.lastAck = performance.now();
    }
  },
  /** Returns only the fields that every answer has. */
  figures() {},
  /** Everything is healed: every sender gets through again. Then sending stops, and every view is compared with the log. */
  async end() {
    const before = talking().map((call) => ({ call, acks: call.acks }));
    await until(() => before.every(({ call, acks }) => call.acks > acks + 3 && call.members.every((member) => member.live)), 'every session talks again', SETTLE_LIMIT_MS);
    const pauseMs = Math.max(...talking().map((call) => call.pauseMs));
    quiet = true;
    await until(() => talking().every((call) => call.senders.every((sender) => sender.open === 0)), 'every send has its verdict', SETTLE_LIMIT_MS);
    for (const call of talking()) await compare(call);
    quiet = false;
    return { pauseMs };
  },
  /** Ends these sessions. */
  async retire() {
    for (const call of talking()) {
      call.isOver = true;
      for (const sender of call.senders) sender.ended = true;
      for (const member of call.members) member.client?.close();
      await Promise.all(call.senders.flatMap((sender) => sender.done));
    }
  },
  /** Compares all sessions of the run, from their beginning. */
  async finish() {
    await handlers.retire();
    let texts = 0;
    for (const call of calls) texts += await compareWithLog(call);
    return { texts };
  },
};

const talking = () => calls.filter((call) => !call.isOver);

async function compare(call) {
  for (const member of call.members) await member.readOn();
  await compareWithLog(call);
}

async function compareWithLog(call) {
  const { chain, texts } = await wholeLog(server, call);
  call.ledger.compare(texts);
  for (const { stream, chain: seen, heard } of call.members) {
    if (!call.isOver && seen.position !== chain.position) call.ledger.problems.push(`${stream} is at ${seen.position}, the log at ${chain.position}`);
    for (const event of heard) {
      if (chain.entries[event.seq - 1]?.position !== event.position) call.ledger.problems.push(`${stream} heard ${event.position}, which the log has not`);
    }
  }
  return texts.length;
}

process.on('message', async ({ ask, number, ...more }) => {
  let answer;
  try {
    answer = (await handlers[ask](more)) ?? {};
  } catch (error) {
    answer = { failure: error.stack };
  }
  const problems = calls.flatMap((call) => call.ledger.problems);
  process.send({ number, ...answer, figures, promised: calls.reduce((sum, call) => sum + call.ledger.promisedCount, 0), problems: problems.slice(0, 20), problemCount: problems.length });
});
process.on('disconnect', () => process.exit());
