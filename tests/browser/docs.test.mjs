// The docs page of `parley serve` in Chromium: it shows everything that the documents hold.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from '../clients/javascript/harness/server.mjs';
import { launch } from './browser.mjs';

let server;
let browser;
let page;
const errors = [];
before(async () => {
  server = await Server.start({ limits: 'on' });
  browser = await launch();
  page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${server.origin}/docs`);
  await page.waitForSelector('body[data-ready]');
});
after(async () => {
  await browser.close();
  await server.dispose();
});

const document_ = async (name) => (await fetch(`${server.origin}/${name}.json`)).json();
const listed = (attribute) => page.$$eval(`[${attribute}]`, (all, name) => all.map((each) => each.getAttribute(name)).sort(), attribute);

test('every operation and every event is listed, each once', async () => {
  const { paths } = await document_('openapi');
  const operations = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
  assert.ok(operations.length > 10);
  assert.deepEqual(await listed('data-operation'), operations.sort());
  const events = Object.values((await document_('asyncapi')).operations).map(({ action, title }) => `${action} ${title}`);
  assert.ok(events.length > 10);
  assert.deepEqual(await listed('data-event'), events.sort());
});

test('every shape that is referred to is there', async () => {
  const broken = await page.$$eval('main a[href^="#"]', (links) => links.map((link) => link.hash.slice(1)).filter((id) => !document.getElementById(id)));
  assert.deepEqual(broken, []);
});

test('an operation shows its parameters, an example and every refusal', async () => {
  const { paths } = await document_('openapi');
  const { responses } = paths['/api/chat/store'].post;
  const texts = Object.values(responses).flatMap(({ content }) => Object.values(content['application/json'].examples ?? {}).map(({ value }) => value.message));
  assert.ok(texts.includes('Message too long (max 1000 characters)') && texts.includes('Not authorized, token missing'));
  const shown = await page.textContent('[data-operation="post /api/chat/store"]');
  for (const text of [...texts, 'Idempotency-Key', 'clientMessageId', 'Chat message stored successfully']) assert.ok(shown.includes(text), text);
});

test('an event shows its payload, its ack and its refusals', async () => {
  const shown = await page.textContent('[data-event="receive chat-message"]');
  for (const text of ['sessionId', '"success": true', 'Rate limit exceeded for chat messages']) assert.ok(shown.includes(text), text);
  assert.ok((await page.textContent('[data-event="receive CONNECT"]')).includes('Authentication token required'));
});

test('the filter leaves what holds every word', async () => {
  await page.fill('#filter', 'patientId create');
  const left = await page.$$eval('article.entry:not([hidden])', (all) => all.map((each) => each.dataset.operation ?? each.dataset.event ?? each.dataset.shape));
  assert.ok(left.includes('post /api/sessions/create') && left.includes('receive create-session'));
  assert.ok(!left.includes('get /health'));
  await page.fill('#filter', '');
});

test('both documents are linked, nothing is limited, nothing failed', async () => {
  assert.deepEqual(await page.$$eval('.documents a', (all) => all.map((link) => link.getAttribute('href'))), ['/openapi.json', '/asyncapi.json']);
  for (let load = 0; load < 100; ++load) assert.equal((await fetch(`${server.origin}/openapi.json`, { method: 'HEAD' })).status, 200);
  await page.reload();
  await page.waitForSelector('body[data-ready]');
  assert.deepEqual(errors, []);
});
