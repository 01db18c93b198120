// Creates a doctor, a patient and their session over REST.
import assert from 'node:assert/strict';
import { Client } from './client.mjs';
import { post } from './rest.mjs';
import { person } from './token.mjs';

export async function makeSession(server, { doctor = person('doctor'), patient = person('patient'), ...body } = {}) {
  const answer = await post(server, '/api/sessions/create', { token: doctor.token, json: { patientId: patient.id, ...body } });
  assert.equal(answer.status, 201, answer.text);
  return { doctor, patient, sessionId: answer.body.session.sessionId, session: answer.body.session };
}

/** Both have joined, first the doctor. The doctor has received the join of the patient. */
export async function makeCall(server, { transport = 'websocket', ...options } = {}) {
  const call = await makeSession(server, options);
  call.doctorSocket = await Client.connect(server, call.doctor, { transport });
  call.patientSocket = await Client.connect(server, call.patient, { transport });
  await call.doctorSocket.join(call.sessionId);
  await call.patientSocket.join(call.sessionId);
  await call.doctorSocket.next('user-joined');
  return call;
}

export async function endSession(server, { doctor, sessionId }) {
  const answer = await post(server, `/api/sessions/${sessionId}/end`, { token: doctor.token, json: {} });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.session;
}

export const OID = /^[0-9a-f]{24}$/;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
