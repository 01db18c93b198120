// Tests of the harness: the real mongod of the JavaScript suites and the gate in front of it. Each fault works as described, and healing ends it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import { startGate } from './gate.mjs';
import { removeFoldersOfTheDead, startMongod } from './mongod.mjs';
import { until } from './wait.mjs';

const MAJORITY = { writeConcern: { w: 'majority', j: true, wtimeoutMS: 20_000 } };

describe('a replica set behind gates', () => {
  let set;
  let notes;
  before(async () => {
    set = await startMongod({ members: 3, gated: true });
  });
  beforeEach(() => {
    notes = set.client.db(set.freshDatabase()).collection('notes');
  });
  afterEach(() => set.heal());
  after(async () => {
    await set.stop();
    assert.equal(existsSync(set.folder), false, 'the folder is removed');
  });

  test('stores by majority, and mongoose talks to it, transactions included', async () => {
    const connection = await mongoose.createConnection(set.uriWith('', set.freshDatabase())).asPromise();
    const Note = connection.model('Note', new mongoose.Schema({ text: String }));
    await Note.create({ text: 'first' });
    await assert.rejects(connection.transaction(async (session) => {
      await Note.create([{ text: 'second' }], { session });
      throw new Error('taken back');
    }), /taken back/);
    assert.deepEqual((await Note.find()).map((note) => note.text), ['first']);
    await connection.close();
  });

  test('a killed primary is followed by another that has what was committed', async () => {
    await notes.insertOne({ _id: 1 }, MAJORITY);
    const killed = await set.primary();
    await set.kill(killed);
    assert.equal(set.alive(killed), false);
    assert.notEqual(await set.primary(), killed);
    assert.equal(await notes.countDocuments(), 1);
    await set.startAgain(killed);
    assert.equal(set.alive(killed), true);
  });

  test('stepping down makes another primary; a member that was told to end comes back', async () => {
    const stepped = await set.primary();
    assert.notEqual(await set.stepDown(), stepped);
    await set.terminate(stepped);
    assert.equal(set.alive(stepped), false);
    await notes.insertOne({ _id: 1 }, MAJORITY);
  });

  test('a paused primary is followed', async () => {
    const paused = await set.primary();
    await set.pause(paused);
    assert.notEqual(await set.primary(), paused);
    set.resume(paused);
    await set.whole();
  });

  test('a primary behind a closed gate is followed', async () => {
    const cutOff = await set.primary();
    await set.gate(cutOff).refuse();
    set.gate(cutOff).cut();
    await until(async () => (await set.primary()) !== cutOff, 'another is primary', 30_000);
    await notes.insertOne({ _id: 1 }, MAJORITY);
  });

  test('a fail point fails what it names until it is cleared', async () => {
    const primary = await set.primary();
    await set.failPoint(primary, { configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { failCommands: ['insert'], errorCode: 2 } });
    await assert.rejects(notes.insertOne({ _id: 1 }), { code: 2 });
    await set.clearFailPoint(primary, 'failCommand');
    await notes.insertOne({ _id: 1 });
  });
});

