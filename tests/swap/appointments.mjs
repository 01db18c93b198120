// The handlers of the app's backend that write to the database it shares with Parley: the session of an appointment, and deletions of messages. They
// do not know of Parley and see documents only through mongoose.
const DUPLICATE_KEY = 11000;

export class Appointments {
  /** `models`: the models of tests/clients/javascript/harness/models.mjs. */
  constructor({ Session, ChatMessage }) {
    this.#sessions = Session;
    this.#messages = ChatMessage;
  }
  #sessions;
  #messages;

  /** A person presses "join": afterwards an open session exists under the appointment's id. Returns that id. */
  async join({ id, doctor, patient }, { status = 'created' } = {}) {
    const session = (await this.#sessions.findOne({ sessionId: id })) ?? (await this.#insert({ id, doctor, patient }, status));
    if (session.status === 'ended') {
      session.status = 'active';
      await session.save();
    }
    return id;
  }

  /** Cancels the appointment, which may have no session yet. Returns whether this ended a session. */
  async cancel({ id }) {
    const session = await this.#sessions.findOne({ sessionId: id });
    if (!session || session.status === 'ended') return false;
    session.status = 'ended';
    session.endedAt = new Date();
    await session.save();
    return true;
  }

  /** Returns whether there was such a message. */
  async removeMessage(messageId) {
    return (await this.#messages.deleteOne({ _id: messageId })).deletedCount === 1;
  }

  async #insert({ id, doctor, patient }, status) {
    try {
      return await this.#sessions.create({ sessionId: id, doctorId: doctor, patientId: patient, status, createdAt: new Date(),
        metadata: { appointmentId: id, duration: 0, participantCount: 0 } });
    } catch (error) {
      if (error.code !== DUPLICATE_KEY) throw error; // the other participant pressed it at the same moment
      return this.#sessions.findOne({ sessionId: id });
    }
  }
}
