// Messages on the page: deleting them, their limit, links in them, and earlier ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { post, store } from '../../clients/javascript/harness/rest.mjs';
import { until } from '../../clients/javascript/harness/wait.mjs';
import { call, open, openBoth, server } from './call.mjs';

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
