// TCP connections of an attacker: they send the given bytes, read the answers or not, and count.
import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { delay } from '../clients/javascript/harness/wait.mjs';
import { frame } from '../clients/javascript/harness/raw.mjs';

export class Line {
  static async open({ port }) {
    const line = new Line();
    await new Promise((resolve) => {
      line.socket = net.connect({ port, host: '127.0.0.1' }, resolve);
      line.socket.on('error', resolve);
    });
    line.socket.on('close', () => { line.closed = true; });
    line.socket.on('data', (bytes) => {
      line.bytesRead += bytes.length;
      line.onData(bytes);
    });
    return line;
  }

  closed = false;
  bytesRead = 0;
  onData = () => {};

  /** Resolves when the system has taken the bytes, or the other side has closed. */
  write(bytes) {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('close', resolve);
      this.socket.write(bytes, () => {
        this.socket.off('close', resolve);
        resolve();
      });
    });
  }
  stopReading() {
    this.socket.pause();
  }
  get isOpen() {
    return !this.closed && this.socket.readyState === 'open';
  }
}

/** A WebSocket without a sign-in. */
export async function webSocket(target) {
  const line = await Line.open(target);
  let seen = '';
  const upgraded = new Promise((resolve) => {
    line.onData = (bytes) => {
      seen += bytes.toString('latin1');
      if (seen.includes('\r\n\r\n')) resolve(seen.startsWith('HTTP/1.1 101'));
    };
    line.socket.once('close', () => resolve(false));
  });
  await line.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  line.isUpgraded = await upgraded;
  line.onData = () => {};
  return line;
}

export const text = (payload) => frame(1, payload);

/**
 * Sends pieces on each line until the time is over. Returns how many were taken. `piece` is constant bytes, or a function that makes
 * the next piece. A line that the server closes is opened again.
 */
export async function pour(target, { lines, open, pieces, piece }) {
  let taken = 0;
  const batch = () => Buffer.concat(Array.from({ length: pieces }, () => (typeof piece === 'function' ? piece() : piece)));
  const same = typeof piece === 'function' ? undefined : batch();
  await Promise.all(Array.from({ length: lines }, async () => {
    let line = await open();
    while (target.left() > 0) {
      if (!line.isOpen) {
        await delay(5);
        line = await open();
        continue;
      }
      await Promise.race([line.write(same ?? batch()), delay(target.left())]);
      if (target.left() > 0 && line.isOpen) taken += pieces;  // pieces that are lost with a closed line do not count
    }
  }));
  return taken;
}
