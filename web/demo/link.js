// The connection to the server: WebSocket, else long polling, else plain REST. On every path the page sends the same message with
// the same clientMessageId and receives the same answer. So a change of path cannot lose or double a message.

import { io } from './socket.io.esm.min.js';

const ACK_WITHIN_MS = 8_000;
const FIRST_POLL_MS = 1_500;  // The socket gets this long before REST steps in.
const POLL_EVERY_MS = 4_000;  // 15 pages a minute; the server's limit for chat requests is 30.
const RECONNECT_MS = { reconnectionDelay: 300, reconnectionDelayMax: 3_000, timeout: 5_000 };
const TRANSPORTS = { auto: ['websocket', 'polling'], websocket: ['websocket'], polling: ['polling'] };
const TRY_LATER = new Set(['rate_limited', 'overloaded', 'outcome_unknown', 'store_failed', 'store_full', 'internal']);

export class Link {
  #identity;
  #api;
  #on;
  #socket = null;
  #joined = false;
  #path = 'connecting';
  #timer = 0;
  #mode = 'auto';
  #paused = false;

  /**
   * @param on callbacks: path(name), refresh() → {ok, status, retryAfterMs}, session(answer to the join), message, deleted, joined, left, ended, reopened,
   *   look() (asks whether the session is open again), refused(text)
   */
  constructor({ identity, api, on }) {
    this.#identity = identity;
    this.#api = api;
    this.#on = on;
  }

  /** 'auto', 'websocket', 'polling' or 'rest'. */
  use(mode) {
    this.#mode = mode;
    if (this.#paused) return;
    this.#dropSocket();
    this.#setPath('connecting');
    if (mode !== 'rest') this.#openSocket(mode);
    this.#pollIn(mode === 'rest' ? 0 : FIRST_POLL_MS);
  }

  /** The session has ended. A tab in its room stays there and receives the reopening; any other tab asks from time to time. */
  pause() {
    this.#paused = true;
    clearTimeout(this.#timer);
    this.#setPath('ended');
    if (!this.#joined) this.#watch();
  }

  /** The session is open again. */
  resume() {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#joined) this.#setPath(this.#socket.io.engine.transport.name);
    else this.use(this.#mode);
  }

  #watch() {
    this.#dropSocket();
    this.#pollIn(POLL_EVERY_MS);
  }

  /** Returns {stored: message}, {refused: text} or {laterMs}. After that time the same item may be sent again, on any path. */
  async send({ text, clientMessageId }) {
    if (!this.#joined) return verdictOfAnswer(await this.#api.store(text, clientMessageId));
    const payload = { sessionId: this.#identity.session, message: text, clientMessageId };
    try {
      return verdictOfAck(await this.#socket.timeout(ACK_WITHIN_MS).emitWithAck('chat-message', payload));
    } catch {
      return { laterMs: 0 };  // No answer in time, or the connection was lost: the retry shows the outcome.
    }
  }

  #openSocket(mode) {
    const socket = io({
      auth: { token: this.#identity.token },
      transports: TRANSPORTS[mode],
      upgrade: mode !== 'polling',
      tryAllTransports: true,
      forceNew: true,
      ...RECONNECT_MS,
    });
    this.#socket = socket;
    socket.on('connect', () => this.#join(socket));
    socket.on('disconnect', () => this.#lostSocket(socket));
    socket.on('connect_error', (error) => this.#connectFailed(socket, error));
    socket.on('chat-message', (message) => this.#on.message(message));
    socket.on('chat-message-deleted', (deletion) => this.#on.deleted(deletion));
    socket.on('user-joined', (user) => this.#on.joined(user));
    socket.on('user-left', (user) => this.#on.left(user));
    socket.on('session-ended', (end) => this.#on.ended(end));
    socket.on('session-reopened', (reopening) => this.#on.reopened(reopening));
  }

  async #join(socket) {
    socket.io.engine.on('upgrade', (transport) => this.#joined && this.#setPath(transport.name));
    let answer;
    try {
      answer = await socket.timeout(ACK_WITHIN_MS).emitWithAck('join-session', { sessionId: this.#identity.session });
    } catch {
      if (socket.connected) socket.disconnect().connect();
      return;
    }
    if (socket !== this.#socket) return;
    if (!answer.success) return this.#joinRefused(answer);
    this.#joined = true;
    clearTimeout(this.#timer);
    this.#on.session(answer);
    this.#setPath(socket.io.engine.transport.name);
    await this.#on.refresh();  // Messages that came between the last read and the join.
  }

  #joinRefused(answer) {
    if (answer.error === 'Session has already ended') this.#on.ended({});
    else if (TRY_LATER.has(answer.code)) this.#pollIn(0);
    else this.#on.refused(answer.error);
  }

  /** A refusal by the server ends socket.io's own attempts. A full server may have room later; a bad token remains bad. */
  #connectFailed(socket, error) {
    if (socket.active) return;
    if (/token|user not found/i.test(error.message)) return this.#on.refused(error.message);
    setTimeout(() => socket === this.#socket && socket.connect(), RECONNECT_MS.reconnectionDelayMax);
  }

  #lostSocket(socket) {
    if (socket !== this.#socket) return;
    this.#joined = false;
    if (this.#paused) return this.#watch();
    this.#setPath('connecting');
    this.#pollIn(FIRST_POLL_MS);
    if (!socket.active) socket.connect();  // The server closed it on purpose, to restart. socket.io alone would not reconnect.
  }

  #dropSocket() {
    this.#joined = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.removeAllListeners();
    socket?.disconnect();
  }

  #pollIn(delayMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), delayMs);
  }

  async #poll() {
    if (this.#paused) {
      const { retryAfterMs } = await this.#on.look();
      if (this.#paused) this.#pollIn(Math.max(POLL_EVERY_MS, retryAfterMs));
      return;
    }
    const { ok, status, retryAfterMs } = await this.#on.refresh();
    if (this.#joined || this.#paused) return;
    this.#setPath(ok || status === 429 ? 'rest' : 'offline');  // A server that asks for a later retry is reachable.
    this.#pollIn(Math.max(POLL_EVERY_MS, retryAfterMs));
  }

  #setPath(path) {
    const shown = this.#paused ? 'ended' : path;
    if (this.#path === shown) return;
    this.#path = shown;
    this.#on.path(shown);
  }
}

function verdictOfAck(answer) {
  if (answer?.success) return { stored: answer.chatMessage };
  if (TRY_LATER.has(answer?.code)) return { laterMs: 1000 * (answer.retryAfter ?? 1), reason: answer.error };
  return { refused: answer?.error ?? 'The server refused it.' };
}

function verdictOfAnswer({ ok, status, body, retryAfterMs }) {
  if (ok) return { stored: body.chatMessage };
  if (status === 0 || status === 429 || status >= 500) return { laterMs: retryAfterMs, reason: status ? body.message : '' };
  return { refused: body.message ?? `The server answered with status ${status}.` };
}
