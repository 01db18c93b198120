// The server of the suite, and two people who keep talking on it. After each test the server is still the same process, and the two have
// noticed nothing.
import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import { Client } from '../../harness/client.mjs';
import { get } from '../../harness/rest.mjs';
import { PARLEY, Server } from '../../harness/server.mjs';
import { makeCall } from '../../harness/session.mjs';
import { person } from '../../harness/token.mjs';
import { delay, until } from '../../harness/wait.mjs';

export const MIB = 1024 * 1024;
export const PAYLOAD_MAX = 1_000_000;
export const RSS_GROWTH_MAX = 256 * MIB;
export const storePath = '/api/chat/store';
export const stranger = person('doctor');

export let server;
let pid;
export let rssBefore;
export let bystanders;

/** Two people who chat until `stop`. Every message must arrive once and in order, and both must stay connected. */
class Bystanders {
  static async start() {
    const pair = new Bystanders();
    pair.call = await makeCall(server);
    pair.said = [];
    pair.going = true;
    pair.talk = pair.#talk();
    pair.talk.catch((error) => { pair.failure = error; });
    return pair;
  }

  async #talk() {
    const { doctorSocket, patientSocket, sessionId } = this.call;
    for (let index = 0; this.going; index += 1) {
      const text = `bystander ${index}`;
      const speaker = index % 2 ? doctorSocket : patientSocket;
      const answer = await speaker.send(sessionId, text);
      assert.equal(answer.success, true, answer.error);
      this.said.push(text);
      await delay(2);
    }
  }

  async check() {
    const count = this.said.length;
    await until(() => this.failure || this.said.length > count + 2, 'the bystanders talk on');
    assert.ifError(this.failure);
    const { doctorSocket, patientSocket } = this.call;
    assert.deepEqual([doctorSocket.disconnects, patientSocket.disconnects], [[], []]);
  }

  async finish() {
    this.going = false;
    await this.talk;
    const { doctor, doctorSocket, patientSocket, sessionId } = this.call;
    for (const client of [doctorSocket, patientSocket]) {
      await client.settle(sessionId);
      assert.deepEqual(client.take('chat-message').map((message) => message.message), this.said);
      assert.deepEqual(client.heard, [], 'nothing else was heard');
    }
    const stats = (await get(server, `/api/chat/session/${sessionId}/stats`, { token: doctor.token })).body;
    assert.equal(stats.totalMessages, this.said.length);
    return this.said.length;
  }
}

before(async () => {
  server = await Server.start();
  pid = server.pid;
  bystanders = await Bystanders.start();
  await bystanders.check();
  rssBefore = server.rssBytes();
});
afterEach(async () => {
  assert.ok(server.alive && server.pid === pid, `the server lives\n${server.output.slice(-3000)}`);
  await bystanders.check();
});
after(async () => {
  const said = await bystanders.finish();
  const grown = Math.round((server.rssBytes() - rssBefore) / MIB);
  assert.ok(grown * MIB < RSS_GROWTH_MAX, `resident memory grew by ${grown} MiB`);
  assert.doesNotMatch(server.output, /AddressSanitizer|runtime error:|ThreadSanitizer|terminate called|Assertion/);
  console.log(`bad-input: bystanders said ${said} messages and missed none; resident memory ${grown >= 0 ? '+' : ''}${grown} MiB; binary ${PARLEY.split('/').slice(-3).join('/')}`);
  Client.closeAll();
  await server.dispose();
});
