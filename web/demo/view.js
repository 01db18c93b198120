// Everything on the screen. It draws its input, reports actions of people, and decides nothing. Text of strangers becomes text nodes only.

import { displayName } from './identity.js';
import { partsOf } from './links.js';
import { MESSAGE_LENGTH_MAX } from './settings.js';

const COUNT_FROM = Math.floor(0.9 * MESSAGE_LENGTH_MAX);
const GROUP_MS = 5 * 60_000;
const PATH_NAMES = {
  connecting: 'Connecting',
  websocket: 'WebSocket',
  polling: 'Long polling',
  rest: 'REST',
  offline: 'Offline',
  ended: 'Ended',
};
const PEER_STATES = { here: 'In the session', away: 'Not here right now', unknown: 'Presence unknown' };
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export class View {
  #part;
  #template;
  #handlers = {};
  #elements = new Map();
  #me = '';
  #asking = '';  // key of the row that asks whether to delete it
  #stopAsking = () => {};
  #follow = true;
  #height = 0;  // height of the list at the last layout

  constructor(page) {
    this.#part = (id) => page.getElementById(id);
    this.#template = page.getElementById('message');
  }

  /** @param handlers send(text), retry(clientMessageId), discard(clientMessageId), remove(id), earlier(), end(), reopen(), mode(name) */
  connect(handlers) {
    this.#handlers = handlers;
    this.#connectComposer();
    this.#connectScrolling();
    this.#part('earlier').addEventListener('click', () => handlers.earlier());
    this.#part('modes').addEventListener('change', (event) => handlers.mode(event.target.value));
    this.#part('reopen').addEventListener('click', () => handlers.reopen());
    this.#connectPanel();
    const dialog = this.#part('confirm-end');
    for (const button of [this.#part('end'), this.#part('end-in-panel')]) button.addEventListener('click', () => dialog.showModal());
    dialog.addEventListener('close', () => dialog.returnValue === 'end' && handlers.end());
  }

  /** Shown in place of the chat: the reason, the next step, and the way back. @param back the fragment of another link, or '' */
  block({ title, text, steps, back, mayRetry }) {
    this.#part('block-title').textContent = title;
    this.#part('block-text').replaceChildren(...withCode(text));
    this.#part('block-steps').replaceChildren(...steps.map((step) => element('li', '', withCode(step))));
    this.#part('block-back').hidden = !back;
    this.#part('block-back').href = back || '#';
    this.#part('block-retry').hidden = !mayRetry;
    this.#part('block-retry').onclick = () => location.reload();
    document.title = `${title} · Parley`;
    this.#part('confirm-end').close();
    this.#part('block').hidden = false;
    this.#part('app').hidden = true;
  }

  /** For screen readers. */
  announce(text) {
    this.#part('announcer').textContent = text;
  }

  showPath(path) {
    this.#part('path').dataset.path = path;
    for (const id of ['path-name', 'fact-path']) this.#part(id).textContent = PATH_NAMES[path];
    this.#part('path').title = PATH_NAMES[path];
  }

  showDurableIn(milliseconds) {
    this.#part('fact-latency').textContent = milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
  }

  showEnded({ mayReopen }) {
    this.#part('reopen').hidden = !mayReopen;
    this.#part('too-long').hidden = true;
    this.#showWhetherOpen(false);
  }

  showOpen() {
    this.#showWhetherOpen(true);
    this.#sizeComposer();
  }

  #showWhetherOpen(isOpen) {
    this.#part('ended').hidden = isOpen;
    this.#part('composer').hidden = !isOpen;
    this.#part('end').hidden = !isOpen;
    this.#part('end-in-panel').hidden = !isOpen;
    this.#part('modes').closest('section').hidden = !isOpen;
  }

  /** Draws while the top row keeps its place, for text that is added above it. */
  keepPlace(draw) {
    const scroll = this.#part('scroll');
    const fromBottom = scroll.scrollHeight - scroll.scrollTop;
    this.#follow = false;
    draw();
    scroll.scrollTop = scroll.scrollHeight - fromBottom;
  }

  draw(state) {
    this.#me = state.me.id;
    this.#drawPeer(state);
    this.#drawPeople(state);
    this.#drawFacts(state);
    const items = this.#itemsOf(state);
    this.#part('empty').hidden = items.length > 0 || !state.loaded || state.status === 'ended';
    this.#part('earlier').hidden = !state.hasEarlier;
    this.#drawRows(items);
  }

  // ---- head and side

  #drawPeer({ peer, presenceOf, status }) {
    const presence = presenceOf(peer?._id);
    const name = peer ? displayName(peer) : 'Parley';
    this.#part('peer').textContent = name;
    document.title = peer ? `${name} · Parley` : 'Parley';
    this.#part('peer-dot').dataset.presence = presence;
    this.#part('peer-state').textContent = status === 'ended' ? 'Session ended' : PEER_STATES[presence];
  }

  #drawPeople({ me, users, presenceOf }) {
    const list = this.#part('people');
    const people = users.map((user) => ({ user, isMe: user._id === me.id, presence: user._id === me.id ? 'here' : presenceOf(user._id) }));
    const key = JSON.stringify(people);
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...people.map(({ user, isMe, presence }) => this.#person(user, presence, isMe)));
  }

  #person(user, presence, isMe) {
    const item = document.createElement('li');
    const avatar = element('span', 'avatar', initials(displayName(user)));
    avatar.dataset.role = user.role ?? '';
    const dot = element('span', 'dot');
    dot.dataset.presence = presence;
    avatar.append(dot);
    const text = element('span', 'person');
    const name = element('strong', '', displayName(user));
    name.dir = 'auto';
    const state = isMe ? 'you' : PEER_STATES[presence].toLowerCase();
    text.append(name, element('small', '', [user.role, state].filter(Boolean).join(' · ')));
    item.append(avatar, text);
    return item;
  }

  #drawFacts({ status, newest, sessionId }) {
    this.#part('fact-status').textContent = status || '–';
    const [seq, digest] = (newest?.position ?? '').split('.');
    this.#part('fact-position').textContent = digest ? `${seq}.${digest.slice(0, 8)}…` : newest ? String(newest.seq) : '–';
    this.#part('fact-position').title = newest?.position ?? '';
    const characters = [...sessionId];
    this.#part('fact-session').textContent = characters.length > 8 ? `${characters.slice(0, 8).join('')}…` : sessionId;
    this.#part('fact-session').title = sessionId;
  }

  // ---- rows

  /** Messages, notes and pending messages. Each has a key that it keeps when it is stored. */
  #itemsOf({ rows, outbox, held, me, users }) {
    const names = new Map(users.map((user) => [user._id, displayName(user)]));
    const keyOf = (row) => (row.clientMessageId && row.senderId === me.id ? `own-${row.clientMessageId}` : row.id);
    const stored = rows.map((row) => ({
      ...row,
      key: keyOf(row),
      own: row.senderId === me.id,
      name: names.get(row.senderId) ?? displayName({ role: row.senderRole, _id: row.senderId }),
      state: 'stored',
    }));
    const known = new Set(stored.map((row) => row.key));
    const waiting = outbox
      .filter((item) => !known.has(`own-${item.clientMessageId}`))
      .map((item) => ({ ...item, kind: 'message', key: `own-${item.clientMessageId}`, own: true, name: names.get(me.id), senderId: me.id, held }));
    return withDays(withGroups([...stored, ...waiting]));
  }

  #drawRows(items) {
    this.#noticeScrolling();
    const list = this.#part('rows');
    const before = list.lastElementChild;
    const used = new Set();
    let next = list.firstElementChild;
    for (const item of items) {
      const row = this.#rowOf(item);
      used.add(item.key);
      if (row === next) next = next.nextElementSibling;
      else list.insertBefore(row, next);
    }
    for (const [key, row] of this.#elements) {
      if (used.has(key)) continue;
      row.remove();
      this.#elements.delete(key);
    }
    const last = items.at(-1);
    if (this.#follow || (last?.own && list.lastElementChild !== before)) this.#toBottom();
    else if (list.lastElementChild !== before) this.#part('jump').hidden = false;
  }

  #rowOf(item) {
    let row = this.#elements.get(item.key);
    if (!row) {
      row = item.kind === 'message' ? this.#newMessage() : element('li', item.kind);
      this.#elements.set(item.key, row);
    }
    const version = JSON.stringify([item.text, item.state, item.error, item.held, item.deleted, item.seq, item.startsGroup, item.endsGroup, item.name]);
    if (row.dataset.version === version) return row;
    row.dataset.version = version;
    if (item.kind === 'message') this.#fillMessage(row, item);
    else row.textContent = item.text;
    return row;
  }

  #newMessage() {
    return this.#template.content.firstElementChild.cloneNode(true);
  }

  #fillMessage(row, item) {
    const part = (name) => row.querySelector(`.${name}`);
    row.classList.toggle('own', item.own);
    row.classList.toggle('starts', item.startsGroup);
    row.classList.toggle('ends', item.endsGroup);
    row.dataset.state = item.deleted ? 'deleted' : item.state;
    part('from').textContent = item.own ? '' : item.name;
    part('bubble').replaceChildren(...(item.deleted ? ['Message deleted'] : partsOf(item.text).map(textOrLink)));
    const time = row.querySelector('time');
    time.textContent = timeFormat.format(item.at);
    time.dateTime = new Date(item.at).toISOString();
    this.#fillState(part('state'), item);
    this.#fillActions(part('actions'), item);
    this.#fillRemoval(row, item);
  }

  /** The delete button or, after it was pressed, the question in its place. A deletion applies to both people. */
  #fillRemoval(row, item) {
    const part = (name) => row.querySelector(`.${name}`);
    const [remove, confirm] = [part('remove'), part('confirm')];
    const possible = item.own && !item.deleted && item.state === 'stored';
    const show = (asking) => {
      if (asking) this.#asking = item.key;
      else if (this.#asking === item.key) this.#asking = '';
      remove.hidden = !possible || asking;
      confirm.hidden = !possible || !asking;
    };
    const keep = () => {
      show(false);
      remove.focus();
    };
    show(this.#asking === item.key);
    remove.setAttribute('aria-label', `Delete message: ${item.text.slice(0, 60)}`);
    remove.onclick = () => {
      this.#stopAsking();  // One question at a time.
      this.#stopAsking = () => show(false);
      show(true);
      part('confirm-delete').focus();
    };
    part('confirm-delete').onclick = () => {
      show(false);
      this.#handlers.remove(item.id);
      this.#part('text').focus();
    };
    part('confirm-keep').onclick = keep;
    confirm.onkeydown = (event) => {
      if (event.key === 'Escape') keep();
    };
  }

  #fillState(place, item) {
    const states = {
      stored: ['icon-check', 'Stored'],
      sending: ['icon-clock', 'Sending'],
      waiting: ['icon-clock', item.held || 'Waiting for the server'],
      failed: ['icon-alert', item.error || 'Not sent'],
    };
    if (!item.own || item.deleted) return place.replaceChildren();
    const [name, text] = states[item.state];
    const label = element('span', item.state === 'stored' ? 'unseen' : '', text);
    place.replaceChildren(icon(name), label);
    place.title = item.state === 'stored' ? `Stored, entry ${item.seq} of the session's log` : '';
  }

  #fillActions(place, item) {
    const actions = [];
    if (item.own && (item.state === 'failed' || item.state === 'waiting')) {
      actions.push(this.#action('Retry', () => this.#handlers.retry(item.clientMessageId)));
    }
    if (item.own && item.state === 'failed') {
      actions.push(this.#action('Discard', () => this.#handlers.discard(item.clientMessageId)));
    }
    place.replaceChildren(...actions);
  }

  #action(text, handler) {
    const button = element('button', 'link', text);
    button.type = 'button';
    button.addEventListener('click', handler);
    return button;
  }

  // ---- composer and scrolling

  #connectComposer() {
    const text = this.#part('text');
    const form = this.#part('composer');
    text.addEventListener('input', () => this.#sizeComposer());
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!sendable(text.value)) return;
      this.#handlers.send(text.value);
      text.value = '';
      this.#sizeComposer();
      text.focus();
    });
    this.#sizeComposer();
  }

  #sizeComposer() {
    const text = this.#part('text');
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight}px`;  // The style sheet limits the height.
    const left = MESSAGE_LENGTH_MAX - text.value.length;
    this.#part('count').textContent = text.value.length >= COUNT_FROM && left >= 0 ? String(left) : '';
    this.#sayTooLong(-left);
    this.#part('composer').querySelector('.send').disabled = !sendable(text.value);
  }

  /** The reason why it does not send, in words. It is spoken when it changes and not at every key. */
  #sayTooLong(over) {
    const sentence = this.#part('too-long');
    const isNew = sentence.hidden && over > 0;
    sentence.hidden = over <= 0;
    this.#part('text').setAttribute('aria-invalid', String(over > 0));
    const [most, more] = [MESSAGE_LENGTH_MAX, over].map((count) => count.toLocaleString('en'));
    sentence.textContent = `A message holds at most ${most} characters: shorten this one by ${more}, or send it in parts.`;
    if (isNew) this.announce(sentence.textContent);
  }

  /** On a small screen the panel stands in front of the conversation, which keeps its place. */
  #connectPanel() {
    const [app, button] = [this.#part('app'), this.#part('panel')];
    const show = (isShown) => {
      app.classList.toggle('with-panel', isShown);
      button.setAttribute('aria-expanded', String(isShown));
      if (isShown) this.#part('side').focus();
      else button.focus();
    };
    button.addEventListener('click', () => show(!app.classList.contains('with-panel')));
    app.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && app.classList.contains('with-panel')) show(false);
    });
  }

  #connectScrolling() {
    const scroll = this.#part('scroll');
    this.#height = scroll.clientHeight;
    scroll.addEventListener('scroll', () => this.#noticeScrolling());
    this.#part('jump').addEventListener('click', () => this.#toBottom());
    const resized = new ResizeObserver(() => {
      this.#height = scroll.clientHeight;
      if (this.#follow) this.#toBottom();
    });
    resized.observe(scroll);
  }

  /** Whether the reader is at the end. Checked before each change too, because a message can come before the scroll event. */
  #noticeScrolling() {
    const scroll = this.#part('scroll');
    if (scroll.clientHeight !== this.#height) return;  // The composer grew; nobody scrolled away.
    this.#follow = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
    if (this.#follow) this.#part('jump').hidden = true;
  }

  #toBottom() {
    const scroll = this.#part('scroll');
    this.#follow = true;
    scroll.scrollTop = scroll.scrollHeight;
    this.#part('jump').hidden = true;
  }
}

function sendable(text) {
  return text.trim() !== '' && text.length <= MESSAGE_LENGTH_MAX;
}

/** Neighbours of one sender within a few minutes are drawn as one group: the name above the first, the time below the last. */
function withGroups(items) {
  const together = (left, right) =>
    left?.kind === 'message' && right?.kind === 'message' && left.senderId === right.senderId && right.at - left.at < GROUP_MS;
  return items.map((item, index) => ({
    ...item,
    startsGroup: !together(items[index - 1], item),
    endsGroup: !together(item, items[index + 1]) || item.state !== 'stored',
  }));
}

function withDays(items) {
  const rows = [];
  let day = '';
  for (const item of items) {
    const itsDay = dayFormat.format(item.at);
    if (itsDay !== day) rows.push({ kind: 'day', key: `day-${itsDay}`, text: itsDay });
    day = itsDay;
    rows.push({ ...item, key: item.key ?? item.id });
  }
  return rows;
}

/** @param content a text, or a list of nodes and texts */
function element(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content !== undefined) made.append(...[content].flat());
  return made;
}

/** A web address of a stranger opens in a tab of its own, which learns nothing of this page: its address holds the token. */
function textOrLink({ text, href }) {
  if (!href) return text;
  const link = element('a', '', text);
  Object.assign(link, { href, target: '_blank', rel: 'noopener noreferrer', dir: 'ltr' });
  return link;
}

/** `Words` between backticks are code. */
function withCode(text) {
  return text.split('`').map((part, index) => (index % 2 ? element('code', '', part) : part));
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

function initials(name) {
  const words = name.replace(/^(dr|mr|mrs|ms)\.?\s+/i, '').split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join('');
}
