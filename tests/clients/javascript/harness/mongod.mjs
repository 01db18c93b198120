// A real mongod (tools/install-mongod.sh): standalone or a replica set, on free ports of 127.0.0.1, in a temporary folder. It ends with the process
// that started it, even if that is killed. tests/support/mongod.hpp is the same in C++.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { freePort, startGate } from './gate.mjs';
import { until, within } from './wait.mjs';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
export const MONGOD = process.env.MONGOD || join(ROOT, 'build/mongod/bin/mongod');
const FOLDERS = join(ROOT, 'build/mongod-data');
const SET = 'parley-test';
const PATIENCE_MS = 30_000;
// A lost primary is replaced within seconds. The heartbeat's timeout counts too: a new primary waits that long for the state of a silent member.
const SETTINGS = { electionTimeoutMillis: 1000, heartbeatIntervalMillis: 500, heartbeatTimeoutSecs: 2 };
const running = new Set();
process.on('exit', () => running.forEach((each) => each.disposeNow()));

/** @param options members: 0 for a standalone, n for a replica set; gated: a gate in front of each member, whose address the set uses, so members
 *    talk through them too; args: more flags for each mongod; folder: for the data, which the caller removes. Resolves when there is a primary. */
export async function startMongod(options = {}) {
  const mongod = new Mongod(options);
  await mongod.begin();
  return mongod;
}

class Mongod {
  constructor({ members = 0, gated = false, args = [], folder = null }) {
    accessSync(MONGOD, constants.X_OK); // if it is missing: run tools/install-mongod.sh, or set MONGOD
    this.#isSet = members > 0;
    this.#gated = gated;
    this.#ownFolder = folder === null;
    this.folder = folder ?? newFolder();
    const more = this.#isSet ? [...args, '--replSet', SET, '--oplogSize', '256'] : args;
    for (let i = 0; i < Math.max(members, 1); ++i) this.#members.push(new Member(join(this.folder, String(i)), more));
    running.add(this);
  }

  #isSet;
  #gated;
  #ownFolder;
  #members = [];
  #gates = [];
  #client = null;
  #databases = 0;
  #failPoints = [];