describe('a standalone and its gate', () => {
  let mongod;
  let gate;
  let database;
  const clients = [];

  /** A client through the gate that has one open connection. */
  async function client(appName, options = {}) {
    const made = new MongoClient(`mongodb://127.0.0.1:${gate.port}/?directConnection=true&appName=${appName}`, {
      maxPoolSize: 1, serverSelectionTimeoutMS: 1000, connectTimeoutMS: 1000, retryWrites: false, retryReads: false, ...options,
    });
    clients.push(made);
    await made.db('admin').command({ buildInfo: 1 });
    return made.db(database).collection('notes');
  }
  /** A client without the gate. */
  const stored = async () => (await mongod.command(0, database, { count: 'notes', query: { _id: { $gte: 0 } } })).n;

  before(async () => {
    mongod = await startMongod();
  });
  beforeEach(async () => {
    gate = await startGate(mongod.port());
    database = mongod.freshDatabase();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((each) => each.close(true)));
    await gate.stop();
  });
  after(() => mongod.stop());

  test('passes and counts', async () => {
    const writer = await client('parley-write');
    const before_ = gate.counts('parley-write');
    await writer.insertOne({ _id: 1 });
    assert.equal(await stored(), 1);
    assert.equal(gate.counts('parley-write').requests, before_.requests + 1);
    assert.equal(gate.counts('parley-write').answers, before_.answers + 1);
    assert.equal(gate.counts('nobody').accepted, 0);
  });

  test('holds one application and lets the other pass', async () => {
    const writer = await client('parley-write');
    const reader = await client('parley-read');
    await gate.hold('parley-write');
    const held = writer.insertOne({ _id: 1 });
    await gate.until(({ held: waiting }) => waiting === 1, 'parley-write');
    await reader.insertOne({ _id: 2 });
    assert.equal(await stored(), 1, 'only the reader’s');
    gate.release('parley-write');
    await held;
    assert.equal(await stored(), 2);
  });

  test('a held write of a client that has gone lands at release', async () => {
    const writer = await client('parley-write', { socketTimeoutMS: 300 });
    await gate.hold('parley-write');
    await assert.rejects(writer.insertOne({ _id: 1 }));
    assert.equal(await stored(), 0);
    gate.release();
    await until(async () => (await stored()) === 1, 'the write lands');
  });

  test('a delay keeps what is said until it is taken back', async () => {
    const writer = await client('parley-write');
    gate.delay(20);
    await writer.insertOne({ _id: 1 });
    gate.delay(3_600_000);
    const late = writer.insertOne({ _id: 2 });
    await assert.rejects(client('parley-late'));
    assert.equal(await stored(), 1);
    gate.delay(0);
    await late;
  });

  test('slices into pieces and loses nothing', async () => {
    const writer = await client('parley-write');
    gate.slice(7);
    const text = 'x'.repeat(20_000);
    const before_ = gate.counts().writes;
    await writer.insertOne({ _id: 1, text });
    assert.equal((await writer.findOne({ _id: 1 })).text, text);
    assert.ok(gate.counts().writes - before_ >= (2 * text.length) / 7);
  });

  test('a cut resets the connections of its application, and the next ones pass', async () => {
    const writer = await client('parley-write');
    const reader = await client('parley-read');
    await gate.hold('parley-write');
    const lost = assert.rejects(writer.insertOne({ _id: 1 }));
    await gate.until(({ held }) => held === 1, 'parley-write');
    gate.cut('parley-write');
    await lost;
    gate.release();
    await reader.insertOne({ _id: 2 });
    await (await client('parley-write')).insertOne({ _id: 3 });
    assert.equal(await stored(), 2);
  });

  test('refuses new connections while old ones live, and accepts again on the same port', async () => {
    const writer = await client('parley-write');
    const { port } = gate;
    for (let round = 0; round < 2; ++round) {
      await gate.refuse();
      const [error] = await once(net.connect(port, '127.0.0.1'), 'error');
      assert.equal(error.code, 'ECONNREFUSED');
      await writer.insertOne({ _id: round });
      await gate.accept();
      assert.equal(gate.port, port);
    }
    await (await client('parley-late')).insertOne({ _id: 2 });
  });

  test('swallows the answer to a request that arrives', async () => {
    const writer = await client('parley-write');
    gate.swallowAnswers('parley-write');
    const unknown = assert.rejects(writer.insertOne({ _id: 1 }));
    await gate.until(({ swallowed }) => swallowed === 1, 'parley-write');
    assert.equal(await stored(), 1);
    gate.deliverAnswers();
    await unknown;
    await assert.rejects((await client('parley-write')).insertOne({ _id: 1 }), { code: 11000 });
  });

  test('what was journaled is there after kill -9', async () => {
    const writer = await client('parley-write');
    await writer.insertOne({ _id: 1 }, { writeConcern: { j: true } });
    await mongod.kill(0);
    await assert.rejects(client('parley-late'));
    await mongod.startAgain(0);
    assert.equal(await stored(), 1);
    await client('parley-again');
  });

  test('it ends with its process, even when that is killed', async () => {
    const code = `import { startMongod } from './mongod.mjs'; console.log((await startMongod()).port());`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: fileURLToPath(new URL('.', import.meta.url)) });
    const port = Number(await once(child.stdout, 'data'));
    assert.ok(port > 0);
    child.kill('SIGKILL');
    await until(async () => {
      const socket = net.connect(port, '127.0.0.1');
      return once(socket, 'connect').then(() => false, () => true).finally(() => socket.destroy());
    }, 'nobody listens any more');
    removeFoldersOfTheDead();
  });
});
