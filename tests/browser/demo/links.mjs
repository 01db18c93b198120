// The links of the page: those that `parley demo` prints, those that open nothing, and no token in an address.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../clients/javascript/harness/wait.mjs';
import { Tab } from '../browser.mjs';
import { browser, call, open, server } from './call.mjs';

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
