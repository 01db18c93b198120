// A gate between Parley and a MongoDB server: a TCP proxy on 127.0.0.1 that makes the network's faults at a test's word. It passes whole messages of
// MongoDB's protocol and reads the handshake, so that a fault can be for the connections of one appName alone (null: for all). What is not that
// protocol passes as it comes. tests/support/tcp_gate.hpp is the same in C++, and says more.
import net from 'node:net';
import { BSON } from 'mongodb';
import { until } from './wait.mjs';

const HEADER_BYTES = 16;
const MESSAGE_BYTES_MAX = 48_000_000;
const OPCODE = { query: 2004, message: 2013 };
const SPOKEN_BY_DRIVERS = new Set(['hello', 'isMaster', 'ismaster', 'ping']);
const PORT_FIRST = 20_000; // below the range that the system gives to outgoing connections
const PORT_COUNT = 12_000;

/** @param target {port, host?} or a port of 127.0.0.1. Ends with `stop`. */
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
  #past = new Map(); // by appName: what only grows

  /** Client → server waits. Once this has resolved, no byte of a matching connection goes on. What waits of a client that closes goes on at `release`. */
  async hold(appName = null) {
    this.#held.add(appName);
    await Promise.all([...this.#connections].filter((each) => this.#isHeld(each)).map((each) => each.requests.settled()));
  }
  /** Takes back one `hold`; null: all of them. */
  release(appName = null) {
    if (appName === null) this.#held.clear();
    else this.#held.delete(appName);
    this.#wake();
  }
  /** Every message, both ways, goes on that much later. 0: at once, what waits too. */
  delay(ms) {
    this.#delayMs = ms;
    this.#wake();
  }
  /** Every write to a socket has at most so many bytes. 0: as many as there are. */
  slice(bytes) {
    this.#pieceBytesMax = bytes;
  }
  /** Server → client is lost: the request arrives, its answer does not. */
  swallowAnswers(appName = null) {
    this.#swallowed.add(appName);
  }
  /** Takes all `swallowAnswers` back and resets the connections that have lost an answer, since their client waits for it. */
  deliverAnswers() {
    this.#swallowed.clear();
    for (const each of this.#connections) if (each.lostAnswers) each.reset();
  }
  /** Resets the connections there are, with what waits in them. */
  cut(appName = null) {
    for (const each of this.#connections) if (appName === null || each.appName === appName) each.reset();
  }
  /** New connections are refused; those there are live on. */
  async refuse() {
    const server = this.#server;
    this.#server = null;
    server?.close(); // its callback would wait for the connections too
    await new Promise(setImmediate);
  }
  async accept() {
    if (this.#server) return;
    const ports = this.port ? [this.port] : candidates(); // the same again, which is below the range of outgoing connections
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
  /** Takes every fault back. */
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

  /** {accepted, open, requests, answers, held, swallowed, writes}: hello, isMaster and ping are not counted as requests. */
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
  /** Waits until the counts are so. */
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
    client.on('error', () => this.requests.end()); // reset: what waits still goes on, and the answers go nowhere
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

/** Messages on their way to one socket, one write at a time, so that a fault finds nothing that is half out of our hands. */
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
  /** Nothing more comes: once all is out, `then`, or the socket is told. */
  end(then = () => this.#to.end()) {
    this.#ended ??= then;
    this.pump();
  }
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
  /** When the write under way, if there is one, is over. */
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
      this.#to.once('close', over); // where the write never ends
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

  /** All that is stored, when it begins with a whole message. */
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

/** The command's document: of OP_MSG behind flags and the kind of its first section, of OP_QUERY behind flags, name, and two numbers. */
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

/** False for what drivers say on their own. The command is the first field's name: a type byte, then the name. */
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
