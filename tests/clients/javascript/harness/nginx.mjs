// nginx with the file of the guide (examples/nginx/parley.conf), on a free port and in its own folder.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './gate.mjs';
import { get } from './rest.mjs';
import { until } from './wait.mjs';

const CONFIGURATION = new URL('../../../../examples/nginx/parley.conf', import.meta.url);

/** `parley` and `old` are the ports of the two upstreams on 127.0.0.1, `port` is nginx's. Resolves to {port, origin, stop()} when nginx answers. */
export async function startNginx({ parley, old, port }) {
  const nginx = new Nginx(port ?? (await freePort()));
  await nginx.begin({
    '127.0.0.1:3000': `127.0.0.1:${parley}`, '127.0.0.1:4000': `127.0.0.1:${old}`, 'listen 80;': `listen 127.0.0.1:${nginx.port};`,
  });
  return nginx;
}

class Nginx {
  #child;
  #folder = mkdtempSync(join(tmpdir(), 'parley-nginx-'));

  constructor(port) {
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
  }

  async begin(ports) {
    this.#write(ports);
    const child = spawn('nginx', ['-p', this.#folder, '-e', 'stderr', '-c', join(this.#folder, 'nginx.conf')],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
    this.#child = child;
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { output = (output + text).slice(-20_000); });
    child.on('error', (error) => { output += error.message; });
    process.on('exit', () => child.kill('SIGTERM'));
    const answers = () => get(this, '/').then(() => true, () => false);
    await until(async () => (await answers()) || child.exitCode !== null || child.pid === undefined, 'nginx to serve');
    assert.ok(child.pid !== undefined && child.exitCode === null, output);
  }

  async stop() {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(ports) {
    const folder = this.#folder;
    mkdirSync(join(folder, 'temp'));
    writeFileSync(join(folder, 'parley.conf'), configurationFor(ports));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/temp/${kind};`);
    writeFileSync(join(folder, 'nginx.conf'), ['daemon off;', 'worker_processes 1;', `user ${process.getuid() === 0 ? 'root' : 'nobody'};`,
      `pid ${folder}/nginx.pid;`, 'error_log stderr warn;', 'events {}', 'http {', '  access_log off;', ...temporary, `  include ${folder}/parley.conf;`,
      '}', ''].join('\n'));
  }
}

/** The file of the guide with other ports. It is an error if a port to replace is not there. */
function configurationFor(ports) {
  let text = readFileSync(CONFIGURATION, 'utf8');
  for (const [from, to] of Object.entries(ports)) {
    assert.equal(text.split(from).length, 2, `${from} stands once in the configuration`);
    text = text.replace(from, to);
  }
  return text;
}
