// `make attacks`: each attack against a fresh server, beside two people who talk. Ends in a table and one PASS or FAIL line.
// node attacks.mjs [--rows REGEX] [--seconds N] [--untimed]   --untimed: latency and load are printed and not judged, as in `make test`
// The server has one core, the attackers run at nice 19: it is the server that has to hold, not the machine that has to be large.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commit } from '../clients/javascript/harness/commit.mjs';
import { get, store } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { SECRET } from '../clients/javascript/harness/token.mjs';
import { delay, until, within } from '../clients/javascript/harness/wait.mjs';
import { Pair } from './pair.mjs';
import { ROWS } from './rows.mjs';

const flag = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const rows = new RegExp(flag('rows', ''));
const seconds = Number(flag('seconds', '6'));
const isTimed = !process.argv.includes('--untimed');
const MIB = 1024 * 1024;
const P99_FLOOR_MS = 25;
const QUIET_MS = 4000;

const milliseconds = (value) => `${value.toFixed(1)} ms`;
const mebibytes = (bytes) => `${(bytes / MIB).toFixed(0)} MiB`;

/** The attack in a process of its own. Gives what it says it did: {load, …}. */
async function attack(name, server, pair) {
  const script = fileURLToPath(new URL('attacker.mjs', import.meta.url));
  const child = spawn('nice', ['-n', '19', process.execPath, script, name, String(server.port), String(seconds), JSON.stringify(pair.known)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SECRET } });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
  const [code] = await within(once(child, 'exit'), `the attack ${name} to end`, seconds * 1000 + 60_000);
  if (code !== 0) throw new Error(`the attacker ended with status ${code}: ${said}`);
  return JSON.parse(said);
}

/** The largest resident memory while `work` runs. */
async function peakOf(server, work) {
  let peak = server.rssBytes();
  const timer = setInterval(() => { if (server.alive) peak = Math.max(peak, server.rssBytes()); }, 50);
  try {
    return { gave: await work(), peak };
  } finally {
    clearInterval(timer);
  }
}

async function play(row) {
  const wrap = ['taskset', '-c', '0', ...(row.wrap ?? [])];
  const server = await Server.start({ limits: 'on', wrap, args: ['--limit-chat-events', '1000000', ...(row.args ?? [])] });
  const faults = [];
  const fault = (is, text) => { if (is) faults.push(text); };
  try {
    const pair = await Pair.meet(server);
    const quiet = await pair.talk(delay(QUIET_MS));
    let peak = 0;
    let outcome = {};
    const attacked = await pair.talk((async () => {
      ({ gave: outcome, peak } = await peakOf(server, () => attack(row.name, server, pair)));
    })());
    const bound = Math.max(2 * quiet.p99, P99_FLOOR_MS);
    fault(!server.alive, 'the server is gone');
    fault(isTimed && outcome.load < row.atLeast, `only ${outcome.load} ${row.unit} were taken; ${row.atLeast} make the row count`);
    fault(isTimed && attacked.p99 > bound, `p99 ${milliseconds(attacked.p99)} is above ${milliseconds(bound)}`);
    fault(attacked.undelivered > 0, `${attacked.undelivered} messages were not delivered`);
    fault(peak > row.memory * MIB, `${mebibytes(peak)} resident are above ${row.memory} MiB`);
    if (row.expect) for (const [what, is] of Object.entries(row.expect(outcome))) fault(!is, what);
    await storesStill(server, pair, fault);
    return { row, quiet, attacked, outcome, peak, faults };
  } finally {
    await server.dispose();
  }
}

async function storesStill(server, pair, fault) {
  const answer = await until(async () => {
    const tried = await store(server, pair.people[0], pair.sessionId, 'after the attack').catch((error) => ({ status: error.message }));
    return [201, 429].includes(tried.status) ? tried : undefined;
  }, 'the server to answer').catch((error) => ({ status: error.message }));
  fault(![201, 429].includes(answer.status), `a message after the attack: ${answer.status}`);
  const ready = await get(server, '/ready').catch((error) => ({ status: error.message }));
  fault(ready.status !== 200, `/ready after the attack: ${ready.status} ${ready.text ?? ''}`);
  const fate = await pair.sayOne();
  fault(fate !== 'heard', `a message over the socket after the attack: ${fate}`);
}

function line({ row, quiet, attacked, outcome, peak, faults }) {
  return `${faults.length === 0 ? 'passed' : 'FAILED'}  ${row.name.padEnd(22)} ${String(outcome.load).padStart(8)} ${row.unit.padEnd(26)} p99 ${milliseconds(quiet.p99)} -> ${milliseconds(attacked.p99)}, `
    + `${mebibytes(peak)}, ${attacked.sent} messages, ${attacked.undelivered} undelivered${faults.map((each) => `\n          ${each}`).join('')}`;
}

const results = [];
for (const row of ROWS.filter(({ name }) => rows.test(name))) {
  const result = await play(row).catch((error) => ({ row, quiet: { p99: NaN }, attacked: { p99: NaN, sent: 0, undelivered: 0 }, outcome: {}, peak: NaN, faults: [error.stack] }));
  console.log(line(result));
  results.push(result);
}
const failed = results.filter(({ faults }) => faults.length > 0).map(({ row }) => row.name);
const worst = results.reduce((most, { attacked }) => Math.max(most, attacked.p99 || 0), 0);
const largest = results.reduce((most, { peak }) => Math.max(most, peak || 0), 0);
const cpu = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
console.log(`${failed.length === 0 && results.length > 0 ? 'PASS' : 'FAIL'} attacks: ${results.length} attacks of ${seconds} s, ${failed.length} failed${failed.length ? ` (${failed.join(', ')})` : ''}; `
  + `worst p99 ${milliseconds(worst)}; most memory ${mebibytes(largest)}; ${cpu}; commit ${commit()}`);
process.exit(failed.length === 0 && results.length > 0 ? 0 : 1);