  async begin() {
    await Promise.all(this.#members.map((each) => each.start()));
    if (this.#gated) this.#gates = await Promise.all(this.#members.map((each) => startGate(each.port)));
    if (!this.#isSet) return;
    const members = this.#members.map((_, i) => ({ _id: i, host: this.#address(i) }));
    await this.command(0, 'admin', { replSetInitiate: { _id: SET, members, settings: SETTINGS } }).catch((error) => {
      if (error.codeName !== 'AlreadyInitialized') throw error; // the folder was used before
    });
    await this.whole();
  }

  get size() {
    return this.#members.length;
  }
  /** The URI for a driver. */
  get uri() {
    return this.uriWith('');
  }
  uriWith(options, database = '') {
    const how = this.#isSet ? `replicaSet=${SET}` : 'directConnection=true';
    return `mongodb://${this.#members.map((_, i) => this.#address(i)).join(',')}/${database}?${[how, options].filter(Boolean).join('&')}`;
  }
  /** The URI of one member, without its gate and in any state. */
  memberUri(i) {
    return `mongodb://127.0.0.1:${this.port(i)}/?directConnection=true`;
  }
  port(i = 0) {
    return this.#members[i].port;
  }
  gate(i = 0) {
    return this.#gates[i];
  }
  /** A MongoClient for all members (through the gates), created at the first call and closed by `stop`. */
  get client() {
    this.#client ??= new MongoClient(this.uriWith('appName=parley-tests'));
    return this.#client;
  }
  /** Returns the name of a database that is not in use. */
  freshDatabase() {
    return `parley_test_${++this.#databases}`;
  }

  alive(i) {
    return this.#members[i].alive;
  }
  /** kill -9 */
  kill(i) {
    return this.#members[i].end('SIGKILL');
  }
  /** SIGTERM; resolves when the process has ended. */
  terminate(i) {
    return this.#members[i].end('SIGTERM');
  }
  /** SIGSTOP: connections stay open and receive no answers. */
  pause(i) {
    return this.#members[i].pause();
  }
  resume(i) {
    this.#members[i].resume();
  }
  /** Starts it on the same port and data. Resolves when it answers; in a set, when it is primary or secondary. */
  async startAgain(i) {
    await this.#members[i].start();
    if (this.#isSet) await this.#takesPart(i);
  }

  /** The index of the primary, if there is one. */
  async primary() {
    return (await until(async () => (await this.#writable())[0], 'the set has a primary', PATIENCE_MS)).i;
  }
  /** Makes another member primary and returns its index. */
  async stepDown() {
    const before = await this.primary();
    const alone = this.size === 1;
    await this.command(before, 'admin', { replSetStepDown: alone ? 1 : 3, secondaryCatchUpPeriodSecs: alone ? 0 : 2, force: true });
    const another = async () => (await this.#writable()).find(({ i }, rank) => rank === 0 && (alone || i !== before));
    return (await until(another, 'another is primary', PATIENCE_MS)).i;
  }
  /** Waits until every member is primary or secondary and exactly one is primary. */
  async whole() {
    if (!this.#isSet) return;
    for (let i = 0; i < this.size; ++i) await this.#takesPart(i);
    await until(async () => (await this.#writable()).length === 1, 'the set has one primary', PATIENCE_MS);
  }

  /** Sets the fail point `{configureFailPoint: name, mode, data}` at that member. */
  async failPoint(i, command) {
    await this.command(i, 'admin', command);
    this.#failPoints.push({ i, name: command.configureFailPoint });
  }
  async clearFailPoint(i, name) {
    await this.command(i, 'admin', { configureFailPoint: name, mode: 'off' });
    this.#failPoints = this.#failPoints.filter((each) => each.i !== i || each.name !== name);
  }

  /** Ends every fault: gates, fail points, paused and killed members. Resolves when all members are primary or secondary. */
  async heal() {
    await Promise.all(this.#gates.map((gate) => gate.heal()));
    for (const [i, member] of this.#members.entries()) {
      if (member.paused) member.resume();
      if (!member.alive) {
        this.#failPoints = this.#failPoints.filter((each) => each.i !== i);
        await member.start();
      }
    }
    for (const { i, name } of [...this.#failPoints]) await this.clearFailPoint(i, name);
    await this.whole();
  }

  /** Runs a command at one member, without its gate. */
  command(i, database, command) {
    return this.#members[i].client.db(database).command(command);
  }
  log(i) {
    return readFileSync(join(this.#members[i].folder, 'log'), 'utf8');
  }

  /** Ends everything and removes the folder. */
  async stop() {
    await this.#client?.close(true);
    await Promise.all(this.#gates.map((gate) => gate.stop()));
    await Promise.all(this.#members.map((each) => each.stop()));
    this.disposeNow();
  }
  disposeNow() {
    running.delete(this);
    for (const each of this.#members) each.killNow();
    if (this.#ownFolder) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #address(i) {
    return `127.0.0.1:${this.#gated ? this.#gates[i].port : this.port(i)}`;
  }
  async #takesPart(i) {
    await until(async () => {
      const answer = await this.#hello(i);
      return answer?.isWritablePrimary || answer?.secondary;
    }, `member ${i} is primary or secondary`, PATIENCE_MS);
  }
  /** Null if it does not answer: it may be starting, or closing its connections. */
  #hello(i) {
    return this.command(i, 'admin', { hello: 1 }).catch(() => null);
  }
  /** The members that call themselves primary, the one of the last election first. A member that was paused may not know yet. */
  async #writable() {
    const found = [];
    for (const [i, member] of this.#members.entries()) {
      const answer = member.alive && !member.paused ? await this.#hello(i) : null;
      if (answer?.isWritablePrimary) found.push({ i, election: String(answer.electionId ?? '') });
    }
    return found.sort((a, b) => (a.election < b.election ? 1 : -1));
  }
}

/** One process. */
class Member {
  port = 0;
  paused = false;
  #args;
  #child = null;
  #client = null;
  #ended = Promise.resolve();

  constructor(folder, args) {
    this.folder = folder;
    this.#args = args;
    mkdirSync(join(folder, 'data'), { recursive: true });
  }

  get alive() {
    return this.#child !== null;
  }
  get client() {
    this.#client ??= new MongoClient(`mongodb://127.0.0.1:${this.port}/?directConnection=true&appName=parley-tests-direct`, {
      serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000, socketTimeoutMS: PATIENCE_MS, retryReads: false, retryWrites: false,
    });
    return this.#client;
  }

  async start() {
    if (this.alive) throw new Error('this member runs');
    this.port ||= await freePort();
    this.#launch();
    await within(Promise.race([this.#listening(), this.#ended.then(() => Promise.reject(new Error(this.#said())))]), 'mongod to listen', PATIENCE_MS);
  }

  async end(signal) {
    this.#child?.kill(signal);
    if (signal !== 'SIGKILL' && this.paused) this.resume();
    await within(this.#ended, `mongod to end by ${signal}`, PATIENCE_MS);
    await this.#forgetClient();
  }
  async pause() {
    const { pid } = this.#child;
    this.#child.kill('SIGSTOP');
    this.paused = true;
    await until(() => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), 'mongod stands still');
  }
  resume() {
    this.#child?.kill('SIGCONT');
    this.paused = false;
  }
  async stop() {
    await this.#forgetClient();
    this.killNow();
    await this.#ended;
  }
  killNow() {
    this.#child?.kill('SIGKILL');
  }

  #launch() {
    // setpriv (part of util-linux) makes the system kill mongod when this process ends for any reason.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', MONGOD, '--dbpath', join(this.folder, 'data'), '--port', String(this.port),
      '--bind_ip', '127.0.0.1', '--nounixsocket', '--logpath', join(this.folder, 'log'), '--logappend', '--wiredTigerCacheSizeGB', '0.25',
      '--setParameter', 'enableTestCommands=1', '--setParameter', 'diagnosticDataCollectionEnabled=false',
      // By default a member that is stopped waits 15 s for its clients to move elsewhere.
      '--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100', ...this.#args], { stdio: 'ignore' });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const gone = () => {
        this.#child = null;
        this.paused = false;
        resolve();
      };
      child.once('exit', gone);
      child.once('error', gone);
    });
  }
  /** mongod listens once it is ready to answer. */
  #listening() {
    return until(() => !this.alive || connects(this.port), 'mongod listens', PATIENCE_MS);
  }
  #said() {
    const log = readFileSync(join(this.folder, 'log'), 'utf8');
    return `mongod in ${this.folder} ended at its start; its log ends:\n${log.slice(-4000)}`;
  }
  async #forgetClient() {
    const client = this.#client;
    this.#client = null;
    await client?.close(true);
  }
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

let folders = 0;
function newFolder() {
  removeFoldersOfTheDead();
  const folder = join(FOLDERS, `${process.pid}-${folders++}`);
  mkdirSync(folder);
  return folder;
}

/** Removes the folders of processes that were killed. The name of a folder begins with the id of its process. */
export function removeFoldersOfTheDead() {
  mkdirSync(FOLDERS, { recursive: true });
  for (const name of readdirSync(FOLDERS)) {
    if (!alive(parseInt(name, 10))) rmSync(join(FOLDERS, name), { recursive: true, force: true });
  }
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}
