// A database of its own for each server, at one real mongod that all tests of a file share: a replica set of one.
import { MongoClient } from 'mongodb';
import { startMongod } from './mongod.mjs';

let starting = null;
const clients = new Map(); // by address, so that a file of tests ends with a handful of them

export function sharedMongod() {
  starting ??= startMongod({ members: 1 });
  return starting;
}

/** The URI of a database that nobody has used. */
export async function freshStore() {
  const mongod = await sharedMongod();
  return mongod.uriWith('', mongod.freshDatabase());
}

/** The same database with the driver of npm. */
export function databaseOf(uri) {
  const { host, pathname } = new URL(uri.split(',')[0] + (uri.includes(',') ? uri.slice(uri.lastIndexOf('/')) : ''));
  if (!clients.has(host)) clients.set(host, new MongoClient(uri, { appName: 'parley-tests' }));
  return clients.get(host).db(pathname.slice(1));
}

/** After the tests of a file: what would keep the process alive. */
export async function closeDatabases() {
  await Promise.all([...clients.values()].map((client) => client.close()));
  clients.clear();
  if (starting) await (await starting).stop();
  starting = null;
}
