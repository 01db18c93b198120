// The REST calls, which work without a socket. Every call returns {ok, status, body, retryAfterMs}; none throws.

const ANSWER_WITHIN_MS = 10_000;

export class Api {
  #token;
  #session;

  constructor({ token, session }) {
    this.#token = token;
    this.#session = encodeURIComponent(session);
  }

  session() {
    return this.#call('GET', `/api/sessions/${this.#session}`);
  }

  /** The log after a position, or the last entries before one; oldest first, deletions too. @param range {after} or {before}, and limit */
  entries(range) {
    return this.#call('GET', `/api/chat/session/${this.#session}/entries?${new URLSearchParams(range)}`);
  }

  store(text, clientMessageId) {
    const body = { sessionId: decodeURIComponent(this.#session), message: text, clientMessageId };
    return this.#call('POST', '/api/chat/store', body);
  }

  remove(messageId) {
    return this.#call('DELETE', `/api/chat/${encodeURIComponent(messageId)}`);
  }

  end() {
    return this.#call('POST', `/api/sessions/${this.#session}/end`, {});
  }

  reopen() {
    return this.#call('POST', `/api/sessions/${this.#session}/reopen`, {});
  }

  async #call(method, path, body) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), ANSWER_WITHIN_MS);
    try {
      const response = await fetch(path, {
        method,
        headers,
        cache: 'no-store',
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: abort.signal,
      });
      const answer = await response.json().catch(() => ({}));
      const retryAfterMs = 1000 * (Number(response.headers.get('Retry-After')) || 0);
      return { ok: response.ok, status: response.status, body: answer, retryAfterMs };
    } catch {
      return { ok: false, status: 0, body: { message: 'The server cannot be reached.' }, retryAfterMs: 0 };
    } finally {
      clearTimeout(timer);
    }
  }
}
