// The ledger of one session: every message that was sent, and every answer. The reopened history is compared with it.
//
// Every text carries a clientMessageId of its own. A message is `promised` as soon as anybody receives it: an ack, a 201, a broadcast, a page.
// A promised message must be there for ever, once, unchanged and in its place. A message that was only sent may be there, at most once.

export class Ledger {
  #sent = new Map();       // clientMessageId → {text, sender, stream, number, retried, promise: {id, seq, timestamp}}
  #deleted = new Map();    // clientMessageId → 'asked' | 'promised'
  #problems = [];
  promisedCount = 0;

  get problems() {
    return this.#problems;
  }

  /** `stream`: one connection (or one REST sender) in one round; `number` counts its messages. */
  send(clientMessageId, { text, sender, stream, number }) {
    this.#sent.set(clientMessageId, { text, sender, stream, number, retried: false, promise: null });
  }

  retry(clientMessageId) {
    this.#sent.get(clientMessageId).retried = true;
  }

  /** The messages that were sent and that no answer has shown yet. */
  unanswered(sender) {
    return [...this.#sent].filter(([, record]) => record.sender === sender && !record.promise);
  }

  /** Notes that `where` has shown this message (ChatEvent or ChatMessage). */
  promise(message, where) {
    const record = this.#sent.get(message.clientMessageId);
    if (!record) return this.#complain(`${where} shows a message that nobody sent: ${JSON.stringify(message)}`);
    const shown = { id: message._id ?? message.id, seq: message.seq, timestamp: message.timestamp };
    if (message.deleted) {
      if (!this.#deleted.has(message.clientMessageId)) this.#complain(`${where} calls ${message.clientMessageId} deleted, which nobody did`);
    } else if (message.message !== record.text) {
      this.#complain(`${where} shows another text for ${message.clientMessageId}`);
    }
    if (!record.promise) {
      record.promise = shown;
      this.promisedCount += 1;
    } else if (record.promise.id !== shown.id || record.promise.seq !== shown.seq || record.promise.timestamp !== shown.timestamp) {
      this.#complain(`${where} shows ${message.clientMessageId} as ${JSON.stringify(shown)}, before it was ${JSON.stringify(record.promise)}`);
    }
  }

  askDelete(clientMessageId) {
    this.#deleted.set(clientMessageId, 'asked');
  }

  promiseDelete(clientMessageId) {
    this.#deleted.set(clientMessageId, 'promised');
  }

  isDeleted(clientMessageId) {
    return this.#deleted.has(clientMessageId);
  }

  /** The events of one connection must come in the order of seq. */
  heard(previousSeq, message, where) {
    if (message.seq <= previousSeq) this.#complain(`${where} heard seq ${message.seq} after ${previousSeq}`);
    return message.seq;
  }

  /** `messages`: the whole history after reopening, oldest first. */
  compare(messages) {
    const present = this.#checkListing(messages);
    this.#checkPromises(present);
    this.#checkStreams(present);
    for (const message of messages) this.promise(message, 'the reopened history');
  }

  #checkListing(messages) {
    const present = new Map();
    let seq = 0;
    let id = '';
    for (const message of messages) {
      if (message.seq <= seq || message._id <= id) this.#complain(`the history is out of order at seq ${message.seq}`);
      if (present.has(message.clientMessageId)) this.#complain(`${message.clientMessageId} is there twice`);
      if (this.#deleted.get(message.clientMessageId) === 'promised') this.#complain(`${message.clientMessageId} was deleted and is back`);
      present.set(message.clientMessageId, message);
      ({ seq } = message);
      id = message._id;
    }
    return present;
  }

  #checkPromises(present) {
    for (const [key, record] of this.#sent) {
      if (record.promise && !present.has(key) && !this.#deleted.has(key)) this.#complain(`${key} was promised (seq ${record.promise.seq}) and is missing`);
    }
  }

  /** The stored messages of one connection are in the order in which it sent them, and none is missing before a stored one. */
  #checkStreams(present) {
    const streams = new Map();
    for (const [key, record] of this.#sent) {
      if (!streams.has(record.stream)) streams.set(record.stream, []);
      streams.get(record.stream).push({ key, ...record });
    }
    for (const [stream, records] of streams) {
      records.sort((left, right) => left.number - right.number);
      let highest = 0;
      let hole = null;
      for (const { key, number, retried } of records) {
        if (retried || this.#deleted.has(key)) continue;  // A retried message has the place of any of its sends. A deleted one may be missing.
        const message = present.get(key);
        if (!message) hole ??= number;
        else if (hole !== null) {
          this.#complain(`${stream} stored number ${number} without ${hole}`);
          break;
        } else if (message.seq <= highest) this.#complain(`${stream} stored number ${number} out of order`);
        else highest = message.seq;
      }
    }
  }

  #complain(text) {
    if (this.#problems.length < 50) this.#problems.push(text);
  }
}
