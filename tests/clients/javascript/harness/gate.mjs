// A gate in front of a MongoDB server: a TCP proxy on 127.0.0.1 that makes network faults on request. It passes whole messages of MongoDB's
// protocol and reads the handshake, so a fault can apply to the connections of one appName (null: to all). Bytes that are not of that
// protocol pass unchanged. tests/support/tcp_gate.hpp is the same in C++ and explains more.
import net from 'node:net';
import { BSON } from 'mongodb';
import { until } from './wait.mjs';

const HEADER_BYTES = 16;
const MESSAGE_BYTES_MAX = 48_000_000;
const OPCODE = { query: 2004, message: 2013 };
const SPOKEN_BY_DRIVERS = new Set(['hello', 'isMaster', 'ismaster', 'ping']);
const PORT_FIRST = 20_000; // below the port range of outgoing connections
const PORT_COUNT = 12_000;

/** @param target {port, host?} or a port of 127.0.0.1. Call `stop` at the end. */
export async function startGate(target) {
  const gate = new Gate(typeof target === 'number' ? { port: target } : target);
  await gate.accept();
  return gate;
}

class Gate {
  constructor({ port, host = '127.0.0.1' }) {
    this.#target = { port, host };
  }

  port = 0;
  #target;
  #server;
  #connections = new Set();
  #held = new Set();
  #swallowed = new Set();
  #delayMs = 0;
  #pieceBytesMax = 0;
  #past = new Map(); // by appName: the totals of closed connections

