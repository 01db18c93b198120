// A server, a browser, and a session of a doctor and a patient for each test of the demo page.
import { after, afterEach, before, beforeEach } from 'node:test';
import { Server } from '../../clients/javascript/harness/server.mjs';
import { launch, makeNamedSession, Tab } from '../browser.mjs';

export let server;
export let browser;
/** The session of the running test: {sessionId, doctor, patient}. */
export let call;
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

/** Opens the page of `doctor` or `patient`. */
export const open = (who, options) => Tab.open(browser, server, call[who], call.sessionId, options);

/** Opens both pages and waits until they are connected by WebSocket. */
export async function openBoth() {
  const doctor = await open('doctor');
  await doctor.path('websocket');
  const patient = await open('patient');
  await patient.path('websocket');
  return { doctor, patient };
}
