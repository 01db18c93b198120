// One interleaving: the app's backend and two participants act on one session, in an order and with overlaps that the seed draws. A ledger
// keeps each answer, so that the end can be judged.
import assert from 'node:assert/strict';
import { get, post, remove, store } from '../clients/javascript/harness/rest.mjs';
import { until } from '../clients/javascript/harness/wait.mjs';
import { Random } from '../torture/random.mjs';
import { Actor, Gone } from './actor.mjs';
import { settle, viewsOf } from './views.mjs';

const STEPS = [8, 24];
const AT_ONCE_MAX = 3;
const QUIET_LOOKS = 10;
const REFUSALS = new Set(['Session not found', 'Session has already ended', 'Session is already ended', 'Session is not ended',
  'Sessions cannot be reopened on this server', 'Message not found', 'Unauthorized to delete this message']);
const OUTAGES = new Set(['store_failed', 'outcome_unknown', 'overloaded']);
const isUnknown = (error) => error instanceof Gone || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code) || error.message === 'socket hang up';

/** The parts of an answer that distinguish it from others. */
const short = (gave) => JSON.stringify({ given: gave?.status ?? gave?.success ?? gave, session: (gave?.body?.session ?? gave?.session)?.status });

const idOf = (line) => line.slice(0, line.indexOf(' '));

export class Interleaving {
  #random;
  #ledger = new Map();   // text → {id, state: 'sent' | 'stored' | 'deleted', mayBeDeleted, byBackend}
  #said = 0;
  #history = [];
  #isMade = false;
  wasKilled = false;  // Parley was killed during this interleaving
  figures = { operations: 0, texts: 0, deletedByParley: 0, deletedByBackend: 0, unknown: 0 };

  static async make(world, { seed, how }) {
    const session = await world.book();
    return new Interleaving(world, session, seed, how);
  }
  /** `how`: {patienceMs, reopen, hasChangeStream}. With the last, this database tells Parley of writes and deletions. */
  constructor(world, session, seed, how) {
    this.world = world;
    this.session = session;
    this.how = how;
    this.#random = new Random(seed);
    const { people, sessionId } = session;
    this.actors = [people.doctor, people.patient].map((who) => new Actor(world.parley, who, sessionId));
  }

