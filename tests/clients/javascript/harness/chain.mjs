// The check of a client that verifies an answer: it computes the hash chain of promise P5 again, from the cores alone.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const positionAt = (seq, digest) => `${seq}.${digest.toString('hex').slice(0, 16)}`;

/** Holds the digest that is verified so far. `take` accepts only entries that continue it. */
export class Chain {
  constructor(sessionId) {
    this.sessionId = sessionId;
    this.entries = [];
    this.#begin();
  }

  /** The position at which to continue. */
  get position() {
    return positionAt(this.#seq, this.#digest);
  }

  /** Takes an answer of `entries`, or a `resume`, requested with `core: true`. */
  take(answer) {
    if (answer.reset) this.#begin();
    assert.equal(answer.from, this.position, 'it continues from where we are');
    assert.equal(answer.count, answer.entries.length);
    for (const entry of answer.entries) {
      this.#digest = sha256(this.#digest, Buffer.from(entry.core, 'base64'));
      this.#seq += 1;
      assert.equal(entry.seq, this.#seq, 'seq is dense');
      assert.equal(entry.position, this.position);
      this.entries.push(entry);
    }
    assert.equal(answer.to, this.position);
    assert.equal(answer.digest, this.#digest.toString('hex'));
    return answer;
  }

  #seq;
  #digest;

  #begin() {
    this.entries = [];
    this.#seq = 0;
    this.#digest = sha256('parley2', Buffer.from([Buffer.byteLength(this.sessionId)]), this.sessionId);
  }
}
