// `make attacks`: runs each attack against a fresh server while two people talk. Ends with a table and one PASS or FAIL line.
// node attacks.mjs [--rows REGEX] [--seconds N] [--untimed] [--minutes N [--seed N]]
// --untimed: latency and load are printed but not judged, as in `make test`. --minutes: all in turn against one server, whose memory must not grow.
// The server has one core and the attackers run at nice 19, so the test measures the server and not the size of the machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commit } from '../clients/javascript/harness/commit.mjs';
import { get, store } from '../clients/javascript/harness/rest.mjs';
import { Server } from '../clients/javascript/harness/server.mjs';
import { SECRET } from '../clients/javascript/harness/token.mjs';
import { delay, until, within } from '../clients/javascript/harness/wait.mjs';
import { Random } from '../torture/random.mjs';
import { p99Of, Pair } from './pair.mjs';
import { idleFiles, ROWS } from './rows.mjs';

const flag = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const rows = new RegExp(flag('rows', ''));
const seconds = Number(flag('seconds', '6'));
const isTimed = !process.argv.includes('--untimed');
const minutes = Number(flag('minutes', '0'));
const isFresh = minutes === 0;  // each attack has its own server
const seed = Number(flag('seed', String(1 + Math.floor(Math.random() * 1e6))));
const MIB = 1024 * 1024;
const P99_FLOOR_MS = 25;
const QUIET_MS = 4000;
const SETTLE_MS = 1000;
const FLAT_MIB = 16;
const LET_IN_MS = 20_000;

const milliseconds = (value) => `${value.toFixed(1)} ms`;
const mebibytes = (bytes) => `${(bytes / MIB).toFixed(0)} MiB`;

/** Runs the attack in a process of its own. Returns its report: {load, …}. */
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

function start(args = [], wrap = []) {
  return Server.start({ limits: 'on', wrap: ['taskset', '-c', '0', ...wrap], args: ['--limit-chat-events', '1000000', ...args] });
}

/** Runs one attack while the pair talks, and lists the faults. */
async function under(row, { server, pair, quiet }) {
  const faults = [];
  const fault = (is, text) => { if (is) faults.push(text); };
  let peak = 0;
  let outcome = {};
  const attacked = await pair.talk((async () => {
    ({ gave: outcome, peak } = await peakOf(server, () => attack(row.name, server, pair)));
  })());
  const bound = boundOf(quiet);
  fault(!server.alive, 'the server is gone');
  fault(isTimed && isFresh && outcome.load < row.atLeast, `only ${outcome.load} ${row.unit} were taken; ${row.atLeast} make the row count`);
  fault(isTimed && isFresh && attacked.p99 > bound, `p99 ${milliseconds(attacked.p99)} is above ${milliseconds(bound)}`);
  fault(attacked.undelivered > 0, `${attacked.undelivered} messages were not delivered`);
  fault(peak > row.memory * MIB, `${mebibytes(peak)} resident are above ${row.memory} MiB`);
  if (isTimed && isFresh && row.expect) for (const [what, is] of Object.entries(row.expect(outcome))) fault(!is, what);
  await storesStill(server, pair, fault);
  return { row, quiet, attacked, outcome, peak, faults };
}

const boundOf = (quiet) => Math.max(2 * quiet.p99, P99_FLOOR_MS);

/** The p99 of each kind of attack over all its runs. One run has few messages, and a disk is slow at some moments. */
function slowOnes(results) {
  return ROWS.flatMap(({ name }) => {
    const plays = results.filter(({ row }) => row.name === name);
    const p99 = p99Of(plays.flatMap(({ attacked }) => attacked.latencies).toSorted((a, b) => a - b));
    if (plays.length === 0) return [];
    console.log(`${name.padEnd(22)} ${plays.length} times, p99 ${milliseconds(p99)}`);
    return p99 > boundOf(plays[0].quiet) ? [`${name}: p99 ${milliseconds(p99)} is above ${milliseconds(boundOf(plays[0].quiet))}`] : [];
  });
}

async function meet(server) {
  const pair = await Pair.meet(server);
  return { server, pair, quiet: await pair.talk(delay(QUIET_MS)) };
}

async function play(row) {
  const server = await start(row.args, row.wrap);
  try {
    return await under(row, await meet(server));
  } finally {
    await server.dispose();
  }
}

