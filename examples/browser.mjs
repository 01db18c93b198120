import { io } from "socket.io-client";

// Calls show(entry) for each entry of the session in order, also after a lost connection. Returns send(text).
export function openChat({ url, token, sessionId, show }) {
  const socket = io(url, { auth: { token } });
  let last = null; // the position of the newest entry that was shown
  const caughtUp = ({ success, error, resume, ...page }) => {
    const { entries = [], to = last, more, reset } = resume ?? page;
    if (reset) show({ kind: "reset" }); // another history, for example after a restore: clear the list
    entries.forEach(show);
    last = to;
    if (more) socket.emit("entries", { sessionId, after: last }, caughtUp);
    else if (!success) show({ kind: "refused", error });
  };
  socket.on("connect", () => socket.emit("join-session", { sessionId, after: last }, caughtUp));
  socket.on("chat-message", (entry) => { last = entry.position; show(entry); });
  socket.on("chat-message-deleted", (entry) => show({ ...entry, kind: "deleted" }));
  return async function send(message, clientMessageId = crypto.randomUUID()) {
    const sent = { sessionId, message, clientMessageId }; // sent again with this id, it is still one message
    const answer = await socket.timeout(5000).emitWithAck("chat-message", sent).catch(() => send(message, clientMessageId));
    if (answer.success === false) throw new Error(answer.error);
    return answer.chatMessage ?? answer;
  };
}
