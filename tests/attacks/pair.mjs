// Two people who send 20 messages a second in all. An attack must not disturb them. They share their core with the attacker, so the time
// in which their own process waited for that core is left out of a latency.
import { readFileSync } from 'node:fs';
import { Client } from '../clients/javascript/harness/client.mjs';
import { makeSession } from '../clients/javascript/harness/session.mjs';
import { delay, within } from '../clients/javascript/harness/wait.mjs';

/** `sorted`: latencies in ascending order. */
export const p99Of = (sorted) => sorted[Math.floor(sorted.length * 0.99)] ?? Infinity;

/** How long this process has waited for a core so far, in milliseconds (proc(5), schedstat). */
const waitedMs = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;

const EVERY_MS = 50;
const LATE_MS = 10_000;

export class Pair {
  #sent = new Map();  // text → when, less what had been waited until then
  #latencies = [];
  #said = 0;
  #heard = () => {};

  static async meet(server) {
    const { doctor, patient, sessionId } = await makeSession(server);
    const people = [doctor, patient];
    const pair = new Pair();
    Object.assign(pair, { server, people, sessionId, clients: [] });
    for (const who of people) {
      const client = await Client.connect(server, who);
      await client.join(sessionId);
      pair.clients.push(client);
    }
    pair.clients[1].socket.on('chat-message', ({ message }) => pair.#arrived(message));
    return pair;
  }

  /** Facts that a participant knows, for attacks from inside. */
  get known() {
    return { sessionId: this.sessionId, people: this.people };
  }

  /** Talks until `end`. Returns {sent, undelivered, latencies, p99}, in milliseconds from the emit to the other's event. */
  async talk(end) {
    this.#latencies = [];
    let over = false;
    const ended = end.finally(() => { over = true; });
    ended.catch(() => {});  // thrown below
    let sent = 0;
    for (let due = performance.now(); !over; due += EVERY_MS) {
      await delay(Math.max(0, due - performance.now()));
      this.#say();
      sent += 1;
    }
    await ended;
    const late = performance.now() + LATE_MS;
    while (this.#sent.size > 0 && performance.now() < late) await delay(EVERY_MS);
    const undelivered = this.#sent.size;
    this.#sent.clear();
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    return { sent, undelivered, latencies: sorted, p99: p99Of(sorted) };
  }

  /** Sends one message. Returns `heard`, or why it was not heard. */
  async sayOne() {
    if (this.clients.some(({ socket }) => !socket.connected)) return 'one of the two was disconnected';
    const heard = new Promise((resolve) => { this.#heard = resolve; });
    this.#say();
    return within(heard, 'the message').then(() => 'heard', (error) => error.message);
  }

  #say() {
    const message = `message ${this.#said += 1}`;
    this.#sent.set(message, performance.now() - waitedMs());
    this.clients[0].emit('chat-message', { sessionId: this.sessionId, message });
  }
  #arrived(message) {
    const at = this.#sent.get(message);
    if (at === undefined) return;
    this.#sent.delete(message);
    this.#latencies.push(performance.now() - waitedMs() - at);
    this.#heard();
  }
}
