// examples/chat.mjs, which docs/guide/resume.md quotes: it sends a text once, resumes at its position, and exits with status 1 on failure.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, beforeEach, test } from 'node:test';
import { store } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { endSession, makeSession } from '../clients/javascript/harness/session.mjs';
import { until, within } from '../clients/javascript/harness/wait.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const children = new Set();
let folder;
let server;
let call;
before(async () => {
  // As in the README: a folder of its own, with socket.io-client installed.
  folder = mkdtempSync(join(tmpdir(), 'parley-chat-'));
  copyFileSync(here('../../examples/chat.mjs'), join(folder, 'chat.mjs'));
  symlinkSync(here('../clients/javascript/node_modules'), join(folder, 'node_modules'));
  server = await Server.start();
});
beforeEach(async () => { call = await makeSession(server); });
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.dispose();
  rmSync(folder, { recursive: true });
});

function chat(...words) {
  const child = spawn(process.execPath, ['chat.mjs', ...words], { cwd: folder });
  const run = { child, said: '', ended: new Promise((resolve) => child.once('close', resolve)) };
  children.add(child);
  child.stdout.on('data', (chunk) => { run.said += chunk; });
  child.stderr.on('data', (chunk) => { run.said += chunk; });
  return run;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const doctorSays = (text) => store(server, call.doctor, call.sessionId, text);

test('a text is said, once, and what was said before is shown', async () => {
  await doctorSays('Good morning');
  const run = chat(server.origin, call.patient.token, call.sessionId, 'Good evening');
  assert.equal(await within(run.ended, 'the example to end'), 0, run.said);
  assert.match(run.said, /^\d+ doctor: Good morning\n(\d+ patient: Good evening\n)?stored at \d+\.[0-9a-f]{16}\n$/);
});

test('after kill -9 it goes on where it was: nothing twice, nothing left out', async () => {
  const run = chat(server.origin, call.patient.token, call.sessionId);
  await doctorSays('one');
  await until(() => run.said.includes('one'), 'the first text is heard');
  await server.restart();
  await doctorSays('two');
  await until(() => run.said.includes('two'), 'the second text is heard');
  await doctorSays('three');
  await until(() => run.said.includes('three'), 'the third text is heard');
  run.child.kill();
  assert.deepEqual(run.said.match(/one|two|three/g), ['one', 'two', 'three']);
});

test('more than one page of history is shown whole and in order', async () => {
  const texts = Array.from({ length: 230 }, (_, index) => `line ${index}`);
  for (const text of texts) await doctorSays(text);
  const run = chat(server.origin, call.patient.token, call.sessionId);
  await until(() => run.said.includes('line 229'), 'the last text is heard');
  run.child.kill();
  assert.deepEqual(run.said.match(/line \d+/g), texts);
});

test('where the server has another history, it says so and shows that one', async () => {
  const { folder: serverFolder } = server;
  await doctorSays('one');
  await server.kill();
  cpSync(join(serverFolder, 'data'), join(serverFolder, 'backup'), { recursive: true });
  await server.restart();
  const run = chat(server.origin, call.patient.token, call.sessionId);
  await doctorSays('two');
  await until(() => run.said.includes('two'), 'the second text is heard');
  await server.kill();
  rmSync(join(serverFolder, 'data'), { recursive: true });
  cpSync(join(serverFolder, 'backup'), join(serverFolder, 'data'), { recursive: true });
  await server.restart();
  await doctorSays('three');
  await until(() => run.said.includes('three'), 'the third text is heard');
  run.child.kill();
  assert.deepEqual(run.said.match(/one|two|another history|three/g), ['one', 'two', 'another history', 'one', 'three']);
});

test('the end of a session ends it; one that ended before is shown whole', async () => {
  const texts = Array.from({ length: 230 }, (_, index) => `line ${index}`);
  for (const text of texts) await doctorSays(text);
  const run = chat(server.origin, call.patient.token, call.sessionId);
  await until(() => run.said.includes('line 229'), 'the last text is heard');
  await endSession(server, call);
  assert.equal(await within(run.ended, 'the example to end'), 0, run.said);
  assert.match(run.said, /line 229\nThe session has ended\n$/);
  const later = chat(server.origin, call.patient.token, call.sessionId);
  assert.equal(await within(later.ended, 'the example to end'), 1, later.said);
  assert.deepEqual(later.said.match(/line \d+/g), texts);
  assert.match(later.said, /Session has already ended\n$/);
});

test('what cannot be done is named, and the status is 1', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const ended = await makeSession(server);
  await endSession(server, ended);
  const { origin } = server;
  const { patient: { token }, sessionId } = call;
  for (const [words, says] of [
    [[nowhere, token, sessionId, 'x'], `${nowhere}: `],
    [[origin, 'no token', sessionId, 'x'], 'Invalid authentication token'],
    [[origin, token, 'no session', 'x'], 'no session: Session not found'],
    [[origin, ended.patient.token, ended.sessionId, 'x'], 'Session has already ended'],
    [[origin, token, sessionId, 'x'.repeat(1001)], 'refused: Message too long'],
  ]) {
    const run = chat(...words);
    assert.equal(await within(run.ended, 'the example to end'), 1, run.said);
    assert.ok(run.said.includes(says), run.said);
  }
});
