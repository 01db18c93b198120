// The known messages of the conversation by id, in the order of the server. It does no I/O; the view draws it.

export class Timeline {
  #byId = new Map();
  #notes = [];
  #noteCount = 0;

  /** Takes messages of the log, an event or an answer. Returns the new ones. */
  merge(messages) {
    const fresh = [];
    for (const message of messages.map(normalized)) {
      const known = this.#byId.get(message.id);
      if (known?.deleted) continue;  // An earlier read may still show the message, but a deleted message stays deleted.
      if (!known) fresh.push(message);
      this.#byId.set(message.id, { ...known, ...message });
    }
    return fresh;
  }

  /** Leaves a tombstone. Returns whether anything changed. */
  remove(id, deletedBy) {
    const known = this.#byId.get(id);
    if (!known || known.deleted) return false;
    this.#byId.set(id, { ...known, text: '', deleted: true, deletedBy });
    return true;
  }

  /** Takes a range of the log with messages and deletions. Returns the new messages. */
  take(entries) {
    const fresh = this.merge(entries.filter((entry) => entry.kind === 'text'));
    for (const { kind, id, deletedBy } of entries) {
      if (kind === 'deleted') this.remove(id, deletedBy);
    }
    return fresh;
  }

  /** The server has another history than the one that was shown, so everything shown is dropped. */
  clear() {
    this.#byId.clear();
    this.#notes = [];
  }

  /** A line of the page itself (somebody joined or left). It comes after the newest message of that moment. */
  note(text) {
    this.#noteCount += 1;
    this.#notes.push({ kind: 'note', id: `note-${this.#noteCount}`, text, seq: this.highestSeq() + 0.5, at: Date.now() });
  }

  messages() {
    return [...this.#byId.values()].sort(byOrder);
  }

  /** Messages and notes, in the order to show. */
  rows() {
    return [...this.#byId.values(), ...this.#notes].sort(byOrder);
  }

  highestSeq() {
    let highest = 0;
    for (const message of this.#byId.values()) highest = Math.max(highest, message.seq);
    return highest;
  }

  newest() {
    return this.messages().at(-1);
  }
}

/** The facts about the session in a range of the log: whether somebody joined for the first time, and its last end or reopening. */
export function lifeIn(entries) {
  return {
    started: entries.some(({ kind, change }) => kind === 'participant' && change === 'firstJoin'),
    turn: entries.findLast(({ kind }) => kind === 'ended' || kind === 'reopened'),
  };
}

function byOrder(left, right) {
  return left.seq - right.seq || left.at - right.at || (left.id < right.id ? -1 : 1);
}

/** ChatMessage (answers) and ChatEvent (events, entries) differ in the name of the id and in the shape of the sender. */
function normalized(message) {
  const sender = typeof message.senderId === 'string' ? { _id: message.senderId } : (message.senderId ?? {});
  return {
    kind: 'message',
    id: message._id ?? message.id,
    clientMessageId: message.clientMessageId,
    senderId: sender._id,
    senderRole: message.senderRole,
    text: message.message ?? '',
    deleted: message.deleted === true,
    seq: message.seq ?? Number.parseInt((message._id ?? message.id).slice(-6), 16),
    position: message.position,
    at: Date.parse(message.timestamp),
  };
}
