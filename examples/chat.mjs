// node chat.mjs URL TOKEN SESSION          listens; after a reconnect it continues at the same position
// node chat.mjs URL TOKEN SESSION "text"   sends the text, and exits when it is stored
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const [url, token, sessionId, text] = process.argv.slice(2);
const socket = io(url, { auth: { token } });
const clientMessageId = randomUUID(); // a message that is sent again with this id is stored once
let last = null; // the position of the newest entry that was shown; null: none yet
let live = false; // whether all entries before now were shown
let refusal = null; // why nothing more will come; the stored entries are shown first

const stop = (why) => (console.error(why), process.exit(1));
socket.on("connect_error", (error) => {
  if (last === null || !socket.active) stop(`${url}: ${error.message}`); // no server there, or e.g. `Invalid authentication token`
});

function show({ seq, position, senderRole, message }) {
  last = position;
  if (message !== undefined) console.log(`${seq} ${senderRole}: ${message}`); // joins, ends and deletions have no text
}
socket.on("chat-message", show);
socket.on("session-ended", () => {
  refusal = "The session has ended";
  if (live && text === undefined) console.log(refusal), socket.close(); // with a text, the answer to the send decides
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
    if (failure) return socket.connected && say(); // no answer in time; without a connection the next `connect` sends it again
    if (!answer.success) stop(`refused: ${answer.error}`);
    console.log(`stored at ${answer.chatMessage.position}`); // the server sends the ack when the message is on disk
    socket.close();
  });
}
