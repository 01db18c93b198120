// Starts examples/protocol_echo and speaks Engine.IO to it as a client does, over long polling and over WebSocket. Both transports
// offer the same few methods, so one test can check both.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { WebSocket } from 'ws';

const binary = process.env.PROTOCOL_ECHO ?? new URL('../../build/release/examples/protocol_echo', import.meta.url).pathname;
const patience = 5000;

export const separator = '\x1e';
/// The intervals that the official suites expect. They are too short for a busy machine, so only the heartbeat's own tests use them.
export const hasty = { pingInterval: 300, pingTimeout: 200 };
const patient = { pingInterval: 25_000, pingTimeout: 20_000 };

/// One echo server.
export class Server {
  static async start({ pingInterval, pingTimeout } = patient) {
    const flags = ['--ping-interval', pingInterval, '--ping-timeout', pingTimeout].map(String);
    const server = new Server();
    server.process = spawn(binary, ['--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    server.port = await new Promise((resolve, reject) => {
      server.process.stdout.on('data', (text) => resolve(Number(/port (\d+)/.exec(text)[1])));
      server.process.on('error', reject);
      server.process.on('exit', (code) => reject(new Error(`protocol_echo ended with ${code}`)));
    });
    return server;
  }
  /// Stops the server. Fails if the server does not end on SIGTERM or ends with an error.
  async stop() {
    this.process.removeAllListeners('exit');
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const [code] = await within(ended, 'the server to stop', 10_000);
    assert.equal(code, 0);
  }
}

/// Rejects if `promise` takes too long. The error names `what`.
export function within(promise, what, milliseconds = patience) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for ${what}`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/// One HTTP request on a connection of its own.
export function request(server, method, target, { body, headers = {}, signal, agent = false } = {}) {
  const answer = new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port: server.port, method, path: target, headers, agent, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
  return within(answer, `${method} ${target}`);
}

/// A queue of messages, for callers that wait for the next one.
class Inbox {
  #items = [];
  #waiting = [];
  push(item) {
    if (this.#waiting.length > 0) this.#waiting.shift()(item);
    else this.#items.push(item);
  }
  next(what) {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    return within(new Promise((resolve) => this.#waiting.push(resolve)), what);
  }
}

/// A bare WebSocket whose frames are read one by one. Text comes as a string, binary as a Buffer.
export class Socket {
  #inbox = new Inbox();
  constructor(server, target) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}${target}`);
    this.opened = once(this.socket, 'open');
    this.closed = new Promise((resolve) => this.socket.on('close', (code) => resolve(code)));
    this.socket.on('message', (data, isBinary) => this.#inbox.push(isBinary ? data : data.toString()));
    this.socket.on('error', () => {}); // the tests check the close that follows
    this.opened.catch(() => {});
  }
  send(data) {
    this.socket.send(data);
  }
  next() {
    return this.#inbox.next('a WebSocket message');
  }
  whenClosed() {
    return within(this.closed, 'the WebSocket to close');
  }
  cut() {
    this.socket.terminate();
  }
}

/// An Engine.IO session over WebSocket. Pings are answered unless `answerPings` is false.
export class WebSocketSession {
  static transport = 'websocket';
  constructor(path) {
    this.path = path;
    this.answerPings = true;
  }
  static async open(server, path) {
    const session = new WebSocketSession(path);
    session.socket = new Socket(server, `${path}?EIO=4&transport=websocket`);
    session.openPacket = await session.socket.next();
    return session;
  }
  async send(...packets) {
    for (const packet of packets) this.socket.send(packet);
  }
  async next() {
    for (;;) {
      const packet = await this.socket.next();
      if (packet !== '2' || !this.answerPings) return packet;
      this.socket.send('3');
    }
  }
  async ended() {
    await this.socket.whenClosed();
  }
  close() {
    this.socket.cut();
  }
}

/// An Engine.IO session over long polling.
export class PollingSession {
  static transport = 'polling';
  #queue = [];
  constructor(server, path) {
    this.server = server;
    this.path = path;
    this.answerPings = true;
  }
  static async open(server, path) {
    const session = new PollingSession(server, path);
    const answer = await request(server, 'GET', `${path}?EIO=4&transport=polling`);
    assert.equal(answer.status, 200, answer.text);
    session.openPacket = answer.text;
    session.sid = JSON.parse(answer.text.slice(1)).sid;
    return session;
  }
  get target() {
    return `${this.path}?EIO=4&transport=polling&sid=${this.sid}`;
  }
  poll(options) {
    return request(this.server, 'GET', this.target, options);
  }
  post(body, options) {
    return request(this.server, 'POST', this.target, { body, ...options });
  }
  async send(...packets) {
    const encoded = packets.map((packet) => (Buffer.isBuffer(packet) ? `b${packet.toString('base64')}` : packet));
    return this.post(encoded.join(separator));
  }
  async next() {
    for (;;) {
      if (this.#queue.length === 0) {
        const answer = await this.poll();
        assert.equal(answer.status, 200, answer.text);
        this.#queue = answer.text.split(separator);
      }
      const packet = this.#queue.shift();
      if (packet === '2' && this.answerPings) await this.post('3');
      else if (packet[0] === 'b') return Buffer.from(packet.slice(1), 'base64');
      else return packet;
    }
  }
  /// The session is over: polls answer with an error, after a last one that may carry `1`.
  async ended() {
    for (;;) {
      const answer = await this.poll();
      if (answer.status === 400) return;
      assert.equal(answer.status, 200);
    }
  }
  close() {}
}

export const transports = [PollingSession, WebSocketSession];
