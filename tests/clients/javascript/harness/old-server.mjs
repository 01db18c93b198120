// An earlier server as its database sees it: it writes as that server's handlers did, with mongoose models of API contract §8, but has no HTTP.
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { userDocument } from './people.mjs';
import { models } from './models.mjs';

const USER = 'email role name';

export class OldServer {
  /** Opens the database at `uri` and creates its indexes. */
  static async start(uri) {
    const server = new OldServer();
    server.#connection = await mongoose.createConnection(uri).asPromise();
    server.models = models(server.#connection);
    await Promise.all(Object.values(server.models).map((model) => model.init()));
    return server;
  }
  #connection;
  models;

  /** A collection of the app that has no model. */
  collection(name) {
    return this.#connection.collection(name);
  }
  stop() {
    return this.#connection.close();
  }
  /** Adds people to `users`. */
  async signUp(...people) {
    for (const who of people) await this.#connection.collection('users').insertOne(userDocument(who));
  }

  async create(doctor, patient, more = {}) {
    const session = await this.models.Session.create({ sessionId: randomUUID(), doctorId: doctor.id, patientId: patient.id,
      metadata: { appointmentId: null }, ...more });
    return session.sessionId;
  }
  async join(sessionId) {
    const session = await this.models.Session.findOne({ sessionId });
    session.status = 'active';
    session.startedAt ??= new Date();
    await session.save();
  }
  async store(sessionId, who, message, more = {}) {
    const made = await this.models.ChatMessage.create({ sessionId, senderId: who.id, senderRole: who.role, message, timestamp: new Date(), ...more });
    return String(made._id);
  }
  async end(sessionId) {
    const session = await this.models.Session.findOne({ sessionId });
    session.status = 'ended';
    session.endedAt = new Date();
    session.metadata.duration = session.startedAt ? Math.floor((session.endedAt - session.startedAt) / 1000) : 0;
    await session.save();
  }
  async remove(messageId) {
    await this.models.ChatMessage.deleteOne({ _id: messageId });
  }

  /** The messages as that server's page showed them: oldest first, senders populated. */
  async messages(sessionId) {
    const found = await this.models.ChatMessage.find({ sessionId }).sort({ timestamp: 1, _id: 1 }).populate('senderId', USER);
    return found.map((each) => plain(each.toObject()));
  }
  async session(sessionId) {
    const found = await this.models.Session.findOne({ sessionId }).populate('doctorId patientId', USER);
    const { parley, ...fields } = plain(found.toObject());
    return fields;
  }
}

/** A document as JSON, without the fields that the database library adds. */
const plain = (document) => JSON.parse(JSON.stringify(document));