/** Attackers share one address. The handshakes that the row `handshakes` leaves open give way 5 s later (ADR 0016). Until then, sockets would attack nothing. */
function letIn(server) {
  return until(async () => (await fetch(`${server.origin}/socket.io/?EIO=4&transport=polling`)).ok, 'the address to be let in again', LET_IN_MS);
}

/** Runs all attacks in turn against one server, in an order drawn from the seed, for `minutes`. Returns their results and the faults of the memory. */
async function soak(chosen) {
  const random = new Random(seed);
  const server = await start([], idleFiles);
  const results = [];
  const faults = [];
  try {
    const scene = await meet(server);
    const began = performance.now();
    const first = server.rssBytes();
    const memory = [];  // {minute, bytes} after each attack
    let turn = [];
    while (performance.now() - began < minutes * 60_000) {
      if (turn.length === 0) turn = [...chosen];
      const [row] = turn.splice(random.between(0, turn.length - 1), 1);
      await letIn(server);
      results.push(await under(row, scene));
      console.log(line(results.at(-1)));
      await delay(SETTLE_MS);  // the system closes the connections that the attacker left open
      memory.push({ minute: (performance.now() - began) / 60_000, bytes: server.rssBytes() });
      console.log(`        ${mebibytes(memory.at(-1).bytes)} a second later, ${await ofStore(server)}`);
    }
    await scene.pair.talk(delay(QUIET_MS));
    const last = server.rssBytes();
    const later = memory.filter(({ minute }) => minute >= minutes / 3).map(({ bytes }) => bytes);
    const half = later.length >> 1;
    const growth = Math.max(...later.slice(half)) - Math.max(...later.slice(0, half));
    console.log(`memory: ${mebibytes(first)} at the start, ${mebibytes(last)} at the end; the most after an attack in the last third grew by ${mebibytes(growth)} against the third before`);
    if (last > first + 64 * MIB) faults.push(`${mebibytes(last)} at the end are more than 64 MiB above the ${mebibytes(first)} of the start`);
    if (isTimed) faults.push(...slowOnes(results));
    if (growth > FLAT_MIB * MIB) faults.push(`the memory grows: ${mebibytes(growth)} from one third to the next`);
  } finally {
    await server.dispose();
  }
  return { results, faults };
}

/** The part of the memory that the database uses, as of its last look. */
async function ofStore(server) {
  const { text } = await get(server, '/metrics');
  const figure = (name) => mebibytes(Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)[1]));
  return `${figure('parley_store_cache_bytes')} of them cache and ${figure('parley_store_write_buffer_bytes')} write buffers`;
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

async function each(chosen) {
  const results = [];
  for (const row of chosen) {
    const nothing = { row, quiet: { p99: NaN }, attacked: { p99: NaN, sent: 0, undelivered: 0 }, outcome: {}, peak: NaN };
    results.push(await play(row).catch((error) => ({ ...nothing, faults: [error.stack] })));
    console.log(line(results.at(-1)));
  }
  return { results, faults: [] };
}

const chosen = ROWS.filter(({ name }) => rows.test(name));
const { results, faults } = await (isFresh ? each(chosen) : soak(chosen));
for (const fault of faults) console.log(`FAILED  ${fault}`);
const failed = results.filter((result) => result.faults.length > 0).map(({ row }) => row.name);
const passed = failed.length === 0 && faults.length === 0 && results.length > 0;
const worst = results.reduce((most, { attacked }) => Math.max(most, attacked.p99 || 0), 0);
const largest = results.reduce((most, { peak }) => Math.max(most, peak || 0), 0);
const cpu = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
console.log(`${passed ? 'PASS' : 'FAIL'} attacks: ${results.length} attacks of ${seconds} s${isFresh ? '' : ` in ${minutes} minutes on one server, seed ${seed}`}, `
  + `${failed.length} failed${failed.length ? ` (${[...new Set(failed)].join(', ')})` : ''}${faults.length ? `, ${faults.join(', ')}` : ''}; `
  + `worst p99 ${milliseconds(worst)}; most memory ${mebibytes(largest)}; ${cpu}; commit ${commit()}`);
process.exit(passed ? 0 : 1);
