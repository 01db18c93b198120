// The models of an earlier server: its mongoose schemas (API contract §8), equally strict.
import { Schema } from 'mongoose';

const ObjectId = Schema.Types.ObjectId;
const required = { required: true };

/** @param userId the type of a user's id */
function schemasOf(userId) {
  const person = (more = {}) => ({ type: userId, ref: 'User', ...more });

  const session = new Schema({
    sessionId: { type: String, ...required, unique: true },
    doctorId: person(required),
    patientId: person(required),
    status: { type: String, enum: ['created', 'active', 'ended'], default: 'created' },
    createdAt: { type: Date, default: Date.now },
    startedAt: Date,
    endedAt: Date,
    metadata: { appointmentId: { type: ObjectId, ref: 'Appointment' }, duration: { type: Number, default: 0 }, participantCount: { type: Number, default: 0 } },
  });
  session.index({ status: 1, createdAt: 1 });

  const chatMessage = new Schema({
    sessionId: { type: String, ...required, index: true },
    senderId: person(required),
    senderRole: { type: String, enum: ['doctor', 'patient'], ...required },
    message: { type: String, ...required, maxlength: 1000 },
    timestamp: { type: Date, default: Date.now, ...required },
    messageType: { type: String, enum: ['text', 'system'], default: 'text' },
  });
  chatMessage.index({ sessionId: 1, timestamp: 1 });

  const signalingMessage = new Schema({
    sessionId: { type: String, ...required, index: true },
    senderId: person(required),
    messageType: { type: String, enum: ['offer', 'answer', 'ice-candidate', 'chat', 'join', 'leave'], ...required },
    payload: Schema.Types.Mixed,
    timestamp: { type: Date, default: Date.now },
    metadata: { userAgent: String, ipAddress: String, connectionId: String },
  });
  signalingMessage.index({ sessionId: 1, timestamp: 1 });
  signalingMessage.index({ senderId: 1, timestamp: 1 });
  signalingMessage.index({ timestamp: 1 }, { expireAfterSeconds: 2592000 });

  const audit = new Schema({
    actor: person(), actorEmail: String, action: String, targetType: String, targetId: String, details: Schema.Types.Mixed, ip: String,
    userAgent: String, createdAt: { type: Date, default: Date.now },
  });

  const user = new Schema({
    ...(userId === ObjectId ? {} : { _id: userId }),
    email: { type: String, ...required }, password: { type: String, ...required }, role: { type: String, enum: ['patient', 'doctor', 'admin'], ...required }, name: String,
    provider: String, providerId: String, isVerified: Boolean,
  }, { timestamps: true });

  return { session, chatMessage, signalingMessage, audit, user };
}

/** Returns every model on this connection. Their indexes are created (`init`), so both servers agree on them. */
export function models(connection, { userId = ObjectId } = {}) {
  const { session, chatMessage, signalingMessage, audit, user } = schemasOf(userId);
  const made = {
    User: connection.model('User', user),
    Session: connection.model('Session', session),
    ChatMessage: connection.model('ChatMessage', chatMessage, 'chatmessages'),
    SignalingMessage: connection.model('SignalingMessage', signalingMessage, 'signalingmessages'),
    Audit: connection.model('Audit', audit, 'audits'),
  };
  return made;
}
