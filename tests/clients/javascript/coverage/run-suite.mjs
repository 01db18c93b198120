// Runs one suite with reporter.mjs and returns the result of each test. To stop a suite early it kills the whole process group,
// because a suite starts servers and clients of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILES, FOLDER, idsIn } from './marks.mjs';

const REPORTER = fileURLToPath(new URL('reporter.mjs', import.meta.url));

/**
 * {tests: [{path, ids, result, error}], output, ended: 'by itself' | 'stopped' | 'out of time', status}.
 * The suite is stopped when `onTest` returns `true`.
 */
export function runSuite(name, { parley, seed = '1', limitMs = 600_000, only, onTest = () => false }) {
  const flags = [`--test-reporter=${REPORTER}`, ...(only ? [`--test-name-pattern=${only}`] : []), FILES.get(name)];
  const folder = mkdtempSync(join(tmpdir(), 'parley-suite-'));  // the folder holds the temporary files of the suite, also if it is stopped
  const child = spawn(process.execPath, flags, {
    cwd: FOLDER, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PARLEY: parley, SEED: seed, TMPDIR: folder },
  });
  const run = { tests: [], output: '', ended: 'by itself', status: 0 };
  const stop = (how) => {
    if (run.ended !== 'by itself') return;
    run.ended = how;
    killGroup(child.pid);
  };
  const clock = setTimeout(() => stop('out of time'), limitMs);
  const takeLine = (line) => {
    const test = testOf(line);
    if (!test) run.output = `${run.output}${line}\n`.slice(-20_000);
    else if (run.ended === 'by itself') {
      run.tests.push(test);
      if (onTest(test)) stop('stopped');
    }
  };
  const lines = lineSplitter(takeLine);
  child.stdout.setEncoding('utf8').on('data', lines.take);
  child.stderr.setEncoding('utf8').on('data', (text) => { run.output = (run.output + text).slice(-20_000); });
  return new Promise((resolve) => child.once('close', (status) => {
    clearTimeout(clock);
    lines.end();
    killGroup(child.pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    run.status = status ?? 1;
    resolve(run);
  }));
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;  // no process of the group is left
  }
}

function lineSplitter(takeLine) {
  let rest = '';
  return {
    take(text) {
      const parts = (rest + text).split('\n');
      rest = parts.pop();
      parts.forEach(takeLine);
    },
    end() {
      if (rest) takeLine(rest);
    },
  };
}

/** Parses a line of the reporter. Returns nothing for other lines: a suite also prints figures. */
function testOf(line) {
  if (!line.startsWith('{"path":')) return undefined;
  const test = JSON.parse(line);
  return { ...test, ids: idsIn(test.path.join(' ')) };
}