  /** Holds requests. Once this has resolved, a matching connection passes no byte. If its client closes, held requests still go out at `release`. */
  async hold(appName = null) {
    this.#held.add(appName);
    await Promise.all([...this.#connections].filter((each) => this.#isHeld(each)).map((each) => each.requests.settled()));
  }
  /** Ends one `hold`; null: all of them. */
  release(appName = null) {
    if (appName === null) this.#held.clear();
    else this.#held.delete(appName);
    this.#wake();
  }
  /** Delays every message, in both directions. 0: no delay, also for messages that wait. */
  delay(ms) {
    this.#delayMs = ms;
    this.#wake();
  }
  /** Limits each write to a socket to so many bytes. 0: no limit. */
  slice(bytes) {
    this.#pieceBytesMax = bytes;
  }
  /** Drops answers: the request arrives at the server, its answer is lost. */
  swallowAnswers(appName = null) {
    this.#swallowed.add(appName);
  }
  /** Ends all `swallowAnswers` and resets the connections that have lost an answer, because their clients wait for it. */
  deliverAnswers() {
    this.#swallowed.clear();
    for (const each of this.#connections) if (each.lostAnswers) each.reset();
  }
  /** Resets the open connections and drops their messages. */
  cut(appName = null) {
    for (const each of this.#connections) if (appName === null || each.appName === appName) each.reset();
  }
  /** Refuses new connections. Open connections continue. */
  async refuse() {
    const server = this.#server;
    this.#server = null;
    server?.close(); // the callback of close() would wait for the connections too
    await new Promise(setImmediate);
  }
  async accept() {
    if (this.#server) return;
    const ports = this.port ? [this.port] : candidates(); // the same port again: nothing else takes it below that range
    for (const port of ports) {
      const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#take(socket));
      if (await listening(server, port)) {
        this.#server = server;
        this.port = port;
        return;
      }
    }
    throw new Error(`the gate cannot listen on ${this.port || 'any port'}`);
  }
  /** Ends every fault. */
  async heal() {
    this.release();
    this.delay(0);
    this.slice(0);
    this.deliverAnswers();
    await this.accept();
  }
  async stop() {
    await this.refuse();
    this.cut();
  }

  /** {accepted, open, requests, answers, held, swallowed, writes}. hello, isMaster and ping do not count as requests. */
  counts(appName = null) {
    const sum = { accepted: 0, open: 0, requests: 0, answers: 0, held: 0, swallowed: 0, writes: 0 };
    for (const [name, past] of this.#past) {
      if (appName !== null && name !== appName) continue;
      for (const [key, value] of Object.entries(past)) sum[key] += value;
    }
    for (const each of this.#connections) {
      if (appName !== null && each.appName !== appName) continue;
      sum.open += 1;
      if (this.#isHeld(each)) sum.held += each.requests.waiting.filter((message) => message.operation).length;
    }
    return sum;
  }
  /** Waits until `so(counts)` is true. */
  until(so, appName = null) {
    return until(() => so(this.counts(appName)), `the gate's counts are so: ${so}`);
  }

  #isHeld(connection) {
    return this.#held.has(null) || this.#held.has(connection.appName);
  }
  #isSwallowed(connection) {
    return this.#swallowed.has(null) || this.#swallowed.has(connection.appName);
  }
  #count(connection, key) {
    const past = this.#past.get(connection.appName) ?? {};
    past[key] = (past[key] ?? 0) + 1;
    this.#past.set(connection.appName, past);
  }
  #wake() {
    for (const each of this.#connections) {
      each.requests.pump();
      each.answers.pump();
    }
  }

  #take(client) {
    const connection = new Connection(client, net.connect({ ...this.#target, noDelay: true, allowHalfOpen: true }), {
      held: () => this.#isHeld(connection),
      swallowed: () => this.#isSwallowed(connection),
      delayMs: () => this.#delayMs,
      pieceBytesMax: () => this.#pieceBytesMax,
      count: (key) => this.#count(connection, key),
      over: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }
}

class Connection {
  appName = '';
  lostAnswers = false;
  #client;
  #server;
  #faults;
  #named = false;
  #openOperations = new Set();

  constructor(client, server, faults) {
    this.#client = client;
    this.#server = server;
    this.#faults = faults;
    const { delayMs, pieceBytesMax } = faults;
    const written = (key) => (message) => message.operation && faults.count(key);
    const wrote = () => faults.count('writes');
    this.requests = new Lane(server, { held: () => faults.held(), delayMs, pieceBytesMax, wrote, passed: written('requests') });
    this.answers = new Lane(client, { held: () => false, delayMs, pieceBytesMax, wrote, passed: written('answers') });

    const fromClient = new Splitter();
    client.on('data', (bytes) => fromClient.add(bytes).forEach((message) => this.#takeRequest(message)));
    client.on('end', () => this.requests.end());
    client.on('error', () => this.requests.end()); // reset: waiting requests still go out, and their answers are dropped
    const fromServer = new Splitter();
    server.on('data', (bytes) => fromServer.add(bytes).forEach((message) => this.#takeAnswer(message)));
    server.on('end', () => this.answers.end(() => this.#close()));
    server.on('error', () => this.reset());
    server.on('close', () => this.answers.end(() => this.#close()));
  }

  reset() {
    for (const socket of [this.#client, this.#server]) {
      if (socket.resetAndDestroy && !socket.connecting) socket.resetAndDestroy();
      else socket.destroy();
    }
    this.#over();
  }

  #close() {
    this.#client.end();
    this.#server.destroy();
    this.#over();
  }
  #over() {
    this.requests.close();
    this.answers.close();
    if (!this.#named) this.#faults.count('accepted');
    this.#named = true;
    this.#faults.over();
  }

  #takeRequest(bytes) {
    if (!this.#named) {
      this.appName = appNameOf(bytes);
      this.#named = true;
      this.#faults.count('accepted');
    }
    const operation = isOperation(bytes);
    if (operation) this.#openOperations.add(numberAt(bytes, 4));
    this.requests.add({ bytes, operation });
  }
  #takeAnswer(bytes) {
    const operation = this.#openOperations.delete(numberAt(bytes, 8));
    if (!this.#faults.swallowed()) return this.answers.add({ bytes, operation });
    this.lostAnswers = true;
    if (operation) this.#faults.count('swallowed');
  }
}

/** Messages for one socket, one write at a time, so that a fault never hits a message that is half written. */
class Lane {
  waiting = [];
  #to;
  #rules;
  #timer = null;
  #writing = null;
  #ended = null;
  #closed = false;

  constructor(to, rules) {
    this.#to = to;
    this.#rules = rules;
    to.on('error', () => this.close());
  }

  add(message) {
    this.waiting.push({ ...message, sent: 0, queuedAt: performance.now() });
    this.pump();
  }
  /** No more messages come. After the last one `then` is called, or the socket is ended. */
  end(then = () => this.#to.end()) {
    this.#ended ??= then;
    this.pump();
  }
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
  /** Resolves when the current write, if there is one, is over. */
  settled() {
    return this.#writing ?? Promise.resolve();
  }

  pump() {
    if (this.#closed || this.#writing) return;
    const message = this.waiting[0];
    if (!message) {
      if (this.#ended) this.#finish();
      return;
    }
    if (this.#rules.held()) return;
    clearTimeout(this.#timer);
    const leftMs = message.queuedAt + this.#rules.delayMs() - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(() => this.pump(), Math.min(leftMs, 2 ** 31 - 1));
    else this.#write(message);
  }

  #finish() {
    const then = this.#ended;
    this.close();
    then();
  }
  #write(message) {
    const pieceMax = this.#rules.pieceBytesMax() || message.bytes.length;
    const piece = message.bytes.subarray(message.sent, message.sent + pieceMax);
    this.#writing = new Promise((resolve) => {
      const over = () => {
        this.#to.off('close', over);
        this.#writing = null;
        resolve();
        this.pump();
      };
      this.#to.once('close', over); // the callback of this write may never come
      this.#to.write(piece, over);
    });
    message.sent += piece.length;
    this.#rules.wrote();
    if (message.sent < message.bytes.length) return;
    this.waiting.shift();
    this.#rules.passed(message);
  }
}

/** Cuts a stream into whole messages. */
class Splitter {
  #stored = [];
  #bytes = 0;
  #foreign = false;

  add(chunk) {
    this.#stored.push(chunk);
    this.#bytes += chunk.length;
    const messages = [];
    for (let all = this.#complete(); all; all = this.#complete()) {
      const length = this.#foreign ? all.length : numberAt(all, 0);
      messages.push(all.subarray(0, length));
      this.#stored = length < all.length ? [all.subarray(length)] : [];
      this.#bytes = all.length - length;
    }
    return messages;
  }

  /** Returns all stored bytes if they begin with a whole message. */
  #complete() {
    if (this.#bytes === 0) return null;
    const head = this.#stored[0].length >= 4 ? this.#stored[0] : Buffer.concat(this.#stored);
    if (!this.#foreign && head.length < 4) return null;
    const length = this.#foreign ? 0 : head.readUInt32LE(0);
    this.#foreign ||= length < HEADER_BYTES || length > MESSAGE_BYTES_MAX;
    return this.#foreign || this.#bytes >= length ? Buffer.concat(this.#stored) : null;
  }
}

const numberAt = (bytes, offset) => (bytes.length >= offset + 4 ? bytes.readInt32LE(offset) : 0);

/** The document of the command. In OP_MSG it follows the flags and the kind of the first section; in OP_QUERY the flags, the name and two numbers. */
function documentOf(bytes) {
  const opcode = numberAt(bytes, 12);
  let start = HEADER_BYTES + 5;
  if (opcode === OPCODE.query) start = bytes.indexOf(0, HEADER_BYTES + 4) + 9;
  else if (opcode !== OPCODE.message) return null;
  const length = numberAt(bytes, start);
  return length >= 5 && start + length <= bytes.length ? bytes.subarray(start, start + length) : null;
}

function appNameOf(firstMessage) {
  const document = documentOf(firstMessage);
  return document ? (BSON.deserialize(document).client?.application?.name ?? '') : '';
}

/** False for commands that drivers send by themselves. The name of the first field is the command: a type byte, then the name. */
function isOperation(bytes) {
  const document = documentOf(bytes);
  return !document || !SPOKEN_BY_DRIVERS.has(document.toString('latin1', 5, document.indexOf(0, 5)));
}

function* candidates() {
  const first = process.pid * 37;
  for (let tried = 0; tried < PORT_COUNT; ++tried) yield PORT_FIRST + ((first + nextPort++) % PORT_COUNT);
}
let nextPort = 0;

function listening(server, port) {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', 512, () => resolve(true));
  });
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort() {
  for (const port of candidates()) {
    const server = net.createServer();
    if (await listening(server, port)) {
      await new Promise((resolve) => server.close(resolve));
      return port;
    }
  }
  throw new Error('no free port');
}
