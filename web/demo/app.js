// The demo: one session, one participant, one tab. It connects the parts. Rules belong to the parts and not here.

import { Api } from './api.js';
import { displayName, identityFromFragment, newMessageId } from './identity.js';
import { keptLink, keepLink, reasonOfRefusal, withoutIdentity } from './refusal.js';
import { Link } from './link.js';
import { Outbox } from './outbox.js';
import { Presence } from './presence.js';
import { startTheme } from './theme.js';
import { lifeIn, Timeline } from './timeline.js';
import { View } from './view.js';

const PAGE_SIZE = 50;
const CATCH_UP_SIZE = 500;
const PAST_THE_END = 16_777_215;  // The largest seq there is: "before" it are the newest entries.
const RETRY_MS = [500, 1_000, 2_000, 4_000];
const TELL_TIME_FROM_MS = 2_000;  // A shorter wait is over before anybody can read it.
const SERVER_ITSELF = '0'.repeat(24);  // The server ended it: its upkeep has no user.
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

class Demo {
  #identity;
  #api;
  #view;
  #link;
  #outbox;
  #timeline = new Timeline();
  #presence;
  #session = null;
  #started = false;  // somebody has joined, but an earlier answer may still say `created`
  #ended = false;
  #sending = false;
  #failures = 0;
  #held = '';  // the reason why the first message in the outbox, and all after it, wait
  #wake = () => {};
  #oldest = PAST_THE_END;  // seq of the first entry that was read
  #readTo = null;  // position up to which everything was read; null: none yet
  #hasEarlier = false;
  #refreshing = Promise.resolve();

  constructor(identity, view) {
    this.#identity = identity;
    this.#view = view;
    this.#api = new Api(identity);
    this.#outbox = new Outbox(`parley-outbox:${identity.session}:${identity.user.id}`, sessionStorage);
    this.#presence = new Presence(identity.user.id, (event) => this.#presenceChanged(event));
    this.#link = new Link({ identity, api: this.#api, on: this.#linkEvents() });
  }

