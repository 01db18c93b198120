// A database for each server. All tests of a file share one real mongod, a replica set of one.
import { MongoClient } from 'mongodb';
import { startMongod } from './mongod.mjs';

let starting = null;
const clients = new Map(); // by address, so that a file of tests opens only a few

export function sharedMongod() {
  starting ??= startMongod({ members: 1 });
  return starting;
}

/** The URI of a database that is not in use. */
export async function freshStore() {
  const mongod = await sharedMongod();
  return mongod.uriWith('', mongod.freshDatabase());
}

/** The same database through the npm driver. */
export function databaseOf(uri) {
  const { host, pathname } = new URL(uri.split(',')[0] + (uri.includes(',') ? uri.slice(uri.lastIndexOf('/')) : ''));
  if (!clients.has(host)) clients.set(host, new MongoClient(uri, { appName: 'parley-tests' }));
  return clients.get(host).db(pathname.slice(1));
}

/** Called after the tests of a file. An open client would keep the process alive. */
export async function closeDatabases() {
  await Promise.all([...clients.values()].map((client) => client.close()));
  clients.clear();
  if (starting) await (await starting).stop();
  starting = null;
}
