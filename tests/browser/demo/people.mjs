// Two people in one session: they chat, see each other come and go, and see the session end and go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tab } from '../browser.mjs';
import { browser, call, open, openBoth, server } from './call.mjs';

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
