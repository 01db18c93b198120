import { io } from "socket.io-client";

// Calls show(entry) for each entry of the session in order, also after a lost connection.
// Returns send(text, id). The id is optional; a repeat with the same id is stored once.
export function openChat({ url, token, sessionId, show }) {
  const socket = io(url, { auth: { token } });
  let last = null; // the position of the newest entry that was shown
  const caughtUp = ({ success, error, resume, ...page }) => {
    const { entries = [], to = last, more, reset } = resume ?? page;
    if (reset) show({ kind: "reset" }); // another history, after a restore: clear the list
    entries.forEach(show);
    last = to; // the server holds back live messages until the last page
    if (more) socket.emit("entries", { sessionId, after: last }, caughtUp);
    else if (!success) show({ kind: "refused", error });
  };
  socket.on("connect", () => socket.emit("join-session", { sessionId, after: last }, caughtUp));
  socket.on("chat-message", (entry) => { last = entry.position; show(entry); });
  socket.on("chat-message-deleted", (entry) => show({ ...entry, kind: "deleted" }));
  return async function send(message, clientMessageId = crypto.randomUUID()) {
    const answer = await socket.timeout(5000).emitWithAck("chat-message", { sessionId, message, clientMessageId }).catch(() => ({ code: "outcome_unknown" }));
    if (answer.code === "outcome_unknown") return new Promise((wake) => setTimeout(wake, 1000)).then(() => send(message, clientMessageId));
    if (!answer.success) throw Object.assign(new Error(answer.error), { clientMessageId }); // send again with this id
    return answer.chatMessage;
  };
}
