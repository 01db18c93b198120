// The demo page in Chromium: two links, two people, every path, and a server that is killed in between.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { post, store } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { until } from '../clients/javascript/harness/wait.mjs';
import { launch, makeNamedSession, Tab } from './browser.mjs';

let server;
let browser;
let call;
before(async () => {
  server = await Server.start({ command: 'demo' });
  browser = await launch();
});
beforeEach(async () => { call = await makeNamedSession(server); });
afterEach(async () => { for (const context of browser.contexts()) await context.close(); });
after(async () => {
  await browser.close();
  await server.dispose();
});

const open = (who, options) => Tab.open(browser, server, call[who], call.sessionId, options);

async function openBoth() {
  const doctor = await open('doctor');
  await doctor.path('websocket');
  const patient = await open('patient');
  await patient.path('websocket');
  return { doctor, patient };
}

test('two tabs chat, see each other come, and the history is there after a reload', async () => {
  const { doctor, patient } = await openBoth();
  await doctor.page.getByText('Sam Rivera joined').waitFor();
  assert.equal(await doctor.page.textContent('#peer'), 'Sam Rivera');
  assert.equal(await patient.page.textContent('#peer'), 'Dr. Ada Okafor');
  await patient.page.waitForSelector('#peer-dot[data-presence="here"]');
  await doctor.say('Good morning');
  await patient.shows('Good morning');
  await patient.say('Hello <b>doctor</b> & 👍');
  await doctor.shows('Hello <b>doctor</b> & 👍');
  await patient.page.reload();
  await patient.path('websocket');
  await patient.shows('Good morning');
  assert.deepEqual(await patient.texts(), ['Good morning', 'Hello <b>doctor</b> & 👍']);
  assert.deepEqual([doctor.errors, patient.errors], [[], []]);
});

