// Starts `parley serve` on a free port with its own data folder, and removes both at the end of the test.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeDatabases, databaseOf, freshStore } from './database.mjs';
import { introducer } from './people.mjs';
import { SECRET } from './token.mjs';
import { delay, within } from './wait.mjs';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
export const PARLEY = resolve(process.env.PARLEY ?? join(ROOT, 'build/release/parley'));
// The line that the server prints once it takes connections. The number is the port.
const SERVING = /(?:listening on|serving\b.*?address)\W+\S*?:(\d+)/;
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Server {
  /** @param options command: 'serve' | 'demo' (which serves the page); limits: 'off' | 'on'; args: further flags; port: 0 picks one;
   *    env: further environment variables; wrap: a command that becomes the server. Both may change before `restart`.
   *    store: the URI of a database; with PARLEY_STORE=mongodb in the environment every server gets its own database at a real mongod. */
  static async start({ store, ...options } = {}) {
    const server = new Server(options);
    const wanted = store ?? (process.env.PARLEY_STORE === 'mongodb' && options.command !== 'demo' ? await freshStore() : undefined);
    if (wanted) server.#keepIn(wanted);
    await server.#launch();
    return server;
  }

  constructor({ command = 'serve', limits = 'off', args = [], port = 0, env = {}, wrap = [] } = {}) {
    if (!existsSync(PARLEY)) throw new Error(`no server at ${PARLEY}: build it, or set PARLEY`);
    this.folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
    this.port = port;
    this.env = env;
    this.wrap = wrap;
    this.output = '';
    this.#command = command;
    this.#limits = limits;
    this.#args = args;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.#child.pid;
  }

  get alive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The resident memory in bytes, as the system counts it. */
  rssBytes() {
    return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]);
  }

  /** kill -9. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** Opens the same data on the same port again. */
  async restart() {
    if (this.alive) await this.kill();
    await this.#launch();
  }

  /** Starts on the same data and is killed again after `ms`, ready or not. */
  async stumble(ms) {
    const launch = this.#launch().catch(() => {});
    await delay(ms);
    await this.kill();
    await launch;
  }

  /** Sends SIGTERM, or another signal; returns {code, signal}. */
  async terminate(signal = 'SIGTERM') {
    this.#child.kill(signal);
    return within(this.#gone, 'the server to drain');
  }

  /** Stops the server and removes its folder. */
  async dispose() {
    if (this.alive) await this.kill();
    if (this.store && --Server.#onDatabases === 0) await closeDatabases();
    rmSync(this.folder, { recursive: true, force: true });
  }

  static #onDatabases = 0;

  #keepIn(uri) {
    ++Server.#onDatabases;
    this.store = uri;
    this.database = databaseOf(uri);
    this.introduce = introducer(this.database.collection('users'));
    this.#args = [...this.#args, '--store', uri];
  }

  #command;
  #limits;
  #args;
  #child;
  #gone;

  async #launch() {
    const secretFile = join(this.folder, 'secret');
    writeFileSync(secretFile, `${SECRET}\n`);
    const flags = [this.#command, '--listen', `127.0.0.1:${this.port}`, '--data', join(this.folder, 'data'), '--jwt-secret-file', secretFile];
    if (this.#limits === 'off') flags.push('--limits', 'off');
    const [program, ...rest] = [...this.wrap, PARLEY, ...flags, ...this.#args];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...cleanEnvironment(), ...this.env } });
    this.#child = child;
    running.add(child);
    this.#gone = new Promise((resolve_) => child.once('exit', (code, signal) => {
      running.delete(child);
      resolve_({ code, signal });
    }));
    this.port = await within(this.#listening(child), 'the server to listen');
  }

  #listening(child) {
    let seen = '';
    return new Promise((resolve_, reject) => {
      const look = (chunk) => {
        this.output = (this.output + chunk).slice(-200_000);
        if (seen === null) return;
        seen += chunk;
        const match = SERVING.exec(seen);
        if (!match) return;
        seen = null;
        resolve_(Number(match[1]));
      };
      child.stdout.setEncoding('utf8').on('data', look);
      child.stderr.setEncoding('utf8').on('data', look);
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`the server went (${signal ?? code}) and said:\n${this.output}`)));
    });
  }
}

function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PARLEY/.test(name)));
}
