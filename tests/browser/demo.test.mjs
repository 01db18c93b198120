// The demo page in Chromium: two links, two people, every transport, and a server that is killed and restarted.
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

test('presence is of the other person: tabs of one\'s own do not count, and two tabs of one person are one person', async () => {
  const [doctor, doctorAgain] = [await open('doctor'), await open('doctor')];
  for (const tab of [doctor, doctorAgain]) {
    await tab.path('websocket');
    await tab.page.waitForSelector('#peer-dot[data-presence="away"]');
  }
  await doctorAgain.page.reload();
  await doctorAgain.path('websocket');
  await doctorAgain.page.waitForSelector('#peer-dot[data-presence="away"]');
  const [patient, patientAgain] = [await open('patient'), await open('patient')];
  for (const tab of [patient, patientAgain]) await tab.path('websocket');
  for (const tab of [doctor, doctorAgain, patient, patientAgain]) await tab.page.waitForSelector('#peer-dot[data-presence="here"]');
  await doctor.page.getByText('Sam Rivera joined').waitFor();
  await patient.page.context().close();
  await doctor.say('still there?');
  assert.equal(await doctor.page.getAttribute('#peer-dot', 'data-presence'), 'here');
  await patientAgain.page.context().close();
  await doctor.page.waitForSelector('#peer-dot[data-presence="away"]');
  await doctor.page.getByText('Sam Rivera left').waitFor();
  await open('patient');
  await doctor.page.waitForSelector('#peer-dot[data-presence="here"]');
  assert.equal(await doctor.page.getByText('Sam Rivera joined').count(), 2);
});

test('a tab on REST alone learns from the log that the session starts, ends and goes on', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  await context.addInitScript(() => { delete globalThis.WebSocket; });
  await context.route(/\/socket\.io\/\?/, (route) => route.abort());
  const patient = new Tab(await context.newPage());
  await patient.page.goto(`${server.origin}/demo#token=${call.patient.token}&session=${call.sessionId}`);
  await patient.path('rest');
  assert.equal(await patient.page.textContent('#fact-status'), 'created');
  const doctor = await open('doctor');
  await doctor.path('websocket');
  for (const tab of [doctor, patient]) await tab.page.locator('#fact-status', { hasText: 'active' }).waitFor();  // the first to join sees the join too
  await doctor.page.click('#end');
  await doctor.page.click('#confirm-end button[value=end]');
  await patient.path('ended');
  await patient.page.getByText('Dr. Ada Okafor ended the session').waitFor();
  await doctor.page.click('#reopen');
  await patient.path('rest');
  assert.equal(await patient.page.textContent('#fact-status'), 'active');
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
  await doctor.say('third');  // The question remains although new messages arrive.
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

test('a web address is a link that opens a tab of its own; everything else stays text', async () => {
  const { doctor, patient } = await openBoth();
  const text = `Look at ${server.origin}/docs, not at javascript:alert(1) or <a href="javascript:alert(1)">this</a>.`;
  await doctor.say(text);
  const row = await patient.shows(text);
  const link = row.locator('.bubble a');
  assert.equal(await link.count(), 1);
  assert.equal(await row.locator('.bubble > *').count(), 1);
  assert.equal(await link.textContent(), `${server.origin}/docs`);
  assert.deepEqual([await link.getAttribute('target'), await link.getAttribute('rel')], ['_blank', 'noopener noreferrer']);
  const [opened] = await Promise.all([patient.page.context().waitForEvent('page'), link.click()]);
  await opened.waitForSelector('body[data-ready]');
  assert.deepEqual(await opened.evaluate(() => [document.referrer, globalThis.opener]), ['', null]);
  await doctor.remove(text);
  await patient.shows('Message deleted', 'deleted');
  assert.equal(await patient.page.locator('.bubble a').count(), 0);
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
      assert.match(await page.textContent('#block-steps'), /`?parley demo/);
      await page.getByRole('link', { name: 'Read the interfaces' }).click();
      await page.waitForSelector('body[data-ready]');
      await page.close();
    });
  }

  test('lead back to the link that opened a session in this tab', async () => {
    const { page } = await open('doctor');
    await page.waitForSelector('#path[data-path="websocket"]');
    for (const fragment of ['', '#token=x&session=y', `#token=${call.doctor.token}&session=no-session`]) {
      await page.evaluate((hash) => { location.hash = hash; }, fragment);
      await page.getByRole('link', { name: 'Back to the last session' }).click();
      await page.waitForSelector('#path[data-path="websocket"]');
    }
  });
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

const small = { '320 px': [320, 568], '375 px': [375, 667], '768 px': [768, 1024], 'zoom of 200 %': [640, 360], 'zoom of 400 %': [320, 256] };
for (const [name, [width, height]] of Object.entries(small)) {
  test(`${name}: the panel opens and closes, by pointer and by keyboard, and holds everything`, async () => {
    const doctor = await open('doctor', { viewport: { width, height } });
    const { page } = doctor;
    await doctor.path('websocket');
    await doctor.say('x'.repeat(900));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    const panel = page.getByRole('button', { name: 'About this session' });
    assert.equal(await page.isVisible('#people'), false);
    await panel.click();
    assert.equal(await panel.getAttribute('aria-expanded'), 'true');
    await page.getByRole('radio', { name: 'Long polling' }).check();
    await doctor.path('polling');
    for (const part of ['#people li:nth-child(2)', '#fact-path', '.try']) {
      await page.locator(part).scrollIntoViewIfNeeded();
      assert.ok(await page.locator(part).isVisible(), part);
    }
    assert.equal(await page.textContent('#fact-path'), 'Long polling');
    await page.keyboard.press('Escape');
    assert.equal(await page.isVisible('#people'), false);
    await page.keyboard.press('Enter');  // The button has the focus again.
    await page.locator('#end:visible, #end-in-panel:visible').click();
    await page.click('#confirm-end button[value=end]');
    await doctor.path('ended');
    await panel.click();
    assert.equal(await page.isVisible('#ended'), true);
  });
}

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