test('the links that `parley demo` prints open one session for two people', async () => {
  const links = await until(() => {
    const found = server.output.match(/http:\/\/\S+\/demo#token=\S+/g) ?? [];
    return found.length >= 2 && found;
  }, 'the links are printed');
  const tabs = [];
  for (const link of links.slice(0, 2)) {
    const tab = new Tab(await (await browser.newContext()).newPage());
    await tab.page.goto(link);
    await tab.path('websocket');
    tabs.push(tab);
  }
  await tabs[0].say('from the first link');
  await tabs[1].shows('from the first link');
  assert.notEqual(await tabs[0].page.textContent('#peer'), await tabs[1].page.textContent('#peer'));
});

test('a deletion leaves a tombstone on both sides, live, after a reload and on a page that is opened later', async () => {
  const { doctor, patient } = await openBoth();
  await doctor.say('stays');
  await doctor.say('goes');
  await patient.shows('goes');
  await doctor.remove('goes');
  for (const tab of [doctor, patient]) {
    await tab.shows('Message deleted', 'deleted');
    assert.deepEqual(await tab.texts(), ['stays', 'Message deleted']);
  }
  await patient.page.reload();
  const later = await open('doctor');
  for (const tab of [patient, later]) {
    await tab.shows('stays');
    assert.deepEqual(await tab.texts(), ['stays', 'Message deleted']);
  }
});

test('deleting asks once: Escape and Keep keep it, another question closes the first, Delete deletes; all by keyboard', async () => {
  const { doctor } = await openBoth();
  await doctor.say('first');
  await doctor.say('second');
  const { page } = doctor;
  const [first, second] = [await doctor.shows('first'), await doctor.shows('second')];
  await first.locator('.remove').focus();
  await page.keyboard.press('Enter');
  await first.getByRole('group', { name: 'Delete this message for everyone?' }).waitFor();
  await page.keyboard.press('Escape');
  await first.locator('.confirm').waitFor({ state: 'hidden' });
  await first.locator('.remove:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await first.locator('.remove:focus').waitFor();
  await page.keyboard.press('Enter');
  await second.hover();
  await second.locator('.remove').click();
  assert.equal(await first.locator('.confirm').isVisible(), false);
  await doctor.say('third');  // The question stays, whatever comes in.
  assert.equal(await second.locator('.confirm').isVisible(), true);
  assert.deepEqual(await doctor.texts(), ['first', 'second', 'third']);
  await second.locator('.confirm-delete').focus();
  await page.keyboard.press('Enter');
  await doctor.shows('Message deleted', 'deleted');
  assert.deepEqual(await doctor.texts(), ['first', 'Message deleted', 'third']);
});

test('a text that is too long says so in words, stays in the box, and goes once it is shorter', async () => {
  const { doctor } = await openBoth();
  const { page } = doctor;
  await doctor.type('x'.repeat(20_000));
  assert.equal(await page.textContent('#too-long'), 'A message holds at most 1,000 characters: shorten this one by 19,000, or send it in parts.');
  assert.equal(await page.isVisible('#too-long'), true);
  assert.equal(await page.getAttribute('#text', 'aria-invalid'), 'true');
  assert.equal(await page.isDisabled('.send'), true);
  assert.equal(await page.inputValue('#text'), 'x'.repeat(20_000));
  await doctor.say('👍'.repeat(500));
  assert.equal(await page.isVisible('#too-long'), false);
});

test('nobody is offered to delete the words of another', async () => {
  const { doctor, patient } = await openBoth();
  await doctor.say('mine');
  const row = await patient.shows('mine');
  assert.equal(await row.locator('.remove').isVisible(), false);
});

describe('every path', () => {
  for (const mode of ['websocket', 'polling', 'rest']) {
    test(`${mode}, against a WebSocket on the other side`, async () => {
      const { doctor, patient } = await openBoth();
      await patient.use(mode);
      await patient.path(mode);
      await patient.say(`sent by ${mode}`);
      await doctor.shows(`sent by ${mode}`);
      await doctor.say(`heard by ${mode}`);
      await patient.shows(`heard by ${mode}`);
      await doctor.remove(`heard by ${mode}`);
      await patient.shows('Message deleted', 'deleted');
      await patient.use('auto');
      await patient.path('websocket');
      await patient.say('and back');
      assert.deepEqual(await patient.texts(), [`sent by ${mode}`, 'Message deleted', 'and back']);
      assert.deepEqual(patient.errors, []);
    });
  }

  test('where WebSockets are blocked it falls back to long polling', async () => {
    const context = await browser.newContext();
    await context.addInitScript(() => {
      globalThis.WebSocket = class {
        constructor() {
          setTimeout(() => this.onerror?.(new Event('error')));
        }
        close() {}
      };
    });
    const page = await context.newPage();
    await page.goto(`${server.origin}/demo#token=${call.patient.token}&session=${call.sessionId}`);
    const patient = new Tab(page);
    await patient.path('polling');
    await patient.say('over long polling');
  });
});

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
    await route.fetch();  // It reaches the server; the answer never comes back.
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

test('earlier messages are loaded page by page', async () => {
  for (let index = 0; index < 120; index += 1) assert.equal((await store(server, call.doctor, call.sessionId, `line ${index}`)).status, 201);
  const patient = await open('patient');
  await patient.shows('line 119');
  assert.ok((await patient.texts()).length <= 50);
  await patient.page.click('#earlier');
  await patient.shows('line 25');
  assert.ok((await patient.texts()).length <= 100);
  await patient.page.click('#earlier');
  await patient.shows('line 0');
  assert.deepEqual(await patient.texts(), Array.from({ length: 120 }, (_, index) => `line ${index}`));
  assert.equal(await patient.page.isVisible('#earlier'), false);
});

test('ending the session is told to both; what was said stays', async () => {
  const { doctor, patient } = await openBoth();
  await doctor.say('goodbye');
  await doctor.page.click('#end');
  await doctor.page.click('#confirm-end button[value=end]');
  for (const tab of [doctor, patient]) {
    await tab.path('ended');
    await tab.page.waitForSelector('#ended:not([hidden])');
    assert.equal(await tab.page.isVisible('#composer'), false);
  }
  await patient.page.reload();
  await patient.shows('goodbye');
  await patient.path('ended');
});

test('the doctor reopens the session: the other tab hears it, one opened after the end finds out, and both write on', async () => {
  const { doctor, patient } = await openBoth();
  await doctor.say('goodbye');
  await doctor.page.click('#end');
  await doctor.page.click('#confirm-end button[value=end]');
  await patient.path('ended');
  assert.equal(await patient.page.isVisible('#reopen'), false, 'only who created it may');
  const third = await open('patient');
  await third.shows('goodbye');
  await third.path('ended');
  await doctor.page.click('#reopen');
  for (const tab of [doctor, patient, third]) {
    await tab.path('websocket');
    await tab.page.waitForSelector('#ended', { state: 'hidden' });
  }
  await patient.page.getByText('Dr. Ada Okafor reopened the session').waitFor();
  await doctor.page.getByText('You reopened the session').waitFor();
  await patient.say('one more question');
  for (const tab of [doctor, third]) await tab.shows('one more question');
  await doctor.page.click('#end');
  await doctor.page.click('#confirm-end button[value=end]');
  for (const tab of [doctor, patient, third]) await tab.path('ended');
  assert.deepEqual([doctor.errors, patient.errors], [[], []]);
});

test('the other side leaves and is shown as gone', async () => {
  const { doctor, patient } = await openBoth();
  await doctor.page.waitForSelector('#peer-dot[data-presence="here"]');
  await patient.page.context().close();
  await doctor.page.waitForSelector('#peer-dot[data-presence="away"]');
  await doctor.page.getByText('Sam Rivera left').waitFor();
});

describe('links that open nothing', () => {
  const links = {
    'no fragment': () => '',
    'no session': () => `#token=${call.doctor.token}`,
    'a token that is none': () => `#token=x&session=${call.sessionId}`,
    'a token of another server': () => `#token=${call.doctor.token.slice(0, -3)}abc&session=${call.sessionId}`,
    'another session': () => `#token=${call.doctor.token}&session=00000000-0000-4000-8000-000000000000`,
  };
  for (const [name, fragment] of Object.entries(links)) {
    test(name, async () => {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/demo${fragment()}`);
      await page.waitForSelector('#block:not([hidden])');
      assert.equal(await page.isVisible('#app'), false);
      await page.close();
    });
  }
});

test('the token never leaves by an address: not in a request line, not to another host', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const urls = [];
  page.on('request', (request) => urls.push(request.url()));
  page.on('websocket', (socket) => urls.push(socket.url()));
  await page.goto(`${server.origin}/demo#token=${call.doctor.token}&session=${call.sessionId}`);
  const tab = new Tab(page);
  await tab.path('websocket');
  await tab.say('hello');
  await tab.use('polling');
  await tab.path('polling');
  assert.ok(urls.length > 5);
  for (const url of urls) {
    assert.equal(new URL(url).port, String(server.port));
    assert.ok(!url.split('#')[0].includes(call.doctor.token.slice(-20)), url);
  }
});

test('a narrow screen and the keyboard alone', async () => {
  const patient = await open('patient', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
  await patient.path('websocket');
  const { page } = patient;
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await page.focus('#text');
  await page.keyboard.type('first line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await until(async () => (await patient.texts())[0] === 'first line\nsecond line', 'both lines are one message');
  await patient.page.waitForSelector('.message[data-state="stored"]');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.click('#theme');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.keyboard.press('Shift+Tab');
  const focusable = await page.evaluate(() => document.activeElement !== document.body);
  assert.ok(focusable);
});

test('messages come in while nobody looks at the end: a button leads there', async () => {
  for (let index = 0; index < 40; index += 1) await store(server, call.doctor, call.sessionId, `line ${index}`);
  const patient = await open('patient');
  await patient.path('websocket');
  await patient.shows('line 39');
  await patient.page.evaluate(() => { document.getElementById('scroll').scrollTop = 0; });
  await until(() => patient.page.evaluate(() => document.getElementById('scroll').scrollTop === 0), 'scrolled up');
  await post(server, '/api/chat/store', { token: call.doctor.token, json: { sessionId: call.sessionId, message: 'news' } });
  await patient.page.click('#jump:not([hidden])');
  await until(() => patient.page.evaluate(() => {
    const scroll = document.getElementById('scroll');
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 2;
  }), 'at the end');
});
