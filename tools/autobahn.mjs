// Runs all cases of Autobahn's fuzzing client against a WebSocket echo and ends with one PASS or FAIL line. Writes the summary to a page.
//   node tools/autobahn.mjs --echo build/release/examples/websocket_echo --suite build/autobahn [--page docs/operations/autobahn.md]
// Fails if a case fails, if the number of cases differs from the suite's, if anything but compression is unimplemented, or if a case that is
// not a plain OK has no explanation below.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { commit } from '../tests/clients/javascript/harness/commit.mjs';

const CASES = 517;
const SUITE_VERSION = '25.10.1';
const SUITE_LIMIT_MS = 20 * 60_000;
const TITLES = {
  1: 'sizes and lengths', 2: 'pings and pongs', 3: 'reserved bits', 4: 'opcodes', 5: 'fragments', 6: 'UTF-8', 7: 'closing',
  9: 'large messages and many fragments', 10: 'automatic fragmentation', 12: 'compression (permessage-deflate)', 13: 'compression, its parameters',
};
const COMPRESSION = new Set(['12', '13']);
const COLUMNS = ['OK', 'NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED', 'failed'];
// Every case that may end with another result than OK, and the reason. Every other case must be OK.
const EXPLANATIONS = {
  '7.1.6': 'The suite sends 256 KiB, a short message, a close frame and a ping, one directly after the other, and demands no particular result. The server sends ' +
    'both echoes, then answers the close frame. It does not answer the ping after it (RFC 6455 §5.5.1: nothing is sent after a close frame).',
  '7.13.1': 'The suite sends a close frame with code 5000, which RFC 6455 §7.4.2 leaves undefined. The server refuses it with 1002, because codes end at 4999.',
  '7.13.2': 'The suite sends a close frame with code 65535, which is undefined too. The server refuses it with 1002 as well.',
};

const { values: options } = parseArgs({ options: { echo: { type: 'string' }, suite: { type: 'string' }, page: { type: 'string' } } });
if (!options.echo || !options.suite) {
  console.error('usage: autobahn.mjs --echo PROGRAM --suite FOLDER [--page FILE]');
  process.exit(2);
}

const started = Date.now();
const echo = await startEcho(resolve(options.echo));
try {
  const results = await runSuite(resolve(options.suite), echo.port);
  const verdict = judge(results);
  if (options.page) writeFileSync(options.page, pageOf(results, verdict));
  console.log(`${verdict.problems.length === 0 ? 'PASS' : 'FAIL'} autobahn: ${lineOf(verdict)}; ${Math.round((Date.now() - started) / 1000)} s; commit ${commit()}`);
  process.exitCode = verdict.problems.length === 0 ? 0 : 1;
} catch (error) {
  console.log(`FAIL autobahn: ${error.message}; commit ${commit()}`);
  process.exitCode = 1;
} finally {
  echo.process.kill();
}

function startEcho(program) {
  const child = spawn(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it listened`)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const port = /listening on port (\d+)/.exec(text);
      if (port) resolve_({ process: child, port: Number(port[1]) });
    });
  });
}

/** The suite's own verdicts: {case id: {behavior, behaviorClose, remoteCloseCode, …}}. */
async function runSuite(folder, port) {
  const work = join(folder, 'run');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const specification = { outdir: './reports', servers: [{ agent: 'parley', url: `ws://127.0.0.1:${port}` }], cases: ['*'], 'exclude-cases': [], 'exclude-agent-cases': {} };
  writeFileSync(join(work, 'fuzzingclient.json'), JSON.stringify(specification));
  const child = spawn(join(folder, 'wstest'), ['-m', 'fuzzingclient', '-s', 'fuzzingclient.json'], { cwd: work, stdio: ['ignore', 'pipe', 'pipe'], timeout: SUITE_LIMIT_MS });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  child.stderr.on('data', (part) => parts.push(part));
  const code = await new Promise((resolve_, reject) => child.once('error', reject).once('close', (status, signal) => resolve_(signal ?? status)));
  writeFileSync(join(work, 'log'), Buffer.concat(parts));
  if (code !== 0) throw new Error(`wstest ended with ${code}; see ${join(work, 'log')}`);
  return JSON.parse(readFileSync(join(work, 'reports/index.json'), 'utf8')).parley;
}

function kindOf({ behavior, behaviorClose }) {
  if (!COLUMNS.includes(behavior)) return 'failed';
  return ['OK', 'INFORMATIONAL', 'UNIMPLEMENTED'].includes(behaviorClose) ? behavior : 'failed';
}

function judge(results) {
  const counts = Object.fromEntries(COLUMNS.map((name) => [name, 0]));
  const problems = [];
  for (const [id, result] of Object.entries(results)) {
    const kind = kindOf(result);
    counts[kind] += 1;
    const isCompression = COMPRESSION.has(id.split('.')[0]);
    if (kind === 'failed') problems.push(`${id} ${result.behavior}/${result.behaviorClose}`);
    else if (kind === 'UNIMPLEMENTED' && !isCompression) problems.push(`${id} is unimplemented and not about compression`);
    else if (['NON-STRICT', 'INFORMATIONAL'].includes(kind) && !EXPLANATIONS[id]) problems.push(`${id} ${kind} is not explained`);
  }
  const total = Object.keys(results).length;
  if (total !== CASES) problems.push(`${total} cases ran, not ${CASES}`);
  return { total, counts, problems };
}

function lineOf({ total, counts, problems }) {
  return [`${total} cases`, ...COLUMNS.map((name) => `${counts[name]} ${name}`), ...problems.slice(0, 10)].join(', ');
}

function pageOf(results, verdict) {
  const chapters = new Map();
  for (const [id, result] of Object.entries(results)) {
    const chapter = Number(id.split('.')[0]);
    if (!chapters.has(chapter)) chapters.set(chapter, Object.fromEntries(COLUMNS.map((name) => [name, 0])));
    chapters.get(chapter)[kindOf(result)] += 1;
  }
  const row = (name, counts) => `| ${name} | ${COLUMNS.map((column) => counts[column]).join(' | ')} |`;
  const notPlain = Object.entries(results).filter(([, result]) => ['NON-STRICT', 'INFORMATIONAL'].includes(kindOf(result)));
  return [
    '# Autobahn',
    '',
    `The fuzzing client of the Autobahn test suite ${SUITE_VERSION} runs all of its cases against \`examples/websocket_echo\`. This program has \`protocol\` and \`server\` and`,
    `nothing else. \`make autobahn\` sets the suite up under \`build/\`, runs it, and writes this page. Last run: commit ${commit()}.`,
    '',
    `**${lineOf(verdict)}**`,
    '',
    `| cases | ${COLUMNS.join(' | ')} |`,
    `|---|${COLUMNS.map(() => '---').join('|')}|`,
    ...[...chapters].sort(([a], [b]) => a - b).map(([chapter, counts]) => row(`${chapter} ${TITLES[chapter] ?? ''}`.trim(), counts)),
    row('all', verdict.counts),
    '',
    'The unimplemented cases are about compression of single messages, which the contract leaves out (6.1). The server does not agree to the extension, so these',
    'cases have nothing to test. The codec tests (`tests/unit/protocol`), which `make test` runs, cover the findings of all other cases.',
    '',
    notPlain.length > 0 ? '## Not a plain OK' : '## Every other case is a plain OK',
    '',
    ...notPlain.flatMap(([id, result]) => [
      `- **${id}** ${kindOf(result)}, closed with ${result.remoteCloseCode ?? 'no code'}. ${EXPLANATIONS[id] ?? 'Not explained.'}`,
    ]),
    '',
  ].join('\n');
}
