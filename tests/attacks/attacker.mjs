// Runs one attack as a process: node attacker.mjs NAME PORT SECONDS KNOWN. Prints {load} as JSON and exits.
import { ATTACKS } from './attacks_by_name.mjs';

const [name, port, seconds, known] = process.argv.slice(2);
const until = performance.now() + Number(seconds) * 1000;
const target = {
  port: Number(port),
  origin: `http://127.0.0.1:${port}`,
  known: JSON.parse(known),
  left: () => Math.max(0, until - performance.now()),
};
const outcome = await ATTACKS[name](target);
await new Promise((resolve) => process.stdout.write(JSON.stringify(outcome), resolve));
process.exit(0);  // exiting closes the connections that are still open
