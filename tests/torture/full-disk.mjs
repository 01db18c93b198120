// A disk that is really full under a real mongod, while people talk: node full-disk.mjs [--folder a small file system]
//
// First the disk is filled beyond the server's own mark: texts and new sessions are refused as `store_full`. Then it is filled to the last byte
// at once, before the server looks again, so mongod itself finds no room. After each the disk is emptied, stopped processes are started,
// and messages without a `stored` answer are sent again under their keys. The log must then hold the acknowledged messages, once and in order.
// Without --folder it mounts a file system in memory in its own mount namespace (unshare), which needs no rights if user namespaces are
// allowed. Prints one PASS or FAIL line.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from '../clients/javascript/harness/client.mjs';
import { commit } from '../clients/javascript/harness/commit.mjs';
import { startMongod } from '../clients/javascript/harness/mongod.mjs';
import { get, post } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { person } from '../clients/javascript/harness/token.mjs';
import { insertUsers } from '../clients/javascript/harness/people.mjs';
import { until } from '../clients/javascript/harness/wait.mjs';
import { Ledger } from './ledger.mjs';
import { DATABASE, makeCall, storedEntries, wholeLog } from './mongo_world.mjs';

const DISK_MIB = 1024;          // the mark is at 256; mongod takes 300 for its journal
const LOW_MIB = 200;
const VERDICT_MS = 25_000;      // the server's deadline, one try, and a margin
const PATIENCE_MS = 60_000;
const MIB = 1 << 20;
const EXIT_FAILED = 2;          // with a message; unshare and mount have other statuses

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
if (!values.folder) runOnSmallDisk();
const folder = values.folder;
const ballast = join(folder, 'ballast');
const problems = [];
const verdicts = {};            // code → how often
let mongod;
let server;

/** Runs this file again with a small file system that exists only for that run. */
function runOnSmallDisk() {
  const mountPoint = mkdtempSync(join(tmpdir(), 'parley-full-disk-'));
  const inside = 'mount -t tmpfs -o size="$2" parley-full-disk "$1" && exec node "$3" --folder "$1"';
  const ran = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', inside, 'sh', mountPoint, `${DISK_MIB}m`, fileURLToPath(import.meta.url)], { stdio: 'inherit' });
  rmSync(mountPoint, { recursive: true, force: true });
  if (ran.status !== 0 && ran.status !== EXIT_FAILED)
    console.log('FAIL full-disk: no small file system could be mounted (unshare --user --mount). Allow user namespaces, or run it as node tests/torture/full-disk.mjs --folder FOLDER with a disk of 1 GiB there.');
  process.exit(ran.status === 0 ? 0 : 1);
}

const freeBytes = () => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};
/** Fills the disk so that `left` bytes remain. */
function fill(left) {
  execFileSync('fallocate', ['-l', String(freeBytes() - left), ballast]);
}
const empty = () => rmSync(ballast, { force: true });