  /** Plays the steps, sometimes several at once. It only checks that the contract knows every refusal. */
  async play() {
    for (let left = this.#random.between(...STEPS); left > 0;) {
      const atOnce = Math.min(left, this.#random.between(1, AT_ONCE_MAX));
      left -= atOnce;
      await Promise.all(Array.from({ length: atOnce }, () => this.#step()));
    }
  }

  /** Opens the session as the app does and draws a last action. Then every view must become the same and show that action. */
  async judge() {
    await this.#quiet();
    await this.#enter();
    if (!this.how.hasChangeStream) await this.#noticed();
    const last = this.#random.pick(['nothing', 'cancel', 'end', 'delete', 'text']);
    const endsIt = ['cancel', 'end'].includes(last);
    const text = `last words of ${this.session.sessionId}`;
    await this.#say(this.actors[0], text);
    assert.equal(this.#ledger.get(text).state, 'stored', 'who has joined an open session can speak');
    if (last === 'cancel') assert.equal(await this.world.appointments.cancel(this.session), true, 'an open session is cancelled');
    if (last === 'end') this.actors[1].end();
    if (last === 'delete') await this.#deleteMirrored(text);
    await settle(this.world, this.session, {
      patienceMs: this.how.patienceMs, withDocuments: this.how.hasChangeStream,
      clients: () => Promise.all(this.actors.map((actor) => actor.caughtUp())),
      expected: (views) => {
        assert.equal(views.answer.status, endsIt ? 'ended' : 'active', `after "${last}" it is ${endsIt ? 'ended' : 'open'}`);
        this.#judgeTexts(views.pages[0]);
        if (!this.how.hasChangeStream) this.#judgeDocuments(views);
      },
    });
    for (const actor of this.actors) await actor.leave();
  }

  /** A text for people who look for the cause of a failure. */
  async describe() {
    const document = await this.world.database.collection('sessions').findOne({ sessionId: this.session.sessionId });
    const views = await viewsOf(this.world, this.session).catch((error) => ({ kinds: [error.message] }));
    return [...this.#history, `log: ${views.kinds.join(' ')} (${views.turns?.join(', ')})`, `document: ${JSON.stringify(document)}`].join('\n');
  }

  /** Judges again after deletions were applied by hand, now with `chatmessages`. */
  async judgeDeletions() {
    await settle(this.world, this.session, {
      patienceMs: this.how.patienceMs,
      clients: () => Promise.all(this.actors.map((actor) => actor.caughtUp())),
      expected: ({ pages, documents }) => this.#judgeTexts(pages[0], true, this.#reappeared(documents)),
    });
  }

  /** Everybody leaves, and pending writes end. If Parley learns of writes, every view becomes the same. */
  async #quiet() {
    for (const actor of this.actors) await actor.leave();
    const sessions = this.world.database.collection('sessions');
    this.#isMade = (await sessions.countDocuments({ sessionId: this.session.sessionId })) > 0;
    if (!this.#isMade) return;
    if (this.how.hasChangeStream) await settle(this.world, this.session, { patienceMs: this.how.patienceMs });
    else await this.#unchanged(QUIET_LOOKS);
  }
  /** A write that Parley missed earlier is noticed while somebody is in the session. */
  async #noticed() {
    await settle(this.world, this.session, { patienceMs: this.how.patienceMs, withDocuments: false });
  }
  async #unchanged(looks) {
    let [last, same] = ['', 0];
    await until(async () => {
      const { answer, document, kinds } = await viewsOf(this.world, this.session);
      const now = JSON.stringify([answer, document, kinds]);
      same = now === last ? same + 1 : 0;
      last = now;
      return same >= looks;
    }, 'nothing changes any more', this.how.patienceMs);
  }

  /** The appointment's join always lets people in, at once and whatever happened before: Parley reads the document before it refuses. With
   *  `--reopen join` the participants get in without it too, once there is a session. */
  async #enter() {
    const isNeeded = this.how.reopen !== 'join' || !this.#isMade || !this.how.hasChangeStream;  // Parley may not have noticed a cancellation yet
    if (isNeeded || this.#random.chance(0.5)) await this.world.appointments.join(this.session);
    for (const actor of this.actors) {
      const answer = await actor.join();
      assert.equal(answer.success, true, `the appointment is open and the join is refused: ${answer.error}`);
    }
  }

  /** `reappeared`: ids of documents that a killed Parley has written again on a standalone. */
  #judgeTexts(lines, withBackend = this.how.hasChangeStream, reappeared = new Set()) {
    const texts = lines.map((each) => each.slice(each.indexOf(' ') + 1));
    assert.equal(new Set(texts).size, texts.length, 'no text is there twice');
    const present = new Set(texts);
    for (const text of present) assert.ok(this.#ledger.has(text), `somebody said "${text}"`);
    for (const [text, { id, state, mayBeDeleted, byBackend }] of this.#ledger) {
      const isDeleted = state === 'deleted' && (withBackend || !byBackend) && !reappeared.has(id);
      if (isDeleted) assert.ok(!present.has(text), `"${text}" was deleted${byBackend ? ' by the old backend' : ''} and is shown`);
      else if (state === 'stored' && !mayBeDeleted) assert.ok(present.has(text), `"${text}" was acknowledged and is missing`);
    }
  }

  /** Without a change stream, page and collection may differ only by the deletions of the backend. */
  #judgeDocuments({ pages: [page], documents }) {
    const there = new Set(documents);
    const deleted = this.#deletedByBackend();
    assert.deepEqual(documents, page.filter((line) => there.has(line)), '`chatmessages` has nothing but what the page shows, in its order');
    for (const line of page) assert.ok(there.has(line) || deleted.has(idOf(line)), `${line} is missing in \`chatmessages\`, and the backend has not deleted it`);
    this.#reappeared(documents);
  }
  /** On a standalone, a Parley that was killed writes again the messages that it may not have written before. */
  #reappeared(documents) {
    const deleted = this.#deletedByBackend();
    const again = new Set(documents.map(idOf).filter((id) => deleted.has(id)));
    assert.ok(again.size === 0 || (this.wasKilled && !this.how.hasChangeStream), 'what the backend deleted is there again');
    return again;
  }
  #deletedByBackend() {
    return new Set([...this.#ledger.values()].filter(({ byBackend }) => byBackend).map(({ id }) => id));
  }

  #step() {
    const actor = this.#random.pick(this.actors);
    const steps = [
      [4, 'appointment join', () => this.world.appointments.join(this.session, { status: this.#random.pick(['created', 'active']) })],
      [1, 'cancel', () => this.world.appointments.cancel(this.session)],
      [4, 'join', () => this.#join(actor)],
      [5, 'say', () => this.#enterAndSay(actor)],
      [2, 'store', () => this.#storeText(actor, this.#newText())],
      [1, 'delete', () => this.#removeByParley(actor)],
      [2, 'backend deletes', () => this.#removeByBackend()],
      [1, 'end and leave', () => actor.isHere && actor.end()],
      [1, 'leave', () => actor.leave()],
      [1, 'end', () => this.#call(() => post(this.world.parley, `/api/sessions/${this.session.sessionId}/end`, this.#as(actor)))],
      [1, 'reopen', () => this.#call(() => post(this.world.parley, `/api/sessions/${this.session.sessionId}/reopen`, this.#as(this.actors[0])))],
      [2, 'read', () => this.#call(() => get(this.world.parley, `/api/sessions/${this.session.sessionId}`, { token: actor.who.token }))],
    ];
    return this.#run(actor, ...this.#weighted(steps));
  }
  #weighted(steps) {
    let at = this.#random.between(1, steps.reduce((sum, [weight]) => sum + weight, 0));
    return steps.find(([weight]) => (at -= weight) <= 0).slice(1);
  }
  async #run(actor, name, step) {
    this.figures.operations += 1;
    const began = new Date();
    const gave = await step();
    this.#history.push(`${began.toISOString()} to ${new Date().toISOString().slice(14)} ${actor.who.role} ${name}: ${short(gave)}`);
  }

  #newText() {
    this.#said += 1;
    return `text ${this.#said} ${'é🙂'.repeat(this.#random.between(0, 3))}`;
  }
  #as(actor) {
    return { token: actor.who.token, json: {} };
  }

  /** Runs `ask`. Returns null if the outcome is unknown because Parley was killed. Throws on a refusal that the contract does not know. */
  async #call(ask) {
    try {
      const answer = await ask();
      const refusal = answer.status >= 400 ? answer.body?.message : answer.success === false ? answer.error : undefined;
      if (answer.status >= 500 || OUTAGES.has(answer.code)) throw new Gone(refusal);
      if (refusal !== undefined && !REFUSALS.has(refusal)) throw new Error(`refused: ${refusal}`);
      return refusal === undefined ? answer : undefined;
    } catch (error) {
      if (!isUnknown(error)) throw error;
      this.figures.unknown += 1;
      return null;
    }
  }
  #join(actor) {
    return this.#call(() => actor.join());
  }
  async #enterAndSay(actor) {
    if (!actor.isHere) await this.#join(actor);
    return actor.isHere && this.#say(actor, this.#newText());
  }
  async #say(actor, text) {
    this.#ledger.set(text, { state: 'sent' });
    const answer = await this.#call(() => actor.say(text));
    this.#stored(text, answer?.chatMessage?.id);
  }
  async #storeText(actor, text) {
    this.#ledger.set(text, { state: 'sent' });
    const answer = await this.#call(() => store(this.world.parley, actor.who, this.session.sessionId, text));
    this.#stored(text, answer?.body?.chatMessage?._id);
  }
  #stored(text, id) {
    if (!id) return;
    this.figures.texts += 1;
    Object.assign(this.#ledger.get(text), { state: 'stored', id, owner: undefined });
  }

  #someStored() {
    const stored = [...this.#ledger.values()].filter(({ state, mayBeDeleted }) => state === 'stored' && !mayBeDeleted);
    return stored.length > 0 ? this.#random.pick(stored) : null;
  }
  async #removeByParley(actor) {
    const record = this.#someStored();
    if (!record) return;
    record.mayBeDeleted = true;
    const answer = await this.#call(() => remove(this.world.parley, `/api/chat/${record.id}`, { token: actor.who.token }));
    if (answer === undefined) record.mayBeDeleted = false;  // refused: the message belongs to the other participant
    if (!answer) return;
    record.state = 'deleted';
    this.figures.deletedByParley += 1;
  }
  /** The document may not be there yet. Then the backend has deleted nothing. */
  async #removeByBackend() {
    const record = this.#someStored();
    if (record) await this.#removeDocument(record);
  }
  async #removeDocument(record) {
    if (!(await this.world.appointments.removeMessage(record.id))) return false;
    if (record.state === 'deleted') return true;
    this.figures.deletedByBackend += 1;
    Object.assign(record, { state: 'deleted', byBackend: true });
    return true;
  }
  /** Deletes the message once it is in `chatmessages`. */
  async #deleteMirrored(text) {
    const record = this.#ledger.get(text);
    if (record.state === 'stored') await until(() => this.#removeDocument(record), 'the text is mirrored');
  }
}
