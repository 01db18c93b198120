// A whole deployment of Parley beside the backend of an app: a mongod, the backend, Parley, and nginx with the file of the guide.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../clients/javascript/harness/gate.mjs';
import { startMongod } from '../clients/javascript/harness/mongod.mjs';
import { startNginx } from '../clients/javascript/harness/nginx.mjs';
import { OldServer } from '../clients/javascript/harness/old-server.mjs';
import { PARLEY, Server } from '../clients/javascript/harness/server.mjs';
import { newId, person, SECRET } from '../clients/javascript/harness/token.mjs';
import { until, within } from '../clients/javascript/harness/wait.mjs';
import { Appointments } from './appointments.mjs';

/** `members`: 0 is a standalone. TTL indexes are checked every second, so that a test need not wait the usual minute. */
export function startDatabase({ members }) {
  return startMongod({ members, args: ['--setParameter', 'ttlMonitorSleepSecs=1'] });
}

/** The app's backend as a process of its own. Its port stays the same after a restart. */
export class Backend {
  #child = null;
  #arguments;
  #gone;

  static async start(store, flags = []) {
    const backend = new Backend(await freePort(), [store, ...flags]);
    await backend.restart();
    return backend;
  }
  constructor(port, rest) {
    this.port = port;
    this.#arguments = [fileURLToPath(new URL('backend.mjs', import.meta.url)), String(port), ...rest];
  }

  async restart() {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, ...this.#arguments], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SECRET } });
    this.#child = child;
    this.#gone = once(child, 'exit');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output = (output + text).slice(-20_000); });
    await until(() => output.includes('listening on') || child.exitCode !== null, 'the backend to listen');
    if (child.exitCode !== null) throw new Error(`the backend ended:\n${output}`);
  }
  async kill() {
    this.#child.kill('SIGKILL');
    await within(this.#gone, 'the backend to end');
  }
}

/** One database at `mongod`, the app's backend as functions, and a Parley, without a proxy. */
export class World {
  static async start(mongod, { args = [] } = {}) {
    const world = new World();
    world.mongod = mongod;
    world.store = mongod.uriWith('', `${mongod.freshDatabase()}_swap`);
    world.old = await OldServer.start(world.store);
    world.appointments = new Appointments(world.old.models);
    world.parley = await Server.start({ store: world.store, args });
    return world;
  }

  /** Like `start`, with the backend as a process, and nginx in front of it and Parley. */
  static async startBehindNginx(mongod, { args = [], backendFlags = ['--trust-proxy'] } = {}) {
    const port = await freePort();
    const world = await World.start(mongod, { args: ['--trusted-proxy', '127.0.0.1', '--front-end', `http://127.0.0.1:${port}`, ...args] });
    world.backend = await Backend.start(world.store, backendFlags);
    world.nginx = await startNginx({ parley: world.parley.port, old: world.backend.port, port });
    return world;
  }

  get database() {
    return this.parley.database;
  }

  /** A doctor and a patient who are in `users`, and their appointment. It has no session yet. */
  async book() {
    const [doctor, patient] = [person('doctor'), person('patient')];
    await this.parley.introduce();
    const appointment = { id: newId(), doctor: doctor.id, patient: patient.id };
    await this.database.collection('appointments').insertOne({ _id: appointment.id, ...appointment });
    return { ...appointment, sessionId: appointment.id, people: { doctor, patient } };
  }

  async stop() {
    await this.nginx?.stop();
    await this.backend?.kill();
    await this.old.stop();
    await this.parley.dispose();
  }
}

const run = promisify(execFile);

/** `parley mirror` writes again the documents that are missing in the collections. */
export async function mirror(world) {
  await run(PARLEY, ['mirror', '--store', world.store]);
}

/** The output of `parley adopt --deletions`, which lists and changes nothing. */
export async function listDeletions(world) {
  return (await run(PARLEY, ['adopt', '--store', world.store, '--deletions'])).stdout;
}

// A write of a killed Parley may arrive up to a minute later (limits::mongo_stray_write_life). Until then its last commits count as not mirrored.
const MIRRORED_MS = 90_000;

/** Deletes in the log the messages that are missing in `chatmessages`, until nothing there may still arrive. Returns how many. */
export async function applyDeletions(world) {
  let deleted = 0;
  await until(async () => {
    const { stdout } = await run(PARLEY, ['adopt', '--store', world.store, '--deletions', 'apply']);
    const [, now, waiting] = /(\d+) deleted in the log, (\d+) not mirrored yet/.exec(stdout);
    deleted += Number(now);
    return waiting === '0';
  }, 'everything is mirrored', MIRRORED_MS);
  return deleted;
}
