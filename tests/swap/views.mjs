// All views of one session: of a client, of Parley's answers over REST, and of other software that reads the database.
import assert from 'node:assert/strict';
import { get, page } from '../clients/javascript/harness/rest.mjs';
import { Chain } from '../clients/javascript/harness/chain.mjs';
import { until } from '../clients/javascript/harness/wait.mjs';

/** The view of one client: live events and resumed entries, applied in any order and any number of times. */
export class ClientView {
  #texts = new Map();    // by id: {seq, message}
  #deleted = new Set();
  #statusSeq = 0;
  position = null;
  isEnded = false;

  /** Follows the live events of a socket. */
  follow(socket) {
    socket.on('chat-message', (event) => this.#text(event));
    socket.on('chat-message-deleted', ({ id }) => this.#remove(id));
  }

  /** An answer of `entries`, or a `resume`. */
  take({ entries, to, reset }) {
    if (reset) {
      this.#texts.clear();
      this.#statusSeq = 0;
      this.isEnded = false;
    }
    for (const entry of entries) this.#entry(entry);
    this.position = to;
  }

  /** `id text` in the order of the log. */
  get lines() {
    return [...this.#texts].sort(([, a], [, b]) => a.seq - b.seq).map(([id, { message }]) => `${id} ${message}`);
  }

  #entry(entry) {
    if (entry.kind === 'text' && !entry.deleted) this.#text(entry);
    if (entry.kind === 'text' && entry.deleted) this.#remove(entry.id);
    if (entry.kind === 'deleted') this.#remove(entry.id);
    if (['ended', 'reopened'].includes(entry.kind) && entry.seq > this.#statusSeq) {
      this.#statusSeq = entry.seq;
      this.isEnded = entry.kind === 'ended';
    }
  }
  #text({ id, seq, message }) {
    if (!this.#deleted.has(id)) this.#texts.set(id, { seq, message });
  }
  #remove(id) {
    this.#deleted.add(id);
    this.#texts.delete(id);
  }
}

/** Reads over REST from the position of the view until nothing is left. It also works on a session that has ended. */
export async function catchUp(server, who, sessionId, view) {
  for (let more = true; more;) {
    const target = `/api/chat/session/${sessionId}/entries?limit=1000${view.position ? `&after=${view.position}` : '&after='}`;
    const { status, body, text } = await get(server, target, { token: who.token });
    assert.equal(status, 200, text);
    view.take(body);
    ({ more } = body);
  }
  return view;
}

const line = ({ _id, message }) => `${_id} ${message}`;

async function pageOf(server, who, sessionId) {
  const { status, body, text } = await page(server, who, sessionId, '?limit=1000');
  assert.equal(status, 200, text);
  assert.equal(body.pagination.totalMessages, body.messages.length);
  return body.messages.map(line);
}

/** Verifies the log by its chain and returns the texts that are not deleted. */
async function provenTexts(server, who, sessionId) {
  const chain = new Chain(sessionId);
  for (let more = true; more;) {
    const answer = await get(server, `/api/chat/session/${sessionId}/entries?after=${chain.position}&limit=1000&core=true`, { token: who.token });
    assert.equal(answer.status, 200, answer.text);
    ({ more } = chain.take(answer.body));
  }
  const gone = new Set(chain.entries.filter(({ kind }) => kind === 'deleted').map(({ id }) => id));
  return {
    kinds: chain.entries.map(({ kind }) => kind),
    turns: chain.entries.filter(({ kind }) => ['ended', 'reopened'].includes(kind)).map(({ kind, endedBy, reopenedBy }) => `${kind} by ${endedBy ?? reopenedBy}`),
    lines: chain.entries.filter(({ kind, id, deleted }) => kind === 'text' && !deleted && !gone.has(id)).map(({ id, message }) => `${id} ${message}`),
  };
}

/** The facts of a session that both the document and Parley's answer hold. A key without a value is left out. */
function facts({ sessionId, _id, doctorId, patientId, status, createdAt, startedAt, endedAt, metadata }) {
  const idOf = (user) => String(user._id ?? user);
  return JSON.parse(JSON.stringify({ sessionId, _id: String(_id), doctorId: idOf(doctorId), patientId: idOf(patientId), status, createdAt, startedAt, endedAt,
    appointmentId: String(metadata.appointmentId), duration: status === 'ended' ? metadata.duration : undefined }));
}

/** Every view of the session except those of clients: {pages, log, documents, answer, document, kinds}. */
export async function viewsOf(world, { sessionId, people: { doctor, patient } }) {
  const { parley, database } = world;
  const document = await database.collection('sessions').findOne({ sessionId });
  const documents = await database.collection('chatmessages').find({ sessionId }).sort({ timestamp: 1, _id: 1 }).toArray();
  const { status, body, text } = await get(parley, `/api/sessions/${sessionId}`, { token: doctor.token });
  assert.equal(status, 200, text);
  const log = await provenTexts(parley, doctor, sessionId);
  const answer = facts(body.session);
  return {
    pages: [await pageOf(parley, doctor, sessionId), await pageOf(parley, patient, sessionId)],
    log: log.lines, kinds: log.kinds, turns: log.turns,
    documents: documents.map(line),
    answer, document: asAdopted(document, answer),
  };
}

/** Fields that the app wrote before Parley first saw the session stay in the document until the session changes. One is `active` without a start: Parley
 *  uses the creation as the start. The other is `active` with the time of an end: Parley has taken it in (`parley.wrote`) and leaves it out. */
function asAdopted(document, answer) {
  const { endedAt, ...rest } = facts(document);
  const isLeftBehind = rest.status === 'active' && Number(document.parley?.wrote?.endedAt) === Number(document.endedAt);
  const startedAt = rest.startedAt ?? (answer.startedAt === rest.createdAt ? answer.startedAt : undefined);
  return { ...rest, ...(startedAt && { startedAt }), ...(endedAt && !isLeftBehind && { endedAt }) };
}

/** Throws with the first two views that differ; `clients` are ClientViews that have caught up. With `withDocuments` false, Parley need not notice
 *  deletions in `chatmessages`. */
export function assertEqual(views, clients, { withDocuments = true } = {}) {
  const [page_] = views.pages;
  assert.deepEqual(views.pages[1], page_, 'the page of the patient is the page of the doctor');
  assert.deepEqual(views.log, page_, 'the log is the page');
  if (withDocuments) assert.deepEqual(views.documents, page_, '`chatmessages` is the page');
  assert.deepEqual(views.document, views.answer, 'the document in `sessions` is what Parley answers');
  const isEnded = views.answer.status === 'ended';
  assert.equal('endedAt' in views.answer, isEnded, 'endedAt says when it ended, and is missing while it is open');
  for (const client of clients) {
    assert.deepEqual(client.lines, page_, 'what a client saw is the page');
    assert.equal(client.isEnded, isEnded, 'a client knows whether the session has ended');
  }
  const turns = views.kinds.filter((kind) => ['ended', 'reopened'].includes(kind));
  turns.forEach((kind, index) => assert.equal(kind, index % 2 === 0 ? 'ended' : 'reopened', 'a session ends and is reopened in turns'));
}

/** Waits until all views are equal and `expected(views)` does not throw. On a timeout it throws the last difference. */
export async function settle(world, session, { clients = () => [], expected = () => {}, patienceMs = 20_000, ...how } = {}) {
  let wrong;
  const looks = async () => {
    try {
      const views = await viewsOf(world, session);
      assertEqual(views, await clients(), how);
      expected(views);
      return views;
    } catch (error) {
      wrong = error;
      return null;
    }
  };
  try {
    return await until(looks, 'all views are equal', patienceMs);
  } catch {
    throw wrong;
  }
}
