// A participant in an interleaving: at most one socket, which comes and goes, and the view of its owner.
import { Client } from '../clients/javascript/harness/client.mjs';
import { catchUp, ClientView } from './views.mjs';

export class Gone extends Error {}  // the connection ended before the answer: its outcome is unknown

export class Actor {
  view = new ClientView();
  #client = null;

  constructor(server, who, sessionId) {
    this.server = server;
    this.who = who;
    this.sessionId = sessionId;
  }

  get isHere() {
    return this.#client?.socket.connected ?? false;
  }

  /** Connects if necessary, and joins from its position. Returns the acknowledgement. */
  join() {
    return this.#inTurn(() => this.#join());
  }
  /** Leaves like the web client: it ends the session and disconnects immediately. */
  end() {
    return this.#inTurn(() => {
      this.#client?.emit('end-session', { sessionId: this.sessionId });
      this.#close();
    });
  }
  leave() {
    return this.#inTurn(() => this.#close());
  }
  say(message) {
    return this.#ask('chat-message', { sessionId: this.sessionId, message });
  }

  /** Reads everything that it has not seen, over REST. */
  async caughtUp() {
    return catchUp(this.server, this.who, this.sessionId, this.view);
  }

  #turn = Promise.resolve();
  /** Runs connects and leaves one after the other. */
  #inTurn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});  // the caller of `work` receives the error
    return done;
  }
  #close() {
    this.#client?.close();
    this.#client = null;
  }
  async #join() {
    if (!this.isHere) {
      this.#client?.close();
      this.#client = new Client(this.server, this.who);
      this.view.follow(this.#client.socket);
      await this.#client.connected().catch((error) => { throw new Gone(error.message); });
    }
    const answer = await this.#ask('join-session', { sessionId: this.sessionId, after: this.view.position });
    if (answer.resume) await this.#readOn(answer.resume);
    return answer;
  }
  async #readOn(first) {
    let answer = first;
    this.view.take(answer);
    while (answer.more) {
      answer = await this.#ask('entries', { sessionId: this.sessionId, after: this.view.position });
      if (!answer.success) throw new Error(`entries are refused: ${answer.error}`);
      this.view.take(answer);
    }
  }

  /** Returns an acknowledgement. Throws Gone if the connection ends first. */
  #ask(...args) {
    const client = this.#client;
    if (!client) return Promise.reject(new Gone('it has left'));
    const { socket } = client;
    return new Promise((resolve, reject) => {
      const gone = (reason) => reject(new Gone(reason));
      if (!socket.connected) return gone('not connected');
      socket.once('disconnect', gone);
      return client.ask(...args).then(resolve, reject).finally(() => socket.off('disconnect', gone));
    });
  }
}
