// HTTP with node:http, because fetch cannot send raw targets, raw bodies or repeated headers.
import http from 'node:http';
import { within } from './wait.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

/** Returns {status, headers, text, body}; `body` is the parsed JSON, if it is JSON. */
export function request(server, method, target, { token, headers = {}, json, body, agent: own = agent } = {}) {
  const sent = { ...headers };
  if (token !== undefined) sent.authorization ??= `Bearer ${token}`;
  let bytes = body;
  if (json !== undefined) {
    sent['content-type'] ??= 'application/json';
    bytes = JSON.stringify(json);
  }
  if (bytes !== undefined) sent['content-length'] ??= Buffer.byteLength(bytes);
  const exchange = () => new Promise((resolve, reject) => {
    const call = http.request({ host: '127.0.0.1', port: server.port, method, path: target, headers: sent, agent: own }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve(answerOf(response, Buffer.concat(parts))));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(bytes);
  });
  return within(server.introduce ? server.introduce().then(exchange) : exchange(), `${method} ${target}`);
}

function answerOf(response, bytes) {
  const text = bytes.toString('utf8');
  const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
  return { status: response.statusCode, headers: response.headers, text, body: isJson && text ? JSON.parse(text) : undefined };
}

export const get = (server, target, options) => request(server, 'GET', target, options);
export const post = (server, target, options) => request(server, 'POST', target, options);
export const remove = (server, target, options) => request(server, 'DELETE', target, options);

export async function store(server, who, sessionId, message, more = {}) {
  return post(server, '/api/chat/store', { token: who.token, json: { sessionId, message, ...more } });
}

export async function page(server, who, sessionId, query = '') {
  return get(server, `/api/chat/session/${sessionId}${query}`, { token: who.token });
}
