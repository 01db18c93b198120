// Ids in the links and lines that the program prints.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { post } from '../../harness/rest.mjs';
import { PARLEY, Server } from '../../harness/server.mjs';
import { person } from '../../harness/token.mjs';
import { until } from '../../harness/wait.mjs';
import { create, ON_MONGODB, pathOf, server } from './consultation.mjs';

describe('where ids are printed', () => {
  test('parley session takes the id of the session', async () => {
    const run = promisify(execFile);
    const [doctor, patient] = [person('doctor'), person('patient')];
    await server.introduce?.();
    const { PARLEY_STORE, ...env } = process.env; // that variable is for these tests
    const session = (...more) => run(PARLEY, ['session', '--url', server.origin, '--jwt-secret-file', join(server.folder, 'secret'),
      '--doctor', doctor.id, '--patient', patient.id, ...more], { env });
    const sessionId = `it's "7"/ä %`;
    assert.equal((await session('--session', sessionId)).stdout, `${sessionId}\n`);
    assert.equal((await session('--session', sessionId)).stdout, `${sessionId}\n`, 'again');
    await assert.rejects(session('--session', 'create'), /Session ID \\"create\\" is reserved/);
    await assert.rejects(session('--session', 'another'), /Active session already exists/);
  });

  test('the link of the demo opens a session whatever its id', { skip: ON_MONGODB && 'one store will do' }, async () => {
    const demo = await Server.start({ command: 'demo' });
    try {
      const links = () => [...demo.output.matchAll(/http:\S+\/demo(#\S+)/g)].map(([, fragment]) => new URLSearchParams(fragment.slice(1)));
      const [doctor, patient] = (await until(() => links().length >= 2 && links(), 'it prints its links')).map((fields) => ({ token: fields.get('token') }));
      patient.id = JSON.parse(Buffer.from(patient.token.split('.')[1], 'base64url')).id;
      await post(demo, pathOf(links()[0].get('session'), '/end'), { token: doctor.token, json: {} });
      const sessionId = `it's "7" & 100% #1 ä@doctor@`;
      assert.equal((await create(doctor, patient, sessionId, demo)).status, 201);
      demo.output = '';
      await demo.restart();
      await until(() => links().length >= 2, 'it prints them again');
      assert.equal(links()[1].get('session'), sessionId);
      const line = /const sessionId = (.*);/.exec(demo.output)[1];
      assert.equal(JSON.parse(line), sessionId);
      const shell = /-d '(.*)'\n/.exec(demo.output)[1].replaceAll(`'\\''`, "'");
      assert.equal(JSON.parse(shell).sessionId, sessionId);
    } finally {
      await demo.dispose();
    }
  });
});
