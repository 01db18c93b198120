// The page of an appointment, as the web client of the app behaves (docs/api-contract.md, 6.5). It uses only the contract and no addition of Parley.
/* global io */
const appointment = new URLSearchParams(location.search).get('appointment');
const element = (id) => document.getElementById(id);
let token = null;
let socket = null;
window.parleyToken = () => token; // for the test

function become(state, status = '') {
  document.body.dataset.state = state;
  element('status').textContent = status;
}

async function ask(method, path, json) {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(path, { method, headers, body: json && JSON.stringify(json) });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
}

function show({ id, message }) {
  const item = document.createElement('li');
  item.dataset.id = id;
  item.textContent = message;
  element('messages').append(item);
}

async function showHistory() {
  const { messages } = await ask('GET', `/api/chat/session/${appointment}?limit=1000`);
  element('messages').replaceChildren();
  for (const { _id, message } of messages) show({ id: _id, message });
}

/** Through the appointment, which makes or opens the session; then into its room. */
async function join() {
  become('joining');
  const { sessionId } = await ask('POST', `/api/appointments/${appointment}/join`, {});
  socket = io({ transports: ['websocket', 'polling'], auth: { token }, forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 500 });
  socket.on('connect', () => socket.emit('join-session', { sessionId }, (answer) => {
    if (!answer.success) return become('refused', answer.error);
    return showHistory().then(() => become('in-call'), (error) => become('refused', error.message));
  }));
  socket.on('chat-message', show);
  socket.on('session-ended', () => become('ended'));
  socket.on('disconnect', (reason) => reason !== 'io client disconnect' && become('reconnecting'));
}

/** Leaving is the same as ending: `end-session`, and a disconnect right after it. */
function end() {
  socket.emit('end-session', { sessionId: appointment });
  socket.disconnect();
  become('left');
}

element('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  ({ token } = await ask('POST', '/api/auth/login', { email: element('email').value }));
  become('signed-in');
});
element('join').addEventListener('click', () => {
  socket?.disconnect();
  join().catch((error) => become('refused', error.message));
});
element('end').addEventListener('click', end);
element('sign-out').addEventListener('click', async () => {
  await ask('POST', '/api/auth/logout', {});
  become('signed-out');
});
element('say').addEventListener('submit', (event) => {
  event.preventDefault();
  socket.emit('chat-message', { sessionId: appointment, message: element('text').value }); // shown when the echo arrives
  element('text').value = '';
});
