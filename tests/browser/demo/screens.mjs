// Narrow screens, zoom and the keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../clients/javascript/harness/wait.mjs';
import { open } from './call.mjs';

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
