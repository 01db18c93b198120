// One scenario in the client libraries of several languages: connect, join, chat in both directions with acks, lose the server, reconnect,
// resume by position, retry, end. This file decides and checks everything. Each language adds only a bridge of a few lines.
//   node scenario.mjs [--clients javascript,javascript-oldest,python,java,rust] [--verdict]
//
// A bridge is started as `bridge URL TOKEN`. It connects with {token} as auth, reconnects by itself, and exchanges lines of JSON.
//   in   {"do":"emit","id":1,"event":"join-session","payload":{…}}   emits with an acknowledgement        {"do":"close"}   disconnects and ends
//   out  {"connected":true}   {"disconnected":true}   {"event":"chat-message","args":[…]}   {"ack":1,"args":[…]}   {"failed":["why"]}
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from './harness/client.mjs';
import { get, store } from './harness/rest.mjs';
import { Server } from './harness/server.mjs';
import { makeSession } from './harness/session.mjs';
import { within } from './harness/wait.mjs';
import { commit } from './harness/commit.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const build = join(here, '../../../build');
const java = [join(build, 'clients-java/*'), join(build, 'clients-java/classes')].join(':');
const versionIn = (file, pattern) => pattern.exec(readFileSync(join(here, '..', file), 'utf8'))[1];
const CLIENTS = {
  javascript: { command: [process.execPath, join(here, 'bridge.mjs')], more: ['socket.io-client'], version: versionIn('javascript/package.json', /"socket.io-client": "([^"]*)"/) },
  'javascript-oldest': { command: [process.execPath, join(here, 'bridge.mjs')], more: ['socket.io-client-oldest'], version: versionIn('javascript/package.json', /npm:socket.io-client@([^"]*)"/) },
  python: { command: [join(build, 'clients-venv/bin/python'), '-B', join(here, '../python/bridge.py')], version: versionIn('python/requirements.txt', /python-socketio==(\S+)/) },
  java: { command: ['java', '-cp', java, 'Bridge'], version: versionIn('java/pom.xml', /<artifactId>socket.io-client<\/artifactId>\s*<version>(.*?)</) },
  rust: { command: [join(build, 'clients-rust/release/parley-bridge')], version: versionIn('rust/Cargo.toml', /rust_socketio = "=(.*?)"/) },
};
const START_LIMIT_MS = 30_000;

class Bridge {
  #last = 0;
  #lines = [];
  #wake = () => {};

  constructor(name, server, who) {
    const { command, more = [] } = CLIENTS[name];
    this.process = spawn(command[0], [...command.slice(1), server.origin, who.token, ...more], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.stdin.on('error', () => {});  // the bridge has ended; the line that the test waits for reports it
    process.on('exit', () => this.process.kill('SIGKILL'));
    this.ended = new Promise((resolve, reject) => this.process.once('error', reject).once('exit', (code, signal) => resolve(signal ?? code)));
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.#lines.push(JSON.parse(line));
      this.#wake();
    });
  }

  /** Returns the first matching line that was not taken. Earlier lines remain. */
  line(matches, what, limit) {
    const find = async () => {
      for (;;) {
        const index = this.#lines.findIndex(matches);
        if (index >= 0) return this.#lines.splice(index, 1)[0];
        await new Promise((resolve) => { this.#wake = resolve; });
      }
    };
    const gone = this.ended.then((code) => { throw new Error(`the bridge ended with ${code} while we waited for ${what}`); });
    return within(Promise.race([find(), gone]), `${what}; it has said ${JSON.stringify(this.#lines).slice(0, 2000)}`, limit);
  }
  connected() {
    return this.line((line) => line.connected, 'the connection', START_LIMIT_MS);
  }
  disconnected() {
    return this.line((line) => line.disconnected, 'news of the disconnection', START_LIMIT_MS);
  }
  async heard(event, text) {
    const { args } = await this.line((line) => line.event === event && (text === undefined || line.args[0].message === text), `${event} ${text ?? ''}`);
    return args[0];
  }
  /** Returns the acknowledgement that the library passed to its application. */
  async ask(event, payload) {
    const id = (this.#last += 1);
    this.process.stdin.write(`${JSON.stringify({ do: 'emit', id, event, payload })}\n`);
    const { args } = await this.line((line) => line.ack === id, `the acknowledgement of ${event}`);
    assert.equal(args.length, 1, `one argument acknowledges: ${JSON.stringify(args)}`);
    return args[0];
  }
  async close() {
    this.process.stdin.end('{"do":"close"}\n');
    assert.equal(await within(this.ended, 'the bridge to end'), 0);
  }
  kill() {
    this.process.kill('SIGKILL');
  }
}

/** Checks the entries of one answer: they are dense, begin after `after`, and end at `to`. */
function checkResume(resume, after) {
  assert.ok(resume, 'join-session with `after` answers with `resume`');
  const { from, to, count, digest, more, entries } = resume;
  assert.deepEqual({ from, more, count }, { from: after, more: false, count: entries.length });
  const first = Number(after.split('.')[0]);
  assert.deepEqual(entries.map(({ seq }) => seq), entries.map((_, index) => first + 1 + index), 'seq is dense');
  assert.equal(to, entries.length ? entries.at(-1).position : after);
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.ok(digest.startsWith(to.split('.')[1]), 'the digest is the one of the last position');
}

const TEXTS = {
  doctor: 'Καλημέρα 🩺 "quoted" \\ and\na new line',
  patient: 'γειά 👋 <b>bold</b> \u2028 end',
};

async function play(name) {
  const server = await Server.start();
  const call = await makeSession(server);
  const { sessionId } = call;
  const doctor = await Client.connect(server, call.doctor, { reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 500 });
  const bridge = new Bridge(name, server, call.patient);
  try {
    await doctor.join(sessionId);
    await bridge.connected();
    const joined = await bridge.ask('join-session', { sessionId });
    assert.equal(joined.success, true);
    assert.deepEqual([joined.session.sessionId, joined.session.patientId], [sessionId, call.patient.id]);
    assert.equal((await doctor.next('user-joined')).userId, call.patient.id);

    const told = await doctor.send(sessionId, TEXTS.doctor);
    assert.deepEqual(await bridge.heard('chat-message', TEXTS.doctor), { ...told.chatMessage, ...pick(told.chatMessage, await doctor.next('chat-message')) });
    const clientMessageId = randomUUID();
    const said = await bridge.ask('chat-message', { sessionId, message: TEXTS.patient, clientMessageId });
    assert.deepEqual([said.success, said.chatMessage.message], [true, TEXTS.patient]);
    assert.equal((await doctor.next('chat-message')).id, said.chatMessage.id);
    const last = await bridge.heard('chat-message', TEXTS.patient);
    assert.equal(last.position, said.chatMessage.position);

    // The server is killed. The doctor reconnects first and sends three messages, one of them over REST, while the patient is away.
    await server.kill();
    await bridge.disconnected();
    const doctorBack = new Promise((resolve) => doctor.socket.once('connect', resolve));
    await server.restart();
    await within(doctorBack, 'the doctor to be back');
    await bridge.connected();
    await doctor.join(sessionId);
    const missed = ['while you were away 1', 'while you were away 2 🩺'];
    for (const text of missed) assert.equal((await doctor.send(sessionId, text)).success, true);
    missed.push('and by REST');
    assert.equal((await store(server, call.doctor, sessionId, missed.at(-1))).status, 201);

    const back = await bridge.ask('join-session', { sessionId, after: last.position });
    assert.equal(back.success, true, back.error);
    checkResume(back.resume, last.position);
    assert.deepEqual(back.resume.entries.filter(({ kind }) => kind === 'text').map(({ message }) => message), missed);
    const again = await bridge.ask('chat-message', { sessionId, message: TEXTS.patient, clientMessageId });
    assert.deepEqual([again.success, again.duplicate ?? again.chatMessage.duplicate, again.chatMessage.id], [true, true, said.chatMessage.id]);
    assert.equal((await doctor.send(sessionId, 'live again')).success, true);
    const live = await bridge.heard('chat-message', 'live again');
    assert.equal(live.seq, Number(back.resume.to.split('.')[0]) + 1, 'live goes on where resume ended');

    doctor.emit('end-session', { sessionId });
    assert.deepEqual(await bridge.heard('session-ended'), { sessionId, endedBy: call.doctor.id });
    const late = await bridge.ask('chat-message', { sessionId, message: 'too late' });
    assert.deepEqual([late.success, late.error], [false, 'Session has already ended']);
    await bridge.close();
    const stored = await get(server, `/api/chat/session/${sessionId}?limit=1000`, { token: call.doctor.token });
    assert.deepEqual(stored.body.messages.map(({ message }) => message), [TEXTS.doctor, TEXTS.patient, ...missed, 'live again'], 'each once, in order');
  } finally {
    bridge.kill();
    doctor.close();
    await server.dispose();
  }
}

/** The keys that `event` has and `message` does not: only a live event has them. */
const pick = (message, event) => Object.fromEntries(Object.entries(event).filter(([key]) => !(key in message)));

const { values: options } = parseArgs({ options: { clients: { type: 'string' }, verdict: { type: 'boolean' } } });
const names = options.clients?.split(',') ?? Object.keys(CLIENTS);
const results = [];
for (const name of names) {
  if (!CLIENTS[name]) throw new Error(`no client ${name}; there are ${Object.keys(CLIENTS).join(', ')}`);
  try {
    await play(name);
    results.push({ name, passed: true });
    console.log(`passed  ${name} ${CLIENTS[name].version}`);
  } catch (error) {
    results.push({ name, passed: false });
    console.log(`FAILED  ${name} ${CLIENTS[name].version}: ${error.stack}`);
  }
}
const passed = results.length > 0 && results.every((result) => result.passed);
if (options.verdict) {
  const line = results.map(({ name, passed: ok }) => `${name} ${CLIENTS[name].version} ${ok ? 'passed' : 'FAILED'}`).join(', ');
  console.log(`${passed ? 'PASS' : 'FAIL'} clients-all: ${line}; resume by position included; commit ${commit()}`);
}
process.exit(passed ? 0 : 1);
