// A socket.io-client that keeps every event. A test waits for the events it needs.
import { io } from 'socket.io-client';
import { within } from './wait.mjs';

export const TRANSPORTS = {
  websocket: { transports: ['websocket'] },
  polling: { transports: ['polling'], upgrade: false },
  upgrade: { transports: ['polling', 'websocket'], upgrade: true },
};
const NAMES = ['chat-message', 'chat-message-deleted', 'user-joined', 'user-left', 'session-ended', 'session-reopened', 'error', 'webrtc-offer',
  'webrtc-answer', 'ice-candidate', 'signaling-message'];
const open = new Set();

export class Client {
  /** Does not connect yet. `options` go to socket.io-client; `auth` defaults to the person's token. */
  constructor(server, who, { transport = 'websocket', ...options } = {}) {
    this.who = who;
    this.heard = [];       // {name, payload, args}, in order of arrival
    this.disconnects = [];
    this.#waiting = new Set();
    this.socket = io(server.origin, {
      ...TRANSPORTS[transport],
      auth: who ? { token: who.token } : undefined,
      forceNew: true,
      reconnection: false,
      autoConnect: !server.introduce, // a user must be in the database before the socket connects
      ...options,
    });
    server.introduce?.().then(() => this.socket.connect());
    open.add(this);
    for (const name of NAMES) this.socket.on(name, (...args) => this.#hear(name, args));
    this.socket.on('disconnect', (reason) => this.disconnects.push(reason));
  }

  static async connect(server, who, options = {}) {
    const client = new Client(server, who, options);
    await client.connected();
    if (options.transport === 'upgrade') await client.upgraded();
    return client;
  }

  /** Returns the CONNECT_ERROR as {message}. */
  static async refused(server, who, options = {}) {
    const client = new Client(server, who, options);
    const outcome = new Promise((resolve, reject) => {
      client.socket.once('connect_error', (error) => resolve({ message: error.message, data: error.data }));
      client.socket.once('connect', () => reject(new Error('was let in')));
    });
    return within(outcome, 'a refusal').finally(() => client.close());
  }

  static closeAll() {
    for (const client of [...open]) client.close();
  }

  connected() {
    return within(new Promise((resolve, reject) => {
      if (this.socket.connected) return resolve();
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    }), 'the connection');
  }

  upgraded() {
    const engine = this.socket.io.engine;
    return within(new Promise((resolve) => {
      if (engine.transport.name === 'websocket') resolve();
      else engine.once('upgrade', resolve);
    }), 'the upgrade');
  }

  get transport() {
    return this.socket.io.engine.transport.name;
  }

  emit(...args) {
    this.socket.emit(...args);
  }

  /** Emits with an acknowledgement and returns its argument. */
  ask(...args) {
    return within(new Promise((resolve) => this.socket.emit(...args, resolve)), `the acknowledgement of ${String(args[0])}`);
  }

  async join(sessionId) {
    const answer = await this.ask('join-session', { sessionId });
    if (!answer.success) throw new Error(`join refused: ${answer.error}`);
    return answer;
  }

  send(sessionId, message, more = {}) {
    return this.ask('chat-message', { sessionId, message, ...more });
  }

  /** Returns the payload of the first such event that no test has taken, or waits for one. */
  async next(name, matches = () => true) {
    const index = this.heard.findIndex((event) => event.name === name && matches(event.payload));
    if (index >= 0) return this.heard.splice(index, 1)[0].payload;
    let waiter;
    const came = new Promise((resolve) => {
      waiter = { name, matches, resolve };
      this.#waiting.add(waiter);
    });
    try {
      return await within(came, `the event ${name}`);
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  /** Returns and removes the payloads of all events of that name. */
  take(name) {
    const taken = this.heard.filter((event) => event.name === name).map((event) => event.payload);
    this.heard = this.heard.filter((event) => event.name !== name);
    return taken;
  }

  /** Afterwards everything that the session sent to this member earlier has arrived: a repeated join takes the same path and changes nothing. */
  async settle(sessionId) {
    await this.ask('join-session', { sessionId });
  }

  async disconnected() {
    if (this.disconnects.length > 0) return this.disconnects.at(-1);
    return within(new Promise((resolve) => this.socket.once('disconnect', resolve)), 'the disconnection');
  }

  close() {
    open.delete(this);
    this.socket.disconnect();
  }

  /** Cuts the connection without a close on any layer. */
  cut() {
    const { transport } = this.socket.io.engine;
    if (transport.name === 'websocket') transport.ws._socket.destroy();
    else throw new Error('only a WebSocket has one cable');
  }

  #waiting;

  #hear(name, args) {
    const payload = args[0];
    for (const waiter of this.#waiting) {
      if (waiter.name !== name || !waiter.matches(payload)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(payload);
      return;
    }
    this.heard.push({ name, payload, args });
  }
}
