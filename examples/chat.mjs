// node examples/chat.mjs URL TOKEN SESSION "text"   (needs the npm package socket.io-client)
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const [url, token, sessionId, text] = process.argv.slice(2);
const socket = io(url, { auth: { token } });

socket.on("chat-message", ({ seq, senderRole, message }) => console.log(`${seq} ${senderRole}: ${message}`));
socket.on("connect_error", (error) => console.error(error.message)); // e.g. `Invalid authentication token`

const joined = await socket.emitWithAck("join-session", { sessionId });
if (!joined.success) throw new Error(joined.error);

// The ack comes when the message is on disk. Sent again with the same clientMessageId, after any failure, it is the same message.
const clientMessageId = randomUUID();
const sent = await socket.timeout(5000).emitWithAck("chat-message", { sessionId, message: text, clientMessageId });
console.log(sent.success ? `stored at ${sent.chatMessage.position}` : `refused: ${sent.error}`);
socket.close();
