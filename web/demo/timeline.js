// What is known of the conversation: messages by id, in the one order the server gave them. Pure; the view draws it.

export class Timeline {
  #byId = new Map();
  #notes = [];
  #noteCount = 0;

  /** Takes what the log, an event or an answer carried. Gives those that were new. */
  merge(messages) {
    const fresh = [];
    for (const message of messages.map(normalized)) {
      const known = this.#byId.get(message.id);
      if (known?.deleted) continue;  // What was read before may still show it; what is deleted stays deleted.
      if (!known) fresh.push(message);
      this.#byId.set(message.id, { ...known, ...message });
    }
    return fresh;
  }

  /** Leaves a tombstone. Gives whether anything changed. */
  remove(id, deletedBy) {
    const known = this.#byId.get(id);
    if (!known || known.deleted) return false;
    this.#byId.set(id, { ...known, text: '', deleted: true, deletedBy });
    return true;
  }

  /** Takes a stretch of the log: what was said, and what was deleted. Gives the messages that were new. */
  take(entries) {
    const fresh = this.merge(entries.filter((entry) => entry.kind === 'text'));
    for (const { kind, id, deletedBy } of entries) {
      if (kind === 'deleted') this.remove(id, deletedBy);
    }
    return fresh;
  }

  /** The server has another history than the one that was shown: nothing of that counts. */
  clear() {
    this.#byId.clear();
    this.#notes = [];
  }

  /** A line of the page itself (somebody came or went); it stands after the newest message of that moment. */
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

/** What a stretch of the log tells of the session itself: whether somebody joined for the first time, and its last end or reopening. */
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
