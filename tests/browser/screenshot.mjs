// Draws docs/images/demo.png: node screenshot.mjs [file]. The people and the texts are the same every time.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from '../clients/javascript/harness/server.mjs';
import { launch, makeNamedSession, Tab } from './browser.mjs';

const file = resolve(process.argv[2] ?? fileURLToPath(new URL('../../docs/images/demo.png', import.meta.url)));
const server = await Server.start({ command: 'demo' });
const browser = await launch();
try {
  const { doctor, patient, sessionId } = await makeNamedSession(server);
  const options = { viewport: { width: 1180, height: 760 }, deviceScaleFactor: 2, colorScheme: 'light' };
  const left = await Tab.open(browser, server, doctor, sessionId, options);
  await left.path('websocket');
  const right = await Tab.open(browser, server, patient, sessionId, options);
  await right.path('websocket');
  await left.page.getByText('Sam Rivera joined').waitFor();
  await left.say('Good morning Sam, can you hear me well?');
  await right.say('Yes, loud and clear.');
  await left.say('How has the knee been since Tuesday?');
  await right.say('Better in the mornings. Stairs still hurt, mostly on the way down.');
  await right.say('wrong window, sorry');
  await right.remove('wrong window, sorry');
  await left.shows('Message deleted', 'deleted');
  await left.say('Two sets, twice a day, and no stairs with weight this week. I have put the plan below, so that you have it in one place.');
  await right.say('Thank you. I will send the photos of the swelling tonight.');
  await left.shows('Thank you. I will send the photos of the swelling tonight.');
  await left.page.mouse.move(0, 0);
  await left.page.screenshot({ path: file });
  console.log(file);
} finally {
  await browser.close();
  await server.dispose();
}
