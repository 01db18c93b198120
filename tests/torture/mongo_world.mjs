// Shared by the torture tests of the MongoDB store: people who are in `users`, their sessions, and the whole log of a session, verified by its chain.
import { Chain } from '../clients/javascript/harness/chain.mjs';
import { get } from '../clients/javascript/harness/rest.mjs';
import { makeSession } from '../clients/javascript/harness/session.mjs';
import { person } from '../clients/javascript/harness/token.mjs';
import { insertUsers } from '../clients/javascript/harness/people.mjs';

export const DATABASE = 'torture';
const SEQ_BITS = 24n;              // in the `_id` of a document of the log, which begins with the session's number
const SEQ_MASK = (1n << SEQ_BITS) - 1n;

/** A doctor and a patient who are users of the database, and their session. */
export async function makeCall(server, client) {
  const doctor = person('doctor');
  const patient = person('patient');
  await insertUsers(client.db(DATABASE), [doctor, patient]);
  const { sessionId } = await makeSession(server, { doctor, patient });
  return { doctor, patient, sessionId };
}

/** Reads everything after the position of `chain`, over REST. Throws if the chain does not continue. */
export async function readOn(server, who, chain) {
  for (let more = true; more;) {
    const answer = await get(server, `/api/chat/session/${chain.sessionId}/entries?after=${chain.position}&limit=1000&core=true`, { token: who.token });
    if (answer.status !== 200) throw new Error(`the log of ${chain.sessionId} is not served: ${answer.status} ${answer.text}`);
    ({ more } = chain.take(answer.body));
  }
  return chain;
}

/** The log from its beginning, and the texts of it that a ledger compares, in the form of a history. */
export async function wholeLog(server, { doctor, sessionId }) {
  const chain = await readOn(server, doctor, new Chain(sessionId));
  const texts = chain.entries.filter(({ kind, deleted }) => kind === 'text' && !deleted).map((entry) => ({ ...entry, _id: entry.id }));
  return { chain, texts };
}

/** Reads the collection itself. Returns how many entries the session has, and how many documents do not follow their predecessor. */
export async function storedEntries(client, sessionId) {
  const database = client.db(DATABASE);
  const { parley } = await database.collection('sessions').findOne({ sessionId }, { useBigInt64: true });
  const first = BigInt(parley.number) << SEQ_BITS;
  const documents = database.collection('sessionlog').find({ _id: { $gte: first, $lte: first | SEQ_MASK } }, { projection: { entries: 1 }, sort: { _id: 1 }, useBigInt64: true });
  let next = 1n;
  let misplaced = 0;
  for await (const { _id, entries } of documents) {
    if ((BigInt(_id) & SEQ_MASK) !== next) misplaced += 1;
    next += BigInt(entries.length);
  }
  return { entries: Number(next - 1n), misplaced };
}
