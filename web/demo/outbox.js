// Messages that this tab has accepted and the server has not yet confirmed: first in, first out. The tab's session storage keeps them,
// so a reload loses nothing. The clientMessageId makes every retry, on any path, the same message.

export class Outbox {
  #key;
  #storage;
  #items;

  constructor(key, storage) {
    this.#key = key;
    this.#storage = storage;
    this.#items = this.#load();
  }

  /** Oldest first: {clientMessageId, text, at, state: 'waiting' | 'sending' | 'failed', error}. */
  get items() {
    return this.#items;
  }

  add(item) {
    this.#items.push({ ...item, state: 'waiting', error: '' });
    this.#save();
  }

  /** The next message to send. A refused message is skipped and holds up nothing. */
  next() {
    return this.#items.find((item) => item.state !== 'failed');
  }

  mark(clientMessageId, state, error = '') {
    const item = this.#items.find((one) => one.clientMessageId === clientMessageId);
    if (!item) return;
    item.state = state;
    item.error = error;
    this.#save();
  }

  remove(clientMessageId) {
    this.#items = this.#items.filter((item) => item.clientMessageId !== clientMessageId);
    this.#save();
  }

  #load() {
    try {
      const items = JSON.parse(this.#storage.getItem(this.#key) ?? '[]');
      return items.map((item) => (item.state === 'sending' ? { ...item, state: 'waiting' } : item));
    } catch {
      return [];  // An older page wrote it and it is unreadable. Nothing can be recovered.
    }
  }

  #save() {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(this.#items));
    } catch {
      // Storage is full or forbidden, so the outbox lives only as long as the tab.
    }
  }
}
