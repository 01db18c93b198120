// POST /api/auth/logout: the token is refused everywhere, at once and after kill -9. Its sockets are closed within a second.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, post, request } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const REVOKED = { success: false, message: 'Token revoked. Please login again.' };
const logout = (options) => post(server, '/api/auth/logout', options);
const active = (options) => get(server, '/api/sessions/user/active', options);

for (const transport of ['websocket', 'polling', 'upgrade']) {
  test(`over ${transport}: the sockets of the token are cut, the others of the room hear it [c:1.3-revoked 6.2-revoked]`, async () => {
    const { doctor, doctorSocket, patientSocket } = await makeCall(server, { transport });
    const second = person('doctor', { id: doctor.id, exp: Math.floor(Date.now() / 1000) + 77 });
    const other = await Client.connect(server, second, { transport });
    const gone = doctorSocket.disconnected();
    const answer = await logout({ token: doctor.token });
    assert.deepEqual([answer.status, answer.body], [200, { success: true }]);
    assert.equal(await gone, 'io server disconnect');
    const left = await patientSocket.next('user-left');
    assert.deepEqual([left.userId, left.reason], [doctor.id, 'server namespace disconnect']);
    assert.equal(other.socket.connected, true, 'another token of the same user stays good');
    assert.equal((await active({ token: second.token })).status, 200);
    const refused = await active({ token: doctor.token });
    assert.deepEqual([refused.status, refused.body], [401, REVOKED]);
    assert.equal((await Client.refused(server, doctor, { transport })).message, 'Invalid authentication token');
  });
}

test('after kill -9 it is still signed out [c:1.3-revoked 6.2-revoked]', async () => {
  const { doctor, patient } = await makeSession(server);
  assert.equal((await logout({ token: doctor.token })).status, 200);
  await server.restart();
  assert.deepEqual((await active({ token: doctor.token })).body, REVOKED);
  assert.equal((await Client.refused(server, doctor)).message, 'Invalid authentication token');
  assert.equal((await active({ token: patient.token })).status, 200);
});

test('by cookie, too, and the cookie is told to expire [c:1.3-revoked]', async () => {
  const who = person('patient');
  const answer = await logout({ headers: { cookie: `token=${who.token}` } });
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['set-cookie']), /^token=; Path=\/; Expires=Thu, 01 Jan 1970/);
  assert.deepEqual((await active({ headers: { cookie: `token=${who.token}` } })).body, REVOKED);
});

test('twice, without a token, or by another method it is refused', async () => {
  const who = person('patient');
  assert.equal((await logout({ token: who.token })).status, 200);
  const again = await logout({ token: who.token });
  assert.deepEqual([again.status, again.body], [401, REVOKED]);
  assert.equal((await logout({})).body.message, 'Not authorized, token missing');
  assert.equal((await request(server, 'GET', '/api/auth/logout', { token: person('patient').token })).status, 404);
});
