// Malformed input from strangers. Meanwhile a doctor and a patient keep talking and must notice nothing. At the end the server is still
// the same process, and its memory is within the limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../harness/rest.mjs';
import { bystanders, server } from './bad-input/bystanders.mjs';
import './bad-input/bodies.mjs';
import './bad-input/http.mjs';
import './bad-input/polling.mjs';
import './bad-input/websocket.mjs';

test('and the strangers have left nothing behind', async () => {
  const { doctor, sessionId } = bystanders.call;
  const { messages } = (await page(server, doctor, sessionId, '?limit=1000')).body;
  assert.ok(messages.every((message) => message.message.startsWith('bystander ')));
});
