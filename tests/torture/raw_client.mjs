// One Engine.IO client over bare TCP: long polling on two kept-alive connections, a WebSocket, and the upgrade in the order of
// engine.io-client. It uses no library, so that a thousand clients and their server fit on two cores, and so that a test can hold an
// upgrade at any step.
import { randomBytes } from 'node:crypto';
import net from 'node:net';

const SEPARATOR = '\x1e';

/** One HTTP/1.1 connection, one request at a time; answers have a Content-Length. */
class HttpLine {
  #socket;
  #received = Buffer.alloc(0);
  #answered;
  #failed;

  constructor(port) {
    this.#socket = net.connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.on('data', (part) => this.#take(part));
    this.#socket.on('error', (error) => this.#failed?.(error));
    this.#socket.on('close', () => this.#failed?.(new Error('the server closed an HTTP connection')));
  }

  ask(method, target, body = '') {
    const size = Buffer.byteLength(body);
    const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\n${method === 'POST' ? `Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${size}\r\n` : ''}\r\n`;
    return new Promise((resolve, reject) => {
      [this.#answered, this.#failed] = [resolve, reject];
      this.#socket.write(head + body);
    });
  }

  #take(part) {
    this.#received = this.#received.length ? Buffer.concat([this.#received, part]) : part;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const size = Number(/\r\ncontent-length: (\d+)/i.exec(head)[1]);
    if (this.#received.length < end + 4 + size) return;
    const text = this.#received.toString('utf8', end + 4, end + 4 + size);
    this.#received = this.#received.subarray(end + 4 + size);
    const answered = this.#answered;
    this.#answered = this.#failed = undefined;
    answered({ status: Number(head.slice(9, 12)), text });
  }

  close() {
    this.#failed = undefined;
    this.#socket.destroy();
  }
}

/** A WebSocket for text messages of one frame each. */
class WebSocketLine {
  #socket;
  #received = Buffer.alloc(0);
  #open = false;

  constructor(port, target, { onOpen, onText, onEnd }) {
    this.onOpen = onOpen;
    this.onText = onText;
    this.#socket = net.connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
    this.#socket.on('data', (part) => this.#take(part));
    this.#socket.on('error', () => {});
    this.#socket.on('close', onEnd);
  }

  send(text) {
    const bytes = Buffer.from(text);
    const head = bytes.length < 126 ? [0x81, 0x80 | bytes.length] : [0x81, 0xfe, bytes.length >> 8, bytes.length & 255];
    this.#socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), bytes]));  // a mask of zeros
  }

  #take(part) {
    this.#received = this.#received.length ? Buffer.concat([this.#received, part]) : part;
    if (!this.#open) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (this.#received.toString('latin1', 0, 12) !== 'HTTP/1.1 101') throw new Error(this.#received.toString('latin1', 0, 200));
      this.#open = true;
      this.#received = this.#received.subarray(end + 4);
      this.onOpen();
    }
    for (;;) {
      const bytes = this.#received;
      if (bytes.length < 2) return;
      let [at, size] = [2, bytes[1]];
      if (size === 126) [at, size] = [4, bytes.length < 4 ? Infinity : bytes.readUInt16BE(2)];
      else if (size === 127) [at, size] = [10, bytes.length < 10 ? Infinity : Number(bytes.readBigUInt64BE(2))];
      if (bytes.length < at + size) return;
      this.#received = bytes.subarray(at + size);
      if (bytes[0] === 0x81) this.onText(bytes.toString('utf8', at, at + size));
    }
  }

  close() {
    this.#socket.destroy();
  }
}

export class RawClient {
  heard = [];                                      // {name, payload}, in order of arrival
  sentWhileUpgrading = 0;
  #acks = new Map();
  #lastAck = 0;
  #buffer = [];                                    // packets that wait for the POST before them, or for the upgrade
  #state = 'polling';
  #posting = false;
  #polling = Promise.resolve();

  constructor(port) {
    this.port = port;
    this.gone = new Promise((_, reject) => { this.#fail = reject; });
    this.gone.catch(() => {});
  }
  #fail;

  async connect(token) {
    this.get = new HttpLine(this.port);
    this.postLine = new HttpLine(this.port);
    const opened = await this.get.ask('GET', '/socket.io/?EIO=4&transport=polling');
    this.target = `/socket.io/?EIO=4&sid=${JSON.parse(opened.text.slice(1)).sid}&transport=`;
    const connected = new Promise((resolve) => { this.#connected = resolve; });
    this.#polling = this.#pollOn();
    this.#polling.catch(this.#fail);
    this.#write(`40${JSON.stringify({ token })}`);
    await Promise.race([connected, this.gone]);
  }
  #connected;

  /** Emits with an acknowledgement. */
  ask(event, payload) {
    const id = (this.#lastAck += 1);
    const answered = new Promise((resolve) => this.#acks.set(id, resolve));
    if (this.#state === 'upgrading') this.sentWhileUpgrading += 1;
    this.#write(`42${id}${JSON.stringify([event, payload])}`);
    return Promise.race([answered, this.gone]);
  }

  /** Upgrades polling to WebSocket: probe, let the last poll and POST end, `5`, then the waiting packets. `hold` resolves when a slow network would
   *  have brought the answer of the probe. Until then nobody polls, and packets for this client wait in the server. */
  async upgrade(hold) {
    await new Promise((resolve) => {
      this.websocket = new WebSocketLine(this.port, `${this.target}websocket`, {
        onOpen: () => this.websocket.send('2probe'),
        onText: (text) => {
          if (text === '3probe') resolve();
          else this.#packet(text);
        },
        onEnd: () => this.#fail(new Error('the WebSocket closed')),
      });
    });
    this.#state = 'upgrading';
    await Promise.race([Promise.all([this.#polling, this.#post, hold()]), this.gone]);
    this.websocket.send('5');
    this.#state = 'websocket';
    for (const packet of this.#buffer.splice(0)) this.websocket.send(packet);
    this.get.close();
    this.postLine.close();
  }

  close() {
    this.#fail = () => {};
    for (const line of [this.get, this.postLine, this.websocket]) line?.close();
  }

  #post = Promise.resolve();

  #write(packet) {
    if (this.#state === 'websocket') return this.websocket.send(packet);
    this.#buffer.push(packet);
    if (this.#state === 'polling' && !this.#posting) {
      this.#post = this.#postOn();
      this.#post.catch(this.#fail);
    }
    return undefined;
  }

  async #postOn() {
    this.#posting = true;
    while (this.#buffer.length > 0 && this.#state === 'polling') {
      const answer = await this.postLine.ask('POST', `${this.target}polling`, this.#buffer.splice(0).join(SEPARATOR));
      if (answer.text !== 'ok') throw new Error(`a POST was answered ${answer.status} ${answer.text}`);
    }
    this.#posting = false;
  }

  async #pollOn() {
    while (this.#state === 'polling') {
      const answer = await this.get.ask('GET', `${this.target}polling`);
      if (answer.status !== 200) throw new Error(`a poll was answered ${answer.status} ${answer.text}`);
      for (const packet of answer.text.split(SEPARATOR)) this.#packet(packet);
    }
  }

  #packet(packet) {
    if (packet === '2') return this.#write('3');
    if (packet.startsWith('40')) return this.#connected();
    const ack = /^43(\d+)/.exec(packet);
    if (ack) return this.#acks.get(Number(ack[1]))(JSON.parse(packet.slice(ack[0].length))[0]);
    if (packet.startsWith('42')) {
      const [name, payload] = JSON.parse(packet.slice(2));
      this.heard.push({ name, payload });
    } else if (packet !== '6') {
      this.#fail(new Error(`an unexpected packet: ${packet.slice(0, 100)}`));
    }
    return undefined;
  }
}
