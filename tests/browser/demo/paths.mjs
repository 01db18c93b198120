// Every transport, and a fallback where WebSockets are blocked.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Tab } from '../browser.mjs';
import { browser, call, openBoth, server } from './call.mjs';

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
