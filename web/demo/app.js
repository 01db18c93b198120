// The demo: one session, one participant, one tab. Wires the parts together and holds no rule of its own that a part could hold.

import { Api } from './api.js';
import { displayName, identityFromFragment, newMessageId } from './identity.js';
import { Link } from './link.js';
import { Outbox } from './outbox.js';
import { Presence } from './presence.js';
import { startTheme } from './theme.js';
import { Timeline } from './timeline.js';
import { View } from './view.js';

const PAGE_SIZE = 50;
const CATCH_UP_SIZE = 500;
const PAST_THE_END = 16_777_215;  // The largest seq there is: "before" it are the newest entries.
const RETRY_MS = [500, 1_000, 2_000, 4_000];

class Demo {
  #identity;
  #api;
  #view;
  #link;
  #outbox;
  #timeline = new Timeline();
  #presence;
  #session = null;
  #ended = false;
  #sending = false;
  #failures = 0;
  #wake = () => {};
  #oldest = PAST_THE_END;  // seq of the first entry that was read
  #readTo = null;  // position up to which everything was read; null: nothing yet
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
    await this.#loadSession();
    await this.#refresh();
    this.#pump();  // What an earlier life of this tab could not send.
  }

  #linkEvents() {
    return {
      path: (path) => this.#pathChanged(path),
      refresh: () => this.#refresh(),
      session: (session) => this.#joined(session),
      message: (message) => this.#received(message),
      deleted: ({ id, deletedBy }) => this.#timeline.remove(id, deletedBy) && this.#draw(),
      joined: ({ userId }) => this.#cameIn(userId),
      left: ({ userId }) => this.#presence.left(userId),
      ended: ({ endedBy }) => this.#hasEnded(endedBy),
      reopened: ({ reopenedBy }) => this.#hasReopened(reopenedBy),
      look: () => this.#look(),
      refused: (text) => this.#view.block('This link does not open the session', `The server says: “${text}”.`),
    };
  }

  // ---- the session and who is in it

  async #loadSession() {
    const { ok, status, body } = await this.#api.session();
    if (ok) return this.#showSession(body.session);
    if (status >= 400 && status < 500 && status !== 429) this.#linkEvents().refused(body.message);
  }

  /** Somebody the server had never seen before has a name from now on. */
  async #cameIn(userId) {
    if (!this.#peer()?.name) await this.#loadSession();
    this.#presence.joined(userId);
  }

  #showSession(session) {
    session.doctorId = { role: 'doctor', ...session.doctorId };
    session.patientId = { role: 'patient', ...session.patientId };
    this.#session = session;
    this.#draw();
    if (session.status === 'ended') this.#hasEnded();
  }

  /** The acknowledgement shows the session as it was before this join: whoever was counted then is somebody else. */
  #joined(session) {
    this.#presence.reset(session.metadata?.participantCount ?? 0);
    if (!this.#session) this.#loadSession();
    this.#draw();
  }

  #peer() {
    const { doctorId, patientId } = this.#session ?? {};
    const me = this.#identity.user.id;
    return [doctorId, patientId].find((user) => user && user._id !== me) ?? null;
  }

  #presenceChanged({ note }) {
    if (note) this.#timeline.note(`${displayName(this.#peer())} ${note}`);
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
    const who = endedBy === this.#identity.user.id ? 'You' : displayName(this.#peer());
    if (endedBy) this.#timeline.note(`${who} ended the session`);
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
    const peer = this.#peer();
    if (userId === this.#identity.user.id) return 'You';
    return userId === peer?._id ? displayName(peer) : 'Somebody';
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

  /** One after the other: each begins with what the one before has learned. */
  #refresh() {
    this.#refreshing = this.#refreshing.then(() => this.#readNewest());
    return this.#refreshing;
  }

  /** First the end of the log; after that, all that came since, deletions too: the position leaves no gap. */
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
      if (!answer.body.more) return answer;
    }
  }

  async #readBack() {
    const answer = await this.#api.entries({ before: this.#oldest, limit: PAGE_SIZE });
    if (!answer.ok) return answer;
    const { entries, to, more } = answer.body;
    this.#oldest = entries[0]?.seq ?? 1;
    this.#hasEarlier = more;
    this.#take({ entries, to: this.#readTo ?? to });
    return answer;
  }

  /** Until there is something to see: a whole page may tell of deletions only. */
  async #earlier() {
    const known = this.#timeline.messages().length;
    while (this.#hasEarlier && this.#timeline.messages().length === known) {
      if (!(await this.#readBack()).ok) break;
    }
    this.#view.keepPlace(() => this.#draw());
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

  /** One message in flight at a time: what is written first stands first, whatever fails in between. */
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
      this.#timeline.merge([{ ...verdict.stored, clientMessageId: item.clientMessageId }]);
      this.#outbox.remove(item.clientMessageId);
      this.#view.showDurableIn(tookMs);
      this.#draw();
    } else if (verdict.refused) {
      this.#outbox.mark(item.clientMessageId, 'failed', verdict.refused);
      this.#view.announce(`Message not sent: ${verdict.refused}`);
      this.#draw();
    } else {
      this.#outbox.mark(item.clientMessageId, 'waiting', verdict.reason ?? '');
      this.#draw();
      await this.#pause(Math.max(verdict.laterMs, RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]));
      this.#failures += 1;
    }
  }

  /** Ends early when the path changes for the better or somebody asks for a retry. */
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

  #draw() {
    this.#view.draw({
      me: this.#identity.user,
      peer: this.#peer(),
      users: [this.#session?.doctorId, this.#session?.patientId].filter(Boolean),
      presence: this.#presence.state,
      sessionId: this.#identity.session,
      status: this.#ended ? 'ended' : (this.#session?.status ?? ''),
      rows: this.#timeline.rows(),
      outbox: this.#outbox.items,
      newest: this.#timeline.newest(),
      hasEarlier: this.#hasEarlier,
      loaded: this.#readTo !== null,
    });
  }
}

startTheme(document.getElementById('theme'));
const view = new View(document);
const identity = identityFromFragment(location.hash);
addEventListener('hashchange', () => location.reload());
if (identity) new Demo(identity, view).start();
else view.block('Open one of the two links', 'parley demo prints a link for the doctor and one for the patient. Each link opens this page as that person.');