  async start() {
    this.#view.connect({
      send: (text) => this.#compose(text),
      retry: (clientMessageId) => this.#retry(clientMessageId),
      discard: (clientMessageId) => this.#discard(clientMessageId),
      remove: (id) => this.#remove(id),
      earlier: () => this.#earlier(),
      end: () => this.#end(),
      reopen: () => this.#reopen(),
      mode: (mode) => this.#link.use(mode),
    });
    this.#draw();
    this.#link.use('auto');
    this.#loadSession();
    await this.#refresh();
    this.#pump();  // Messages that the tab could not send before a reload.
  }

  #linkEvents() {
    return {
      path: (path) => this.#pathChanged(path),
      refresh: () => this.#refresh(),
      session: (answer) => this.#joined(answer),
      message: (message) => this.#received(message),
      deleted: ({ id, deletedBy }) => this.#timeline.remove(id, deletedBy) && this.#draw(),
      joined: ({ userId }) => this.#cameIn(userId),
      left: ({ userId }) => this.#presence.left(userId),
      ended: ({ endedBy }) => this.#hasEnded(endedBy),
      reopened: ({ reopenedBy }) => this.#hasReopened(reopenedBy),
      look: () => this.#look(),
      refused: (text) => this.#view.block({ ...reasonOfRefusal(text), back: keptLink(location, sessionStorage) }),
    };
  }

  // ---- the session and who is in it

  /** Until the server has answered: one that is down or busy for a moment must not leave the page without names. */
  async #loadSession() {
    for (let failures = 0; ; failures += 1) {
      const { ok, status, body, retryAfterMs } = await this.#api.session();
      if (ok) return this.#showSession(body.session);
      if (status >= 400 && status < 500 && status !== 429) return this.#linkEvents().refused(body.message);
      await delay(Math.max(retryAfterMs, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]));
    }
  }

  #cameIn(userId) {
    this.#started = true;
    this.#presence.joined(userId);
  }

  #showSession(session) {
    session.doctorId = { role: 'doctor', ...session.doctorId };
    session.patientId = { role: 'patient', ...session.patientId };
    this.#session = session;
    keepLink(location, sessionStorage);
    this.#draw();
    if (session.status === 'ended') this.#hasEnded();
  }

  /** The acknowledgement shows the session as it was before this join, which has started it. */
  #joined({ members }) {
    this.#started = true;
    this.#presence.reset(members);
    this.#draw();
  }

  #peer() {
    const { doctorId, patientId } = this.#session ?? {};
    const me = this.#identity.user.id;
    return [doctorId, patientId].find((user) => user && user._id !== me) ?? null;
  }

  /** A user whom the server has never seen before has a name from now on. */
  async #presenceChanged({ userId, note }) {
    this.#draw();
    if (!note) return;
    if (!this.#users().find((user) => user._id === userId)?.name) await this.#loadSession();
    this.#timeline.note(`${this.#nameOf(userId)} ${note}`);
    this.#draw();
  }

  #pathChanged(path) {
    if (path !== 'websocket' && path !== 'polling') this.#presence.unknown();
    if (path !== 'offline') this.#wake();
    this.#view.showPath(path);
    this.#draw();
  }

  #hasEnded(endedBy) {
    this.#view.showEnded({ mayReopen: this.#session?.doctorId?._id === this.#identity.user.id });
    if (this.#ended) return;
    this.#ended = true;
    this.#link.pause();
    if (endedBy) this.#timeline.note(`${this.#nameOf(endedBy)} ended the session`);
    this.#refresh();
  }

  #hasReopened(reopenedBy) {
    if (!this.#ended) return;
    this.#ended = false;
    if (this.#session) this.#session.status = 'active';
    this.#link.resume();
    if (reopenedBy) this.#timeline.note(`${this.#nameOf(reopenedBy)} reopened the session`);
    this.#view.showOpen();
    this.#refresh();
    this.#draw();
    this.#pump();
  }

  #nameOf(userId) {
    if (userId === this.#identity.user.id) return 'You';
    if (userId === SERVER_ITSELF) return 'The server';
    return displayName(this.#users().find((user) => user._id === userId));
  }

  #users() {
    return [this.#session?.doctorId, this.#session?.patientId].filter(Boolean);
  }

  async #look() {
    const answer = await this.#api.session();
    if (answer.ok && answer.body.session.status !== 'ended') this.#hasReopened();
    return answer;
  }

  async #reopen() {
    const { ok, body } = await this.#api.reopen();
    if (ok || body.message === 'Session is not ended') return this.#hasReopened(this.#identity.user.id);
    this.#timeline.note(`The session could not be reopened: ${body.message}`);
    this.#draw();
  }

  async #end() {
    const { ok, body } = await this.#api.end();
    if (ok || body.message === 'Session is already ended') this.#hasEnded(this.#identity.user.id);
    else this.#view.announce(`The session could not be ended: ${body.message}`);
  }

  // ---- reading

  #received(message) {
    for (const fresh of this.#timeline.merge([message])) {
      if (fresh.clientMessageId) this.#outbox.remove(fresh.clientMessageId);
    }
    this.#draw();
  }

  /** Reads run one after the other, because each begins with the result of the one before. */
  #refresh() {
    this.#refreshing = this.#refreshing.then(() => this.#readNewest());
    return this.#refreshing;
  }

  /** Reads the end of the log first. Later it reads all newer entries, deletions too: the position leaves no gap. */
  async #readNewest() {
    const answer = this.#readTo === null ? await this.#readBack() : await this.#readOn();
    if (answer.ok) this.#draw();
    return answer;
  }

  async #readOn() {
    for (;;) {
      const answer = await this.#api.entries({ after: this.#readTo, limit: CATCH_UP_SIZE });
      if (!answer.ok) return answer;
      if (answer.body.reset) this.#timeline.clear();
      this.#take(answer.body);
      this.#follow(answer.body.entries);
      if (!answer.body.more) return answer;
    }
  }

  async #readBack() {
    const answer = await this.#api.entries({ before: this.#oldest, limit: PAGE_SIZE });
    if (!answer.ok) return answer;
    const { entries, to, more } = answer.body;
    if (this.#readTo === null) this.#follow(entries.map((entry) => ({ ...entry, endedBy: undefined, reopenedBy: undefined })));
    this.#oldest = entries[0]?.seq ?? 1;
    this.#hasEarlier = more;
    this.#take({ entries, to: this.#readTo ?? to });
    return answer;
  }

  /** Reads on until there is something to show: a whole page may hold only deletions. */
  async #earlier() {
    const known = this.#timeline.messages().length;
    while (this.#hasEarlier && this.#timeline.messages().length === known) {
      if (!(await this.#readBack()).ok) break;
    }
    this.#view.keepPlace(() => this.#draw());
  }

  /** Reads from the log whether the session has started, ended or was reopened, for tabs without a socket. */
  #follow(entries) {
    const { started, turn } = lifeIn(entries);
    this.#started ||= started;
    if (turn?.kind === 'ended') this.#hasEnded(turn.endedBy);
    if (turn?.kind === 'reopened') this.#hasReopened(turn.reopenedBy);
  }

  #take({ entries, to }) {
    this.#readTo = to;
    for (const message of this.#timeline.take(entries)) {
      if (message.clientMessageId) this.#outbox.remove(message.clientMessageId);
    }
  }

  // ---- writing

  #compose(text) {
    this.#outbox.add({ clientMessageId: newMessageId(), text, at: Date.now() });
    this.#draw();
    this.#pump();
  }

  #retry(clientMessageId) {
    this.#outbox.mark(clientMessageId, 'waiting');
    this.#failures = 0;
    this.#wake();
    this.#draw();
    this.#pump();
  }

  #discard(clientMessageId) {
    this.#outbox.remove(clientMessageId);
    this.#draw();
  }

  /** One message in flight at a time, so messages keep their order although a send fails. */
  async #pump() {
    if (this.#sending) return;
    this.#sending = true;
    for (let item = this.#outbox.next(); item; item = this.#outbox.next()) {
      this.#outbox.mark(item.clientMessageId, 'sending');
      this.#draw();
      const startedAt = performance.now();
      const verdict = await this.#link.send(item);
      await this.#settle(item, verdict, performance.now() - startedAt);
    }
    this.#sending = false;
  }

  async #settle(item, verdict, tookMs) {
    if (verdict.stored) {
      this.#failures = 0;
      this.#held = '';
      this.#timeline.merge([{ ...verdict.stored, clientMessageId: item.clientMessageId }]);
      this.#outbox.remove(item.clientMessageId);
      this.#view.showDurableIn(tookMs);
      this.#draw();
    } else if (verdict.refused) {
      this.#held = '';
      this.#outbox.mark(item.clientMessageId, 'failed', verdict.refused);
      this.#view.announce(`Message not sent: ${verdict.refused}`);
      this.#draw();
    } else {
      const delayMs = Math.max(verdict.laterMs, RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
      this.#held = heldFor(verdict.reason, delayMs);
      this.#outbox.mark(item.clientMessageId, 'waiting');
      this.#draw();
      await this.#pause(delayMs);
      this.#failures += 1;
    }
  }

  /** Ends early if a better path opens or somebody presses retry. */
  #pause(delayMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #remove(id) {
    const { ok, status, body } = await this.#api.remove(id);
    if (ok || status === 404) this.#timeline.remove(id, this.#identity.user.id);
    else this.#view.announce(`Not deleted: ${body.message}`);
    this.#draw();
  }

  // ---- drawing

  #status() {
    if (this.#ended) return 'ended';
    const status = this.#session?.status ?? '';
    return status === 'created' && this.#started ? 'active' : status;
  }

  #draw() {
    this.#view.draw({
      me: this.#identity.user,
      peer: this.#peer(),
      users: this.#users(),
      presenceOf: (userId) => this.#presence.stateOf(userId),
      sessionId: this.#identity.session,
      status: this.#status(),
      rows: this.#timeline.rows(),
      outbox: this.#outbox.items,
      held: this.#held,
      newest: this.#timeline.newest(),
      hasEarlier: this.#hasEarlier,
      loaded: this.#readTo !== null,
    });
  }
}

function heldFor(reason, delayMs) {
  if (!reason) return '';
  return delayMs < TELL_TIME_FROM_MS ? reason : `${reason}. Sent again at ${clockFormat.format(Date.now() + delayMs)}`;
}

const delay = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

startTheme(document.getElementById('theme'));
const view = new View(document);
const identity = identityFromFragment(location.hash);
addEventListener('hashchange', () => location.reload());
if (identity) new Demo(identity, view).start();
else view.block({ ...withoutIdentity(), back: keptLink(location, sessionStorage) });
