// A bridge: it runs the commands of standard input on a socket.io-client and prints the events, one JSON object a line.
// scenario.mjs describes the commands.      node bridge.mjs URL TOKEN PACKAGE   (PACKAGE: socket.io-client, socket.io-client-oldest)
import { createInterface } from 'node:readline';

const [url, token, library] = process.argv.slice(2);
const module = await import(library);
const io = module.io ?? module.default.io;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const socket = io(url, { auth: { token }, reconnectionDelay: 100, reconnectionDelayMax: 500 });
socket.on('connect', () => say({ connected: true }));
socket.on('disconnect', () => say({ disconnected: true }));
socket.on('connect_error', (error) => say({ failed: [error.message] }));
socket.onAny((event, ...args) => say({ event, args }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.do === 'close') break;
  socket.emit(command.event, command.payload, (...args) => say({ ack: command.id, args }));
}
socket.disconnect();