/** A person who talks in one session, one message at a time, and keeps the messages that were not stored. */
class Talker {
  #number = 0;
  #isOver = false;
  #talking;
  verdicts = 0;
  constructor(call, who, client) {
    Object.assign(this, { call, who, client });
    this.#talking = this.#talk();
  }
  async #talk() {
    while (!this.#isOver) {
      this.#number += 1;
      const key = `${this.who.role}-${this.#number}`;
      const text = `${key} ${'x'.repeat(800)}`;
      this.call.ledger.send(key, { text, sender: this.who.id, stream: this.who.id, number: this.#number });
      await this.#send(key, text);
    }
  }
  async #send(key, message) {
    const payload = { sessionId: this.call.sessionId, message, messageType: 'text', clientMessageId: key };
    const ack = await this.client.socket.timeout(VERDICT_MS).emitWithAck('chat-message', payload).catch((error) => ({ code: 'no_verdict', error: error.message }));
    const code = ack.success ? 'stored' : ack.code;
    verdicts[code] = (verdicts[code] ?? 0) + 1;
    this.verdicts += 1;
    if (ack.success) this.call.ledger.promise(ack.chatMessage, 'an ack');
    else if (!['store_full', 'store_failed', 'outcome_unknown', 'overloaded'].includes(code)) problems.push(`${key}: ${JSON.stringify(ack)}`);
    else if (!(await get(server, '/health')).body) problems.push('/health gave nothing');
    return ack.success;
  }
  stop() {
    this.#isOver = true;
    return this.#talking;
  }
  /** Sends the messages without a `stored` answer again, in their first order, until all are stored. */
  async sendAgain() {
    for (const [key, record] of this.call.ledger.unanswered(this.who.id)) {
      this.call.ledger.retry(key);
      await until(() => this.#send(key, record.text), `${key} is stored`, PATIENCE_MS);
    }
  }
}

const isReady = async () => (await get(server, '/ready')).status === 200;
const heard = (code) => until(() => (verdicts[code] ?? 0) > 0, `somebody hears ${code}`, PATIENCE_MS);
async function storesAgain(talkers) {
  await until(isReady, '/ready is 200 again', PATIENCE_MS);
  const before = verdicts.stored ?? 0;
  await until(() => (verdicts.stored ?? 0) > before + talkers.length, 'messages are stored again', PATIENCE_MS);
}

async function belowTheMark(talkers) {
  fill(LOW_MIB * MIB);
  await heard('store_full');
  const ready = await get(server, '/ready');
  if (ready.status === 200 || !JSON.stringify(ready.body).includes('free space')) problems.push(`/ready does not name the room: ${ready.status} ${ready.text}`);
  const [doctor, patient] = [person('doctor'), person('patient')];
  await insertUsers(mongod.client.db(DATABASE), [doctor, patient]);
  const made = await post(server, '/api/sessions/create', { token: doctor.token, json: { patientId: patient.id } });
  if (made.status !== 507) problems.push(`a new session was not refused: ${made.status} ${made.text}`);
  empty();
  await storesAgain(talkers);
}

/** Returns how mongod reacted. */
async function toTheLastByte(talkers) {
  fill(0);
  await until(async () => !(await isReady()), '/ready is 503', PATIENCE_MS);
  const before = talkers.map((each) => each.verdicts);
  await until(() => talkers.every((each, i) => each.verdicts > before[i]), 'each hears a verdict', PATIENCE_MS);
  if (!server.alive) problems.push('the server has gone');
  const ended = !mongod.alive(0);
  empty();
  await mongod.heal();
  await storesAgain(talkers);
  return ended ? 'mongod ended itself' : 'mongod lived on';
}

let failure = '';
let how = '';
let texts = [];
let promised = 0;
try {
  mongod = await startMongod({ members: 1, folder });
  server = await Server.start({ args: ['--store', mongod.uriWith('', DATABASE)] });
  const call = await makeCall(server, mongod.client);
  call.ledger = new Ledger();
  const talkers = await Promise.all([call.doctor, call.patient].map(async (who) => {
    const client = await Client.connect(server, who);
    await client.join(call.sessionId);
    return new Talker(call, who, client);
  }));
  await storesAgain(talkers);
  await belowTheMark(talkers);
  how = await toTheLastByte(talkers);
  await Promise.all(talkers.map((each) => each.stop()));
  for (const each of talkers) await each.sendAgain();
  ({ texts } = await wholeLog(server, call));
  call.ledger.compare(texts);
  problems.push(...call.ledger.problems);
  promised = call.ledger.promisedCount;
  if (promised !== texts.length) problems.push(`${promised} were acknowledged, ${texts.length} are there`);
  const { misplaced } = await storedEntries(mongod.client, call.sessionId);
  if (misplaced > 0) problems.push(`${misplaced} documents of the log do not follow the one before`);
} catch (error) {
  failure = `${error.stack}\n${server?.output.slice(-2000) ?? ''}`;
}
Client.closeAll();
await server?.dispose();
await mongod?.stop();
const passed = !failure && problems.length === 0 && promised > 0 && verdicts.store_full > 0;
for (const problem of problems) console.error(problem);
if (failure) console.error(failure);
console.log(`${passed ? 'PASS' : 'FAIL'} full-disk: ${promised} messages acknowledged and ${texts.length} stored, ${problems.length} problems (lost, doubled, out of order, without a verdict); ` +
  `with no byte left ${how || 'it did not come to that'}; verdicts ${JSON.stringify(verdicts)}; commit ${commit()}`);
process.exit(passed ? 0 : EXIT_FAILED);
