// A small backend of an app, as it runs beside Parley. It signs people in and out, counts requests by address, keeps appointments, serves the pages,
// and writes to the database that Parley uses. node backend.mjs PORT STORE [--trust-proxy] [--sign-ins-max N]; SECRET holds the secret of the tokens.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { OldServer } from '../clients/javascript/harness/old-server.mjs';
import { sign } from '../clients/javascript/harness/token.mjs';
import { Appointments } from './appointments.mjs';

const [port, store, ...flags] = process.argv.slice(2);
const trustsProxy = flags.includes('--trust-proxy');
const signInsMax = flags.includes('--sign-ins-max') ? Number(flags[flags.indexOf('--sign-ins-max') + 1]) : Infinity;
const WINDOW_MS = 60_000;

const page = (name) => readFileSync(new URL(`pages/${name}`, import.meta.url));
const CLIENT = new URL('../clients/javascript/node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url);
const PAGES = new Map([
  ['/call', ['text/html; charset=utf-8', page('call.html')]],
  ['/call.js', ['text/javascript; charset=utf-8', page('call.js')]],
  ['/socket.io.js', ['text/javascript; charset=utf-8', readFileSync(CLIENT)]],
]);

const database = await OldServer.start(store);
const appointments = new Appointments(database.models);
const signedOut = database.collection('signedouttokens');
const booked = database.collection('appointments');
const hashOf = (token) => createHash('sha256').update(token).digest('hex');

/** The address that counts for a request. It is the one that the proxy names, if the proxy is trusted and on this machine. */
function addressOf(incoming) {
  const peer = incoming.socket.remoteAddress.replace(/^::ffff:/, '');
  const named = incoming.headers['x-forwarded-for']?.split(',').at(-1).trim();
  return trustsProxy && named && peer === '127.0.0.1' ? named : peer;
}

const windows = new Map();
function isOverLimit(address) {
  const now = Date.now();
  const window = windows.get(address);
  if (!window || now - window.start > WINDOW_MS) {
    windows.set(address, { start: now, count: 1 });
    return signInsMax < 1;
  }
  window.count += 1;
  return window.count > signInsMax;
}

const refused = (status, message) => ({ status, body: { success: false, message } });

async function signIn(incoming, { email }) {
  if (isOverLimit(addressOf(incoming))) return refused(429, 'Too many sign-ins');
  const user = await database.models.User.findOne({ email });
  if (!user) return refused(401, 'Wrong e-mail or password');
  return { body: { token: sign({ id: String(user._id), role: user.role, email, name: user.name, iat: Math.floor(Date.now() / 1000) }) } };
}

/** The caller according to the token. The check is Parley's, with the same secret; a signed-out token is refused. */
async function callerOf(incoming) {
  const token = incoming.headers.authorization?.replace(/^Bearer /, '');
  if (!token) return null;
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || 'null');
  if (!claims || sign(claims) !== token) return null;
  return (await signedOut.findOne({ _id: hashOf(token) })) ? null : { ...claims, token };
}

async function appointmentOf(id) {
  const found = await booked.findOne({ _id: id });
  return found && { id, doctor: found.doctor, patient: found.patient };
}

const ROUTES = [
  ['POST', /^\/api\/auth\/logout\/?$/, async ({ caller }) => {
    await signedOut.updateOne({ _id: hashOf(caller.token) }, { $setOnInsert: { at: new Date() } }, { upsert: true, writeConcern: { w: 'majority' } });
    return { body: { success: true } };
  }],
  ['GET', /^\/api\/users\/me$/, async ({ caller }) => ({ body: { id: caller.id, role: caller.role } })],
  ['POST', /^\/api\/appointments\/([0-9a-f]{24})\/(join|cancel)$/, async ({ caller, match }) => {
    const appointment = await appointmentOf(match[1]);
    if (!appointment || ![appointment.doctor, appointment.patient].includes(caller.id)) return refused(404, 'No such appointment');
    await appointments[match[2]](appointment);
    return { body: { sessionId: appointment.id } };
  }],
  ['DELETE', /^\/api\/moderation\/messages\/([0-9a-f]{24})$/, async ({ match }) => ({ body: { deleted: await appointments.removeMessage(match[1]) } })],
];

async function answer(incoming, body) {
  const { pathname } = new URL(incoming.url, 'http://backend');
  if (pathname === '/api/auth/login') return signIn(incoming, body);
  for (const [method, pattern, handle] of ROUTES) {
    const match = pattern.exec(pathname);
    if (!match || method !== incoming.method) continue;
    const caller = await callerOf(incoming);
    return caller ? handle({ caller, match }) : refused(401, 'Please sign in');
  }
  return refused(404, 'Not found');
}

async function serve(incoming, response) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const file = PAGES.get(new URL(incoming.url, 'http://backend').pathname);
  if (file) return response.writeHead(200, { 'content-type': file[0] }).end(file[1]);
  const { status = 200, body } = await answer(incoming, parts.length > 0 ? JSON.parse(Buffer.concat(parts)) : {});
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const server = http.createServer((incoming, response) => {
  serve(incoming, response).catch((error) => {
    console.error(`${incoming.method} ${incoming.url}: ${error.stack}`);
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ success: false, message: 'Server error' }));
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on 127.0.0.1:${port}`));
