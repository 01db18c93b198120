// STUN servers on 127.0.0.1 that a test plays, and coturn if it is installed. This code is independent of src, because a check must not
// share code with the code it judges.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';

const COOKIE = 0x2112a442;

/** An answer to a Binding request (RFC 8489): success, with the sender's address. */
function bindingAnswer(request, { address, port }) {
  const answer = Buffer.alloc(32);
  answer.writeUInt16BE(0x0101, 0);
  answer.writeUInt16BE(12, 2);
  request.copy(answer, 4, 4, 20);
  answer.writeUInt16BE(0x0020, 20);
  answer.writeUInt16BE(8, 22);
  answer.writeUInt16BE(1, 24);
  answer.writeUInt16BE(port ^ (COOKIE >>> 16), 26);
  const ip = address.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  answer.writeUInt32BE((ip ^ COOKIE) >>> 0, 28);
  return answer;
}

/** A `silent` server never answers. Returns {url, requests(), close()}; requests counts transactions, not repetitions. */
export async function stunServer({ silent = false } = {}) {
  const socket = dgram.createSocket('udp4');
  const transactions = new Set();
  socket.on('message', (request, peer) => {
    if (request.length < 20 || request.readUInt16BE(0) !== 0x0001 || request.readUInt32BE(4) !== COOKIE) return;
    transactions.add(request.toString('hex', 8, 20));
    if (!silent) socket.send(bindingAnswer(request, peer), peer.port, peer.address);
  });
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { url: `stun:127.0.0.1:${socket.address().port}`, requests: () => transactions.size, close: () => socket.close() };
}

/** Returns a UDP port of 127.0.0.1 that is not in use. */
export async function freePort() {
  const socket = dgram.createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** Returns the path of coturn, or nothing. */
export function findTurnServer() {
  const isProgram = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'turnserver')).find(isProgram);
}

/** Starts coturn with a shared secret; returns {url, close()}. It may not answer immediately. */
export async function turnServer(secret) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'parley-turn-'));
  const flags = ['-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`, '--use-auth-secret',
    `--static-auth-secret=${secret}`, '--realm=example.org', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--simple-log',
    `--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`];
  const child = spawn(findTurnServer(), flags, { stdio: 'ignore', cwd: folder });
  process.once('exit', () => child.kill('SIGKILL'));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const close = async () => {
    child.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `turn:127.0.0.1:${port}`, close };
}
