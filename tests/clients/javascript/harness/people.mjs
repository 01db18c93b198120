// The users of a test. For servers that read their users from a database, everybody made by `person` is inserted before the first use.
import { ObjectId } from 'mongodb';

const people = [];

/** Keeps the claims {id, role, email, name} until a server needs them. */
export function remember(claims) {
  people.push(claims);
}

/** An id of 24 hexadecimal digits is an ObjectId, any other id is a string. */
const keyOf = (id) => (/^[0-9a-f]{24}$/i.test(id) ? new ObjectId(id) : id);

/** The document of a user (API contract §8). */
export function userDocument({ id, role, email, name }) {
  const now = new Date();
  return { _id: keyOf(id), email, password: '$2b$10$of-an-earlier-server', role, name, isVerified: true, createdAt: now, updatedAt: now, __v: 0 };
}

/** Inserts users that a test makes itself; `database` is a Db of the driver. */
export async function insertUsers(database, those) {
  await database.collection('users').insertMany(those.map(userDocument), { writeConcern: { w: 'majority', j: true } });
}

/** Returns a function that inserts into `users` everybody who was made since its last call. The first claims of an id count. */
export function introducer(users) {
  let done = 0;
  let last = Promise.resolve();
  return () => {
    const come = people.slice(done);
    done = people.length;
    if (come.length === 0) return last;
    const updates = come.filter(({ id }) => typeof id === 'string').map((claims) => {
      const { _id, ...fields } = userDocument(claims);
      return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
    });
    last = last.then(() => updates.length && users.bulkWrite(updates, { ordered: false, writeConcern: { w: 'majority' } }));
    return last;
  };
}
