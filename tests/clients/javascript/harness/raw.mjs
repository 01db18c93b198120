// Bytes on a TCP connection, for input that no well-behaved client sends.
import net from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { within } from './wait.mjs';

export class Raw {
  static async open(server) {
    const raw = new Raw();
    raw.#socket = net.connect(server.port, '127.0.0.1');
    raw.#socket.setNoDelay(true);
    raw.#socket.on('data', (chunk) => {
      raw.received = Buffer.concat([raw.received, chunk]).subarray(-4_000_000);
      raw.#wake();
    });
    raw.#socket.on('error', () => {});  // Many of these requests make the server close the connection.
    raw.#socket.on('close', () => {
      raw.closed = true;
      raw.#wake();
    });
    await within(new Promise((resolve, reject) => raw.#socket.once('connect', resolve).once('error', reject)), 'a TCP connection');
    return raw;
  }

  /** Opens a WebSocket by hand. Returns {raw, …} after the 101. */
  static async webSocket(server, query = '?EIO=4&transport=websocket') {
    const raw = await Raw.open(server);
    const key = randomBytes(16).toString('base64');
    raw.write(`GET /socket.io/${query} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
    const head = await raw.until(/\r\n\r\n/, 'the upgrade');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(accept)) throw new Error(`no upgrade:\n${head}`);
    return raw;
  }

  received = Buffer.alloc(0);
  closed = false;
  #socket;
  #wake = () => {};

  write(bytes) {
    if (!this.closed) this.#socket.write(bytes);
  }

  /** Resolves when the bytes have left this process, or the other side has closed. */
  async writeAll(bytes) {
    if (this.closed) return;
    await within(new Promise((resolve) => {
      this.#socket.write(bytes, resolve);
      this.#socket.once('close', resolve);
    }), 'a write');
  }

  text() {
    return this.received.toString('latin1');
  }

  async until(pattern, what) {
    await this.#condition(() => pattern.test(this.text()), what ?? String(pattern));
    return this.text();
  }

  /** Resolves when the other side has closed. */
  async end(what = 'the server to close') {
    await this.#condition(() => this.closed, what);
    return this.text();
  }

  destroy() {
    this.#socket.destroy();
  }

  pause() {
    this.#socket.pause();
  }

  async #condition(holds, what) {
    const met = async () => {
      while (!holds()) {
        if (this.closed) {
          if (holds()) return;
          throw new Error(`closed while waiting for ${what}; received:\n${this.text().slice(0, 500)}`);
        }
        await new Promise((resolve) => { this.#wake = resolve; });
      }
    };
    await within(met(), what);
  }
}

/** Returns one WebSocket frame as a client sends it. */
export function frame(opcode, payload, { final = true, masked = true, reserved = 0, claim } = {}) {
  const bytes = Buffer.from(payload);
  const length = claim ?? bytes.length;
  const head = [(final ? 0x80 : 0) | reserved | opcode];
  const maskBit = masked ? 0x80 : 0;
  const size = Buffer.alloc(8);
  if (length < 126) head.push(maskBit | length);
  else if (length < 65536) head.push(maskBit | 126, length >> 8, length & 255);
  else {
    size.writeBigUInt64BE(BigInt(length));
    head.push(maskBit | 127, ...size);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), bytes]);
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, bytes.map((byte, index) => byte ^ mask[index % 4])]);
}
