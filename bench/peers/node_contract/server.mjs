// The peer: the part of the contract (docs/api-contract.md) that `parley bench relay` uses, as a team would write it with socket.io, express,
// mongoose and jsonwebtoken. It is tuned where their documentation says so: WebSocket alone, no compression, lean reads, production mode, one
// index for pages. The participants of a session are read once, at the join, and then remembered by the socket.
//
//   npm ci && NODE_ENV=production SECRET_FILE=FILE node server.mjs 3100 mongodb://127.0.0.1:27017/peer?replicaSet=rs
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import express from 'express';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';
import { ChatMessage, Session, open } from './models.mjs';

const [port, store] = process.argv.slice(2);
const secret = readFileSync(process.env.SECRET_FILE, 'utf8').replace(/\n$/, '');
const PAGE_MAX = 1000;

const verify = (token) => jwt.verify(token, secret, { algorithms: ['HS256'] });

/** The role of the user in the session; nothing for a stranger. */
function roleIn(session, userId) {
  if (String(session.doctorId) === userId) return 'doctor';
  return String(session.patientId) === userId ? 'patient' : undefined;
}

// ---- REST ----

const app = express();
app.disable('x-powered-by');
app.use(express.json());

app.get('/health', (request, response) => response.json({ status: 'ok' }));

app.use((request, response, next) => {
  try {
    request.user = verify(request.headers.authorization?.split(' ')[1]);
  } catch {
    return response.status(401).json({ success: false, message: 'Not authorized, token invalid' });
  }
  return next();
});

app.post('/api/sessions/create', async (request, response) => {
  if (request.user.role !== 'doctor') return response.status(403).json({ message: 'Only doctors can create sessions' });
  const people = { doctorId: request.user.id, patientId: request.body.patientId };
  const running = await Session.findOne({ ...people, status: { $ne: 'ended' } }).lean();
  if (running) return response.status(409).json({ message: 'Active session already exists', sessionId: running.sessionId });
  const session = await Session.create({ sessionId: randomUUID(), ...people });
  return response.status(201).json({ message: 'Session created successfully', session });
});

app.get('/api/chat/session/:sessionId', async (request, response) => {
  const { sessionId } = request.params;
  const session = await Session.findOne({ sessionId }).lean();
  if (!session) return response.status(404).json({ message: 'Session not found' });
  if (!roleIn(session, request.user.id)) return response.status(403).json({ message: 'Unauthorized access to session' });
  const limit = Math.min(Number.parseInt(request.query.limit, 10) || 50, PAGE_MAX);
  const page = Math.max(Number.parseInt(request.query.page, 10) || 1, 1);
  const [newestFirst, total] = await Promise.all([
    ChatMessage.find({ sessionId }).sort({ timestamp: -1, _id: -1 }).skip((page - 1) * limit).limit(limit).lean(),
    ChatMessage.countDocuments({ sessionId }),
  ]);
  return response.json({
    messages: newestFirst.reverse(),
    pagination: { currentPage: page, totalPages: Math.ceil(total / limit), totalMessages: total, hasMore: total > page * limit },
  });
});

// ---- Socket.IO ----

const http = createServer(app);
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });

io.use((socket, next) => {
  try {
    socket.data.user = verify(socket.handshake.auth.token);
    socket.data.roles = new Map();
  } catch {
    return next(new Error('Invalid authentication token'));
  }
  return next();
});

/** Calls the handler. An error becomes a refusal in the ack. */
const answered = (handler) => async (payload, ack = () => {}) => {
  try {
    ack(await handler(payload ?? {}));
  } catch (error) {
    ack({ success: false, error: error.message });
  }
};

async function join(socket, { sessionId }) {
  const session = await Session.findOne({ sessionId: String(sessionId) });
  if (!session) throw new Error('Session not found');
  const role = roleIn(session, socket.data.user.id);
  if (!role) throw new Error('Unauthorized access to session');
  if (session.status === 'created') {
    session.status = 'active';
    session.startedAt ??= new Date();
    await session.save();
  }
  socket.data.roles.set(session.sessionId, role);
  await socket.join(session.sessionId);
  return { success: true, session };
}

async function relay(socket, { sessionId, message, clientMessageId }) {
  const senderRole = socket.data.roles.get(sessionId);
  if (!senderRole) throw new Error('Unauthorized access to session');
  if (typeof message !== 'string' || message.length === 0) throw new Error('Session ID and message are required');
  const stored = await ChatMessage.create({ sessionId, senderId: socket.data.user.id, senderRole, message, clientMessageId });
  const chatMessage = {
    id: String(stored._id), sessionId, senderId: socket.data.user.id, senderRole, message,
    timestamp: stored.timestamp.toISOString(), messageType: stored.messageType, clientMessageId,
  };
  io.to(sessionId).emit('chat-message', chatMessage);
  return { success: true, chatMessage };
}

io.on('connection', (socket) => {
  socket.on('join-session', answered((payload) => join(socket, payload)));
  socket.on('chat-message', answered((payload) => relay(socket, payload)));
});

await open(store);
http.listen(Number(port), '127.0.0.1', () => console.log(`the contract in Node on 127.0.0.1:${port}`));
