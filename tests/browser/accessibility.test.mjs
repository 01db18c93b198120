// axe checks the pages, light and dark, at common screen sizes: it finds no fault, and nothing extends beyond the screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { store } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { faultsOf, launch, makeNamedSession, Tab } from './browser.mjs';

const TEXTS = [
  ['doctor', 'Good morning. https://example.org/a_(b)?x=1 and <b>no markup</b>'],
  ['patient', 'x'.repeat(300)],
  ['patient', 'مرحبا، كيف حالك اليوم؟ ok'],
  ['doctor', `שלום https://example.org/${'long/'.repeat(60)}`],
  ['patient', '👍🏽👨‍👩‍👧‍👦🇩🇪'],
  ['doctor', 'Pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(3)],
  ['patient', 'lorem ipsum dolor '.repeat(600).slice(0, 10_000)],
];
const SIZES = { '320 px': [320, 568], '375 px': [375, 667], '768 px': [768, 1024], '1280 px': [1280, 720], 'zoom of 200 %': [640, 360] };

let server;
let browser;
let call;
before(async () => {
  server = await Server.start({ command: 'demo', args: ['--message-length-max', '10000'] });
  browser = await launch();
  call = await makeNamedSession(server);
  for (const [who, text] of TEXTS) assert.equal((await store(server, call[who], call.sessionId, text)).status, 201);
});
after(async () => {
  await browser.close();
  await server.dispose();
});

async function isFine(page, name) {
  assert.deepEqual(await faultsOf(page), [], name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: nothing sticks out`);
}

const open = (options) => Tab.open(browser, server, call.doctor, call.sessionId, { reducedMotion: 'reduce', ...options });

/** A failed message and a pending message have their own words and colours. */
async function everyState(tab) {
  await tab.say('deleted in a moment');
  await tab.remove('deleted in a moment');
  await tab.shows('Message deleted', 'deleted');
  await tab.use('rest');
  await tab.path('rest');
  const answers = [{ status: 403, json: { message: 'Unauthorized access to session' } },
    { status: 429, headers: { 'Retry-After': '60' }, json: { message: 'Rate limit exceeded for chat messages' } }];
  await tab.page.route('**/api/chat/store', (route) => route.fulfill(answers.shift()));
  await tab.type('refused');
  await tab.shows('refused', 'failed');
  await tab.type('held');
  await tab.shows('held', 'waiting');
}

for (const colorScheme of ['light', 'dark']) {
  for (const [name, [width, height]] of Object.entries(SIZES)) {
    test(`the demo, ${colorScheme}, ${name}`, async () => {
      const tab = await open({ viewport: { width, height }, colorScheme });
      await tab.path('websocket');
      await tab.shows(TEXTS.at(-1)[1]);
      await isFine(tab.page, 'the conversation');
      if (await tab.page.isVisible('#panel')) {
        await tab.page.click('#panel');
        await isFine(tab.page, 'the panel');
      }
      await tab.page.context().close();
    });
  }

  test(`the demo, ${colorScheme}: messages in every state, the question at the end, the ended session, a link that opens nothing`, async () => {
    const another = await makeNamedSession(server);
    const tab = await Tab.open(browser, server, another.doctor, another.sessionId, { reducedMotion: 'reduce', colorScheme });
    await tab.path('websocket');
    await isFine(tab.page, 'nothing said yet');
    await everyState(tab);
    await isFine(tab.page, 'every state');
    await tab.page.fill('#text', 'x'.repeat(10_001));
    await isFine(tab.page, 'a text that is too long');
    await tab.page.click('#end');
    await isFine(tab.page, 'the question');
    await tab.page.click('#confirm-end button[value=end]');
    await tab.path('ended');
    await isFine(tab.page, 'an ended session');
    await tab.page.goto(`${server.origin}/demo#token=${another.doctor.token}&session=none`);
    await tab.page.waitForSelector('#block:not([hidden])');
    await isFine(tab.page, 'a link that opens nothing');
    await tab.page.context().close();
  });

  test(`the interfaces, ${colorScheme}, wide and narrow`, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${server.origin}/docs`);
    await page.waitForSelector('body[data-ready]');
    await isFine(page, 'as it opens');
    await page.$$eval('details', (all) => all.forEach((each) => { each.open = true; }));
    await isFine(page, 'with everything open');
    await page.setViewportSize({ width: 320, height: 568 });
    await page.locator('#list:not([open])').waitFor();
    await isFine(page, 'narrow');
    await page.click('#list > summary');
    await page.click('#contents a[href="#event-emitJoinSession"]');
    await page.locator('#list:not([open])').waitFor();
    await page.locator('#event-emitJoinSession h3').waitFor();
    await context.close();
  });
}
