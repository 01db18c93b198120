// The senders of kill.mjs: real socket.io clients, which pipeline, and REST senders with one request at a time.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { Client } from '../clients/javascript/harness/client.mjs';
import { remove, request } from '../clients/javascript/harness/rest.mjs';
import { delay } from '../clients/javascript/harness/wait.mjs';

const PIPELINE = 4;  // unanswered sends of one socket

/** Sends over one socket.io connection until it breaks. First it retries messages that an earlier connection left without an answer. */
export class SocketSender {
  constructor(call, who, { transport, random, round }) {
    Object.assign(this, { call, who, transport, random, round });
    this.name = `${who.role} over ${transport}`;
    this.stream = `${call.sessionId} ${this.name} round ${round}`;
    this.highestHeard = 0;
    this.number = 0;
  }

  async start(server) {
    this.client = new Client(server, this.who, { transport: this.transport });
    this.client.socket.on('chat-message', (message) => {
      this.highestHeard = this.call.ledger.heard(this.highestHeard, message, this.stream);
      this.call.ledger.promise(message, `${this.stream}, live`);
    });
    await this.client.connected();
    await this.client.join(this.call.sessionId);
  }

  run() {
    for (const [key, { text }] of this.call.ledger.unanswered(this.name)) {
      if (!this.random.chance(0.7)) continue;
      this.call.ledger.retry(key);
      this.#emit(key, text);
    }
    for (let count = 0; count < PIPELINE; count += 1) this.#next();
  }

  stop() {
    this.stopped = true;
    this.client.close();
  }

  #next() {
    if (this.stopped || !this.client.socket.connected) return;
    const key = randomUUID();
    this.number += 1;
    const text = `${this.name} ${this.round}.${this.number} ${'·'.repeat(this.random.between(0, 80))}`;
    this.call.ledger.send(key, { text, sender: this.name, stream: this.stream, number: this.number });
    this.#emit(key, text, () => setTimeout(() => this.#next(), this.random.between(0, 3)));
  }

  #emit(key, text, then = () => {}) {
    this.client.socket.emit('chat-message', { sessionId: this.call.sessionId, message: text, clientMessageId: key }, (answer) => {
      if (answer.success) this.call.ledger.promise(answer.chatMessage, `${this.stream}, ack`);
      else this.call.ledger.problems.push(`${this.stream} was refused: ${answer.error}`);
      then();
    });
  }
}

/** Stores over REST, one message after the other; sometimes deletes one of its own. */
export class RestSender {
  constructor(call, who, { random, round }) {
    Object.assign(this, { call, who, random, round });
    this.name = `${who.role} over REST`;
    this.stream = `${call.sessionId} ${this.name} round ${round}`;
    this.number = 0;
    this.own = [];
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  async start(server) {
    this.server = server;
  }

  run() {
    this.done = this.#talk().catch(() => {});  // The test kills the server, so an error is expected.
  }

  async stop() {
    this.stopped = true;
    await this.done;
    this.agent.destroy();
  }

  async #talk() {
    for (const [key, { text }] of this.call.ledger.unanswered(this.name)) {
      if (!this.random.chance(0.7)) continue;
      this.call.ledger.retry(key);
      await this.#store(key, text);
    }
    while (!this.stopped) {
      const key = randomUUID();
      this.number += 1;
      const text = `${this.name} ${this.round}.${this.number}`;
      this.call.ledger.send(key, { text, sender: this.name, stream: this.stream, number: this.number });
      await this.#store(key, text);
      if (this.own.length > 3 && this.random.chance(0.1)) await this.#delete(this.own.splice(this.random.between(0, this.own.length - 1), 1)[0]);
      await delay(this.random.between(0, 3));
    }
  }

  async #store(key, text) {
    const json = { sessionId: this.call.sessionId, message: text, clientMessageId: key };
    const answer = await request(this.server, 'POST', '/api/chat/store', { token: this.who.token, json, agent: this.agent });
    if (answer.status !== 201) return this.call.ledger.problems.push(`${this.stream} was refused: ${answer.status} ${answer.text}`);
    this.call.ledger.promise(answer.body.chatMessage, `${this.stream}, 201`);
    this.own.push({ key, id: answer.body.chatMessage._id });
  }

  async #delete({ key, id }) {
    if (this.call.ledger.isDeleted(key)) return;
    this.call.ledger.askDelete(key);
    const answer = await remove(this.server, `/api/chat/${id}`, { token: this.who.token, agent: this.agent });
    if (answer.status === 200) this.call.ledger.promiseDelete(key);
    else this.call.ledger.problems.push(`${this.stream} could not delete: ${answer.status} ${answer.text}`);
  }
}
