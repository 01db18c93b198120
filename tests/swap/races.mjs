// A person who joins right after the appointment's handler has written gets in: Parley reads the document before it refuses.
import assert from 'node:assert/strict';
import { post } from '../clients/javascript/harness/rest.mjs';
import { until } from '../clients/javascript/harness/wait.mjs';
import { Actor } from './actor.mjs';
import { World } from './world.mjs';

const ROUNDS = 20;
const AT_ONCE = 8;

/** The session ends at Parley. The appointment opens it again, and a person joins at the same moment. `seen`: the other was refused just before. */
async function race(world, { joined, seen }) {
  const session = await world.book();
  const [doctor, patient] = [session.people.doctor, session.people.patient].map((who) => new Actor(world.parley, who, session.sessionId));
  await world.appointments.join(session);
  if (joined) assert.equal((await doctor.join()).success, true);
  const ended = await post(world.parley, `/api/sessions/${session.sessionId}/end`, { token: session.people.doctor.token, json: {} });
  assert.equal(ended.status, 200, ended.text);
  if (seen) assert.equal((await patient.join()).error, 'Session has already ended');
  const document = () => world.database.collection('sessions').findOne({ sessionId: session.sessionId });
  await until(async () => (await document()).status === 'ended', 'the document says that it has ended');
  await world.appointments.join(session);
  const answer = await doctor.join();
  assert.equal(answer.success, true, `the appointment is open and the join is refused: ${answer.error} (${JSON.stringify({ joined, seen })})`);
  for (const actor of [doctor, patient]) await actor.leave();
}

/** Returns how many joins there were. */
export async function races(mongod, { kind, say }) {
  const world = await World.start(mongod, { args: ['--reopen', 'creator'] });
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => race(world, { joined: index % 2 === 0, seen: index % 4 > 1 })));
    }
  } finally {
    await world.stop();
  }
  say(`passed  ${kind}: ${ROUNDS * AT_ONCE} joins right after the appointment was opened again`);
  return ROUNDS * AT_ONCE;
}
