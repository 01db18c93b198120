// node chat.mjs URL TOKEN SESSION          listens; after a reconnect it goes on exactly where it was
// node chat.mjs URL TOKEN SESSION "text"   says it, and leaves when it is stored
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const [url, token, sessionId, text] = process.argv.slice(2);
const socket = io(url, { auth: { token } });
const clientMessageId = randomUUID(); // sent again with this id, after any failure, it is still one message
let last = null; // the position up to which everything was seen; null: nothing yet
let live = false; // whether everything before now was seen
let refusal = null; // why there is nothing more to come; what the log holds is shown first

const stop = (why) => (console.error(why), process.exit(1));
socket.on("connect_error", (error) => {
  if (last === null || !socket.active) stop(`${url}: ${error.message}`); // nobody there, or e.g. `Invalid authentication token`
});

function show({ seq, position, senderRole, message }) {
  last = position;
  if (message !== undefined) console.log(`${seq} ${senderRole}: ${message}`); // joins, ends and deletions have no text
}
socket.on("chat-message", show);
socket.on("session-ended", () => {
  refusal = "The session has ended";
  if (live && text === undefined) console.log(refusal), socket.close(); // with a text its own answer decides
});
socket.on("connect", () => {
  [live, refusal] = [false, null];
  socket.emit("join-session", { sessionId, after: last }, catchUp);
});

function catchUp({ success, error, resume, ...page }) {
  if (!success) refusal = error;
  if (!success && !resume) stop(`${sessionId}: ${error}`);
  const { entries, to, more, reset } = resume ?? page;
  if (reset) console.log("The server has another history, for example after a restore. This is all of it:");
  entries.forEach(show);
  last = to;
  if (more) return socket.emit("entries", { sessionId, after: last }, catchUp);
  if (refusal) stop(`${sessionId}: ${refusal}`);
  live = true;
  if (text !== undefined) say();
}

function say() {
  socket.timeout(5000).emit("chat-message", { sessionId, message: text, clientMessageId }, (failure, answer) => {
    if (failure) return socket.connected && say(); // no answer in time; without a connection the next `connect` brings it here again
    if (!answer.success) stop(`refused: ${answer.error}`);
    console.log(`stored at ${answer.chatMessage.position}`); // the ack comes when it is on disk
    socket.close();
  });
}
