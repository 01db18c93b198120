// The attacks. Each returns {load}: how much input the server, or the system on its side, has taken.
import { gzipSync } from 'node:zlib';
import { delay, within } from '../clients/javascript/harness/wait.mjs';
import { frame } from '../clients/javascript/harness/raw.mjs';
import { newId, person } from '../clients/javascript/harness/token.mjs';
import { Line, pour, text, webSocket } from './flood.mjs';

const request = (method, path) => Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
const post = (path, headers, body = '') => Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`), Buffer.from(body)]);

/** Sends requests and never reads the answers. */
async function unread(target, piece, count) {
  const line = await Line.open(target);
  line.stopReading();
  let taken = 0;
  const batch = Buffer.concat(Array.from({ length: 100 }, () => piece));
  while (taken < count && target.left() > 0 && line.isOpen) {
    await Promise.race([line.write(batch), delay(target.left())]);
    if (target.left() > 0) taken += 100;
  }
  await delay(target.left());
  return { load: taken };
}

/** Sends many requests and reads 200 KB of the answers every second. */
async function slow(target) {
  const line = await Line.open(target);
  line.stopReading();
  const asked = 2_000;
  await line.write(Buffer.concat(Array.from({ length: asked }, () => request('GET', '/openapi.json'))));
  while (target.left() > 0 && line.isOpen) {
    await delay(Math.min(1000, target.left()));
    const until = line.bytesRead + 200_000;
    line.onData = () => { if (line.bytesRead >= until) line.stopReading(); };
    line.socket.resume();
  }
  return { load: asked };
}

async function idle(target, open, count) {
  let opened = 0;
  while (opened < count && target.left() > 0) {
    await Promise.all(Array.from({ length: 50 }, open));
    opened += 50;
  }
  await delay(target.left());
  return { load: opened };
}

/** Sends pipelined requests and reads the answers at full speed. Returns the number of answers. */
async function read(target, piece) {
  let answers = 0;
  await pour(target, {
    lines: 2, pieces: 50, piece,
    open: async () => {
      const line = await Line.open(target);
      line.onData = (bytes) => {
        for (let at = bytes.indexOf('HTTP/1.1 '); at >= 0; at = bytes.indexOf('HTTP/1.1 ', at + 9)) answers += 1;
      };
      return line;
    },
  });
  return { load: answers };
}

async function handshakes(target) {
  const load = await pour(target, { lines: 2, pieces: 100, piece: request('GET', '/socket.io/?EIO=4&transport=polling'), open: () => Line.open(target) });
  return { load };
}

/** Begins a long request on each of many connections and never ends it. */
async function stalled(target, { count, atOnce = 10, open, begin }) {
  let begun = 0;
  const lines = [];
  while (begun < count && target.left() > 0) {
    lines.push(...await Promise.all(Array.from({ length: atOnce }, async () => {
      const line = await open();
      await Promise.race([line.write(begin), delay(target.left())]);
      return line;
    })));
    begun += atOnce;
  }
  await delay(target.left());
  return { load: begun };
}

const nineMegabytes = Buffer.alloc(9_000_000, 'x');
const json = 'Content-Type: application/json\r\n';

async function bodies(target, { body, headers, lines, perSecond }) {
  let answered = 0;
  await Promise.all(Array.from({ length: lines }, async () => {
    while (target.left() > 0) {
      const line = await Line.open(target);
      const came = new Promise((resolve) => {
        line.onData = resolve;
        line.socket.once('close', resolve);
      });
      await line.write(post('/api/chat/store', `${headers}Content-Length: ${body.length}\r\n`, body));
      await Promise.race([came, delay(target.left())]);
      answered += 1;
      line.socket.destroy();
      if (perSecond) await delay(1000 / perSecond);
    }
  }));
  return { load: answered };
}

const form = (fields) => gzipSync(Buffer.alloc(fields * 2, 'a&'));
const bigJson = (bytes) => gzipSync(`{"message":"x","more":[${'1,'.repeat(bytes / 2)}1]}`);

async function signedIn(target, who) {
  const line = await webSocket(target);
  if (line.isUpgraded) await line.write(text(`40{"token":"${who.token}"}`));
  return line;
}

/** Signed-in sockets that emit the same events without end. With `who` all sockets belong to that user, otherwise each has its own. */
async function emitting(target, packets, { sockets = 4, who } = {}) {
  const piece = Buffer.concat([packets].flat().map(text));
  const load = await pour(target, { lines: sockets, pieces: 100, piece, open: () => signedIn(target, who ?? person('doctor')) });
  return { load: load * [packets].flat().length };
}

/** The sessions that have not ended. */
async function openSessions(target, who) {
  const answer = await fetch(`${target.origin}/api/sessions/user/active`, { headers: { Authorization: `Bearer ${who.token}` } });
  return answer.ok ? (await answer.json()).sessions : [];
}

/** Uses a socket, because REST allows a client only few requests a minute. */
async function create(target, doctor, patient) {
  const line = await signedIn(target, doctor);
  let seen = '';
  const created = new Promise((resolve) => {
    line.onData = (bytes) => {
      seen += bytes.toString('latin1');
      const found = /"sessionId":"([^"]+)"/.exec(seen);
      if (found) resolve(found[1]);
    };
  });
  await line.write(text(`420["create-session",{"patientId":"${patient.id}"}]`));
  const sessionId = await within(created, 'the session').catch((error) => { throw new Error(`${error.message}; the server said ${JSON.stringify(seen)}`); });
  line.socket.destroy();
  return sessionId;
}

/** Two users in a session of their own send the largest frames and the largest payloads, and list the whole record again and again. */
async function signalling(target) {
  const [doctor, patient] = [person('doctor'), person('patient')];
  const sessionId = await create(target, doctor, patient);
  const candidate = (bytes) => text(`42["ice-candidate",{"sessionId":"${sessionId}","candidate":{"candidate":"${'x'.repeat(bytes)}","sdpMid":"0","sdpMLineIndex":0}}]`);
  const payloads = [candidate(900_000), ...Array.from({ length: 7 }, () => candidate(64_000))];
  let load = 0;
  const talking = [doctor, patient].map(async (who) => {
    const line = await signedIn(target, who);
    await line.write(text(`42["join-session",{"sessionId":"${sessionId}"}]`));
    while (target.left() > 0 && line.isOpen) {
      for (const payload of payloads) await Promise.race([line.write(payload), delay(target.left())]);
      load += payloads.length;
    }
  });
  let listings = 0;
  let longest = 0;
  const listing = (async () => {
    while (target.left() > 0) {
      const answer = await fetch(`${target.origin}/api/sessions/${sessionId}/signaling?limit=1000`, { headers: { Authorization: `Bearer ${doctor.token}` } });
      const { length } = await answer.text();
      if (answer.status === 200) {
        listings += 1;
        longest = Math.max(longest, length);
      }
      await delay(200);
    }
  })();
  await Promise.all([...talking, listing]);
  return { load, listings, longest };
}

/** One doctor creates a session with a new patient each time. */
async function sessions(target) {
  const doctor = person('doctor');
  const load = await pour(target, {
    lines: 4, pieces: 100, open: () => signedIn(target, doctor), piece: () => text(`42["create-session",{"patientId":"${newId()}"}]`),
  });
  return { load, created: (await openSessions(target, doctor)).length };
}

export const ATTACKS = {
  'unread answers': (target) => unread(target, request('GET', '/openapi.json'), 20_000),
  'unread pages': (target) => unread(target, request('GET', '/docs'), 20_000),
  'slow reader': slow,
  'idle connections': (target) => idle(target, () => Line.open(target), 3_000),
  'idle websockets': (target) => idle(target, () => webSocket(target), 3_000),
  'document heads': (target) => read(target, request('HEAD', '/openapi.json')),
  metrics: (target) => read(target, request('GET', '/metrics')),
  handshakes,
  'stalled bodies': (target) => stalled(target, {
    count: 150, open: () => Line.open(target), begin: post('/api/chat/store', `${json}Content-Length: 10000000\r\n`, nineMegabytes),
  }),
  'stalled chunked bodies': (target) => stalled(target, {
    count: 150, open: () => Line.open(target),
    begin: post('/api/chat/store', `${json}Transfer-Encoding: chunked\r\n`, `${(9_000_000).toString(16)}\r\n${nineMegabytes}`),
  }),
  'stalled frames': (target) => stalled(target, {
    count: 1_000, atOnce: 50, open: () => webSocket(target), begin: frame(1, Buffer.alloc(990_000, 'x'), { claim: 1_000_000 }),
  }),
  'missing attachments': (target) => stalled(target, {
    count: 200, open: async () => {
      const line = await webSocket(target);
      await line.write(text(`40{"token":"${person('doctor').token}"}`));
      await line.write(text('454-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2},{"_placeholder":true,"num":3}]'));
      return line;
    },
    begin: Buffer.concat(Array.from({ length: 3 }, () => frame(2, Buffer.alloc(990_000, 'x')))),
  }),
  'gzip forms': (target) => bodies(target, {
    body: form(4_500_000), headers: 'Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n', lines: 3, perSecond: 1.1,
  }),
  'gzip JSON': (target) => bodies(target, { body: bigJson(9_000_000), headers: `${json}Content-Encoding: gzip\r\n`, lines: 4 }),
  'bad connects': async (target) => ({
    load: await pour(target, { lines: 4, pieces: 100, piece: text('40{"token":"nonsense"}'), open: () => webSocket(target) }),
  }),
  pings: async (target) => ({ load: await pour(target, { lines: 4, pieces: 500, piece: frame(9, 'ping'), open: () => webSocket(target) }) }),
  'refused chat': (target) => emitting(target, `42["chat-message",{"sessionId":"${target.known.sessionId}","message":"let me in"}]`),
  'unknown events': (target) => emitting(target, '42["no-such-event",{"sessionId":"x"}]'),
  signalling,
  sessions,
  pages: (target) => emitting(target, `42["entries",{"sessionId":"${target.known.sessionId}","limit":1000}]`, { who: target.known.people[1] }),
  'joins and ends': (target) => emitting(target, ['join-session', 'end-session'].map((name) => `42["${name}",{"sessionId":"${target.known.sessionId}"}]`)),
  'joins of nothing': (target) => emitting(target, '42["join-session",{"sessionId":"00000000-0000-4000-8000-000000000000"}]'),
};
