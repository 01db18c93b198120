// The two collections of docs/api-contract.md §8 that a chat needs, with the message's clientMessageId beside them.
import mongoose, { Schema } from 'mongoose';

const required = { required: true };
// Every message is on the disk of a majority before it is acknowledged, as the contract demands (4.1, 6.3).
const writeConcern = { w: 'majority', j: true };

const session = new Schema({
  sessionId: { type: String, ...required, unique: true },
  doctorId: { type: Schema.Types.ObjectId, ...required },
  patientId: { type: Schema.Types.ObjectId, ...required },
  status: { type: String, enum: ['created', 'active', 'ended'], default: 'created' },
  createdAt: { type: Date, default: Date.now },
  startedAt: Date,
}, { writeConcern });
session.index({ status: 1, createdAt: 1 });

const chatMessage = new Schema({
  sessionId: { type: String, ...required },
  senderId: { type: Schema.Types.ObjectId, ...required },
  senderRole: { type: String, enum: ['doctor', 'patient'], ...required },
  message: { type: String, ...required, maxlength: 1000 },
  timestamp: { type: Date, default: Date.now, ...required },
  messageType: { type: String, enum: ['text', 'system'], default: 'text' },
  clientMessageId: String,
}, { writeConcern });
chatMessage.index({ sessionId: 1, timestamp: 1 });

export const Session = mongoose.model('Session', session);
export const ChatMessage = mongoose.model('ChatMessage', chatMessage, 'chatmessages');

/** Connects and creates the indexes. */
export async function open(uri) {
  await mongoose.connect(uri, { autoIndex: false });
  await Promise.all([Session.createIndexes(), ChatMessage.createIndexes()]);
}
