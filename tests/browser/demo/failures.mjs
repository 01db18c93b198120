// A server that is killed, answers that are lost, and messages that are refused: every message is there once, or says why not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../clients/javascript/harness/wait.mjs';
import { openBoth, server } from './call.mjs';

test('kill -9 while both sides write: everything with a check mark is there, once, in order', async () => {
  const { doctor, patient } = await openBoth();
  for (let index = 0; index < 5; index += 1) {
    await doctor.say(`doctor before ${index}`);
    await patient.say(`patient before ${index}`);
  }
  await server.kill();
  await patient.type('written while the server was dead');
  await patient.shows('written while the server was dead', 'waiting').catch(() => {});
  await patient.path('offline');
  await server.restart();
  await patient.shows('written while the server was dead', 'stored');
  await doctor.shows('written while the server was dead');
  await doctor.path('websocket');
  await patient.path('websocket');
  await doctor.say('and on we go');
  await patient.shows('and on we go');
  const expected = [];
  for (let index = 0; index < 5; index += 1) expected.push(`doctor before ${index}`, `patient before ${index}`);
  expected.push('written while the server was dead', 'and on we go');
  assert.deepEqual(await doctor.texts(), expected);
  assert.deepEqual(await patient.texts(), expected);
  await patient.page.reload();
  await patient.shows('and on we go');
  assert.deepEqual(await patient.texts(), expected);
});

test('what was written while the server was dead survives a reload of the tab', async () => {
  const { patient } = await openBoth();
  await patient.say('before');
  // The page itself must load without the server, so only its API is cut off.
  await patient.page.context().route(/\/(api|socket\.io)\//, (route) => route.abort());
  await patient.use('rest');
  await patient.path('offline');
  await patient.type('kept in the outbox');
  await patient.page.reload();
  await patient.shows('kept in the outbox');
  await patient.page.context().unroute(/\/(api|socket\.io)\//);
  await patient.shows('kept in the outbox', 'stored');
  await patient.page.reload();
  await patient.shows('kept in the outbox', 'stored');
  assert.deepEqual(await patient.texts(), ['before', 'kept in the outbox']);
});

test('a lost answer is retried and stays one message', async () => {
  const { doctor, patient } = await openBoth();
  await patient.use('rest');
  await patient.path('rest');
  let lost = 0;
  await patient.page.route('**/api/chat/store', async (route) => {
    if (lost >= 2) return route.continue();
    lost += 1;
    await route.fetch();  // The message reaches the server, but the answer never comes back.
    return route.abort();
  });
  await patient.say('exactly once');
  assert.equal(lost, 2);
  await doctor.shows('exactly once');
  await doctor.say('done');
  assert.deepEqual(await doctor.texts(), ['exactly once', 'done']);
});

test('a refused message says why, can be retried and discarded', async () => {
  const { patient } = await openBoth();
  await patient.use('rest');
  await patient.path('rest');
  await patient.page.route('**/api/chat/store', (route) => route.fulfill({ status: 403, json: { message: 'Unauthorized access to session' } }));
  await patient.type('refused');
  let row = await patient.shows('refused', 'failed');
  assert.match(await row.textContent(), /Unauthorized access to session/);
  await patient.page.unroute('**/api/chat/store');
  await row.getByText('Retry').click();
  await patient.shows('refused', 'stored');
  await patient.page.route('**/api/chat/store', (route) => route.fulfill({ status: 403, json: { message: 'Unauthorized access to session' } }));
  await patient.type('never mind');
  row = await patient.shows('never mind', 'failed');
  await row.getByText('Discard').click();
  await until(async () => (await patient.texts()).join() === 'refused', 'the refused one is gone');
});

test('a rate limit is named as long as it holds, for every message that waits, and the server is not called offline', async () => {
  const { patient } = await openBoth();
  const { page } = patient;
  await patient.use('rest');
  await patient.path('rest');
  let attempts = 0;
  const limited = { status: 429, headers: { 'Retry-After': '60' }, json: { message: 'Rate limit exceeded for chat messages', code: 'rate_limited' } };
  await page.route('**/api/chat/store', (route) => {
    attempts += 1;
    return route.fulfill(limited);
  });
  await page.route('**/entries?**', (route) => route.fulfill(limited));
  await patient.type('one too many');
  await patient.type('and one after it');
  const rows = [await patient.shows('one too many', 'waiting'), await patient.shows('and one after it', 'waiting')];
  const named = async () => {
    for (const row of rows) await row.getByText(/^Rate limit exceeded for chat messages\. Sent again at \d\d:\d\d:\d\d$/).waitFor();
  };
  await named();
  await rows[1].getByText('Retry').click();
  await until(() => attempts >= 2, 'the first was sent again');
  await named();
  assert.equal(await page.getAttribute('#path', 'data-path'), 'rest');
  await page.unroute('**/api/chat/store');
  await rows[0].getByText('Retry').click();
  await patient.shows('and one after it', 'stored');
  assert.deepEqual(await patient.texts(), ['one too many', 'and one after it']);
});
