// The users who are present. The acknowledgement of our join counts the other sockets in the room by user. Later the server sends each join
// and leave of a socket. A user with several tabs is present until the last tab has left.

const LEAVE_NOTED_AFTER_MS = 2_500;  // A reload must not show as a leave.

export class Presence {
  #me;
  #changed;
  #sockets = new Map();  // user → how many
  #known = false;
  #leaving = new Map();  // user → timer of the note

  /** @param changed called with {userId, note}: 'joined', 'left' or ''. Never called for `me`, whose other tabs are the same user. */
  constructor(me, changed) {
    this.#me = me;
    this.#changed = changed;
  }

  /** 'here', 'away', or 'unknown' while no socket tells. */
  stateOf(userId) {
    if (!this.#known) return 'unknown';
    return this.#sockets.get(userId) > 0 ? 'here' : 'away';
  }

  /** @param members of the acknowledgement: [{userId, sockets}] */
  reset(members) {
    this.#forgetLeaving();
    this.#known = true;
    this.#sockets = new Map(members.map(({ userId, sockets }) => [userId, sockets]));
  }

  unknown() {
    this.#forgetLeaving();
    this.#known = false;
  }

  joined(userId) {
    if (userId === this.#me) return;
    const wasLeaving = this.#leaving.has(userId);
    this.#stopLeaving(userId);
    const sockets = (this.#sockets.get(userId) ?? 0) + 1;
    this.#sockets.set(userId, sockets);
    this.#changed({ userId, note: sockets === 1 && !wasLeaving ? 'joined' : '' });
  }

  left(userId) {
    if (userId === this.#me) return;
    const sockets = Math.max(0, (this.#sockets.get(userId) ?? 0) - 1);
    this.#sockets.set(userId, sockets);
    this.#changed({ userId, note: '' });
    if (sockets > 0) return;
    this.#stopLeaving(userId);
    this.#leaving.set(userId, setTimeout(() => {
      this.#leaving.delete(userId);
      this.#changed({ userId, note: 'left' });
    }, LEAVE_NOTED_AFTER_MS));
  }

  #stopLeaving(userId) {
    clearTimeout(this.#leaving.get(userId));
    this.#leaving.delete(userId);
  }

  #forgetLeaving() {
    for (const userId of [...this.#leaving.keys()]) this.#stopLeaving(userId);
  }
}
