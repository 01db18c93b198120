// People who are in the collection `users`, from which a server on MongoDB takes who they are.
import { ObjectId } from 'mongodb';

/** `database` is a Db of the driver's. */
export async function insertUsers(database, people) {
  const documents = people.map(({ id, role, email, name }) => ({ _id: new ObjectId(id), role, email, name, isVerified: true }));
  await database.collection('users').insertMany(documents, { writeConcern: { w: 'majority', j: true } });
}
