// An echo server for the tests of Engine.IO, and the refusals of the protocol.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Server } from './harness.mjs';

export const path = '/engine.io/';
export let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

export const errors = {
  transport: { code: 0, message: 'Transport unknown' },
  sid: { code: 1, message: 'Session ID unknown' },
  method: { code: 2, message: 'Bad handshake method' },
  request: { code: 3, message: 'Bad request' },
  version: { code: 5, message: 'Unsupported protocol version' },
};

export async function isRefused(answer, error) {
  const { status, headers, text } = await answer;
  assert.equal(status, 400, text);
  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(text), error);
}
