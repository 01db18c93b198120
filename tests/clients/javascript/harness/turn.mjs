// The part of STUN and TURN over UDP that a client needs to allocate and to send through the relay (RFC 8489, RFC 8656). It is written anew here,
// because a check of the credentials must not share code with the code that makes them.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { within } from './wait.mjs';

const COOKIE = 0x2112a442;
const METHOD = { binding: 0x001, allocate: 0x003, send: 0x006, data: 0x007, createPermission: 0x008 };
const ATTRIBUTE = {
  username: 0x0006, messageIntegrity: 0x0008, errorCode: 0x0009, lifetime: 0x000d, xorPeerAddress: 0x0012, data: 0x0013, realm: 0x0014, nonce: 0x0015,
  xorRelayedAddress: 0x0016, requestedTransport: 0x0019, xorMappedAddress: 0x0020,
};
const CLASS = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 };
const RETRY_MS = 250;  // UDP may lose a request, so it is sent again until the answer comes

export class TurnClient {
  static async open(port) {
    const client = new TurnClient();
    client.#socket = dgram.createSocket('udp4');
    client.#socket.on('message', (bytes) => client.#take(bytes));
    client.#socket.on('error', () => {});  // the server does not listen yet; the request is repeated
    await new Promise((resolve) => client.#socket.connect(port, '127.0.0.1', resolve));
    return client;
  }

  #socket;
  #waiting = new Map();
  #onData = () => {};

  bind() {
    return this.#ask(METHOD.binding, []);
  }

  /** One Allocate request. Without a user the answer is 401, a realm and a nonce. */
  allocateOnce(user) {
    return this.#ask(METHOD.allocate, [[ATTRIBUTE.requestedTransport, Buffer.from([17, 0, 0, 0])]], user);
  }

  /** Long-term credentials (RFC 8489 §9.2): asks, is challenged, asks again. {error: 401} or {relay: {address, port}, lifetime}. */
  async allocate({ username, credential }) {
    const challenge = await this.allocateOnce();
    this.user = { username, credential, realm: challenge.realm, nonce: challenge.nonce };
    return this.allocateOnce(this.user);
  }

  permit(peer) {
    return this.#ask(METHOD.createPermission, [[ATTRIBUTE.xorPeerAddress, xorAddress(peer)]], this.user);
  }
  sendTo(peer, data) {
    this.#socket.send(messageOf(METHOD.send | CLASS.indication, randomBytes(12), [[ATTRIBUTE.xorPeerAddress, xorAddress(peer)], [ATTRIBUTE.data, data]]));
  }
  /** Returns the next datagram that the relay passes on. */
  received() {
    return within(new Promise((resolve) => { this.#onData = resolve; }), 'a datagram through the relay');
  }
  close() {
    this.#socket.close();
  }

  async #ask(method, attributes, user) {
    const transaction = randomBytes(12);
    const bytes = messageOf(method, transaction, attributes, user);
    const key = transaction.toString('hex');
    const answered = new Promise((resolve) => this.#waiting.set(key, resolve));
    this.#socket.send(bytes);
    const again = setInterval(() => this.#socket.send(bytes), RETRY_MS);
    return within(answered, 'an answer of the TURN server').finally(() => {
      clearInterval(again);
      this.#waiting.delete(key);
    });
  }

  #take(bytes) {
    const { type, transaction, attributes } = parse(bytes);
    if (type === (METHOD.data | CLASS.indication)) this.#onData({ data: attributes.get(ATTRIBUTE.data), peer: addressOf(attributes.get(ATTRIBUTE.xorPeerAddress)) });
    const error = attributes.get(ATTRIBUTE.errorCode);
    this.#waiting.get(transaction.toString('hex'))?.({
      success: (type & 0x110) === CLASS.success,
      error: error && error[2] * 100 + error[3],
      realm: attributes.get(ATTRIBUTE.realm)?.toString(),
      nonce: attributes.get(ATTRIBUTE.nonce),
      relay: addressOf(attributes.get(ATTRIBUTE.xorRelayedAddress)),
      mapped: addressOf(attributes.get(ATTRIBUTE.xorMappedAddress)),
      lifetime: attributes.get(ATTRIBUTE.lifetime)?.readUInt32BE(0),
    });
  }
}

function attribute([type, value]) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function messageOf(type, transaction, attributes, user) {
  const signed = user ? [[ATTRIBUTE.username, Buffer.from(user.username)], [ATTRIBUTE.realm, Buffer.from(user.realm)], [ATTRIBUTE.nonce, user.nonce]] : [];
  const body = Buffer.concat([...attributes, ...signed].map(attribute));
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + (user ? 24 : 0), 2);  // the length includes the 24 bytes of the integrity itself
  head.writeUInt32BE(COOKIE, 4);
  const bytes = Buffer.concat([head, transaction, body]);
  if (!user) return bytes;
  const key = createHash('md5').update(`${user.username}:${user.realm}:${user.credential}`).digest();
  return Buffer.concat([bytes, attribute([ATTRIBUTE.messageIntegrity, createHmac('sha1', key).update(bytes).digest()])]);
}

function parse(bytes) {
  const attributes = new Map();
  for (let at = 20; at + 4 <= bytes.length;) {
    const size = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + size));
    at += 4 + size + ((4 - (size % 4)) % 4);
  }
  return { type: bytes.readUInt16BE(0), transaction: bytes.subarray(8, 20), attributes };
}

function xorAddress({ address, port }) {
  const out = Buffer.alloc(8);
  out[1] = 1;  // IPv4
  out.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  out.writeUInt32BE((Buffer.from(address.split('.').map(Number)).readUInt32BE(0) ^ COOKIE) >>> 0, 4);
  return out;
}

function addressOf(value) {
  if (!value) return undefined;
  const address = Buffer.alloc(4);
  address.writeUInt32BE((value.readUInt32BE(4) ^ COOKIE) >>> 0, 0);
  return { address: [...address].join('.'), port: value.readUInt16BE(2) ^ (COOKIE >>> 16) };
}
