// The peer: unchanged socket.io that relays chat in rooms with acks and stores nothing. It implements only the part of the contract that
// `parley bench relay --no-read-back` and `parley bench connect` need, so one client measures both servers. It checks no tokens, because the
// comparison is about the relay.
//
//   npm ci && node server.mjs 3100

import { createServer } from "node:http";
import { randomBytes, randomUUID } from "node:crypto";
import { Server } from "socket.io";

const port = Number(process.argv[2] ?? 3100);

const http = createServer((request, response) => {
  if (request.method !== "POST" || request.url !== "/api/sessions/create") {
    response.writeHead(request.url === "/health" ? 200 : 404, { "content-length": 0 }).end();
    return;
  }
  request.resume().on("end", () => {
    const body = JSON.stringify({ message: "Session created successfully", session: { sessionId: randomUUID() } });
    response.writeHead(201, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
  });
});

const io = new Server(http, { transports: ["websocket"], serveClient: false, perMessageDeflate: false });

io.on("connection", (socket) => {
  const senderId = randomBytes(12).toString("hex");
  const seqOf = new Map();
  socket.on("join-session", ({ sessionId }, ack) => {
    socket.join(sessionId);
    ack({ success: true });
  });
  socket.on("chat-message", ({ sessionId, message, clientMessageId }, ack) => {
    const seq = (seqOf.get(sessionId) ?? 0) + 1;
    seqOf.set(sessionId, seq);
    const chatMessage = {
      id: randomBytes(12).toString("hex"), sessionId, senderId, senderRole: "doctor", message,
      timestamp: new Date().toISOString(), messageType: "text", seq, clientMessageId,
    };
    io.to(sessionId).emit("chat-message", chatMessage);
    ack({ success: true, chatMessage });
  });
});

http.listen(port, "127.0.0.1", () => console.log(`plain socket.io on 127.0.0.1:${port}`));
