// Whether the other side is here. The server tells who comes and goes; how many there were before us stands in the answer to our join.

const LEAVE_NOTED_AFTER_MS = 2_500;  // A reload is not a farewell.

export class Presence {
  #me;
  #changed;
  #connections = 0;
  #known = false;
  #timer = 0;

  /** @param changed called with {note}: 'joined', 'left' or '' */
  constructor(me, changed) {
    this.#me = me;
    this.#changed = changed;
  }

  /** 'here', 'away', or 'unknown' while no socket tells. */
  get state() {
    if (!this.#known) return 'unknown';
    return this.#connections > 0 ? 'here' : 'away';
  }

  reset(othersBefore) {
    this.#known = true;
    this.#connections = othersBefore;
  }

  unknown() {
    this.#known = false;
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  joined(userId) {
    if (userId === this.#me) return;
    const wasLeaving = this.#timer !== 0;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#connections += 1;
    this.#changed({ note: this.#connections === 1 && !wasLeaving ? 'joined' : '' });
  }

  left(userId) {
    if (userId === this.#me) return;
    this.#connections = Math.max(0, this.#connections - 1);
    this.#changed({ note: '' });
    if (this.#connections > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#changed({ note: 'left' });
    }, LEAVE_NOTED_AFTER_MS);
  }
}
