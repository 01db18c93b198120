// Who exists, for servers that know their users from a database: everyone made by `person` is put there before they are first needed.
import { ObjectId } from 'mongodb';

const people = [];

/** Remembers claims {id, role, email, name}; nothing else happens until a server asks. */
export function remember(claims) {
  people.push(claims);
}

/** 24 hexadecimal digits are an ObjectId, anything else is a string. */
const keyOf = (id) => (/^[0-9a-f]{24}$/i.test(id) ? new ObjectId(id) : id);

/** The document of API contract §8. */
export function userDocument({ id, role, email, name }) {
  const now = new Date();
  return { _id: keyOf(id), email, password: '$2b$10$of-an-earlier-server', role, name, isVerified: true, createdAt: now, updatedAt: now, __v: 0 };
}

/** People that a test brings itself; `database` is a Db of the driver's. */
export async function insertUsers(database, those) {
  await database.collection('users').insertMany(those.map(userDocument), { writeConcern: { w: 'majority', j: true } });
}

/** Gives a function that puts everyone into `users` who came since its last call; the first of an id counts. */
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
