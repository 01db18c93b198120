// A copy of the tree in which one mistake at a time is made and built.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export class MutantTree {
  #folder;

  /** `folders`: the parts of the repository that the build needs; `tests`: 'ON' or 'OFF'. */
  constructor(name, { folders, tests }) {
    this.#folder = join(ROOT, 'build/mutants', name);
    this.build_folder = join(this.#folder, 'build/release');
    this.#copy(new RegExp(`^(${folders.join('|')}|CMake)`));
    this.#link('web/demo/node_modules');
    if (tests === 'ON') this.#link('build/mongod');
    const configured = spawnSync('cmake', ['--preset', 'release', `-DPARLEY_TESTS=${tests}`], { cwd: this.#folder, encoding: 'utf8' });
    if (configured.status !== 0) throw new Error(`cmake: ${configured.stdout}${configured.stderr}`);
  }

  #copy(pattern) {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0').filter(Boolean);
    const wanted = new Set(files.filter((file) => pattern.test(file) && existsSync(join(ROOT, file))));
    const list = join(this.#folder, 'files.json');
    for (const file of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) if (!wanted.has(file)) rmSync(join(this.#folder, file), { force: true });
    for (const file of wanted) {
      const [from, to] = [join(ROOT, file), join(this.#folder, file)];
      if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) continue;  // the file keeps its time, so nothing is built again
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to);
      if (file.startsWith('web/')) utimesSync(to, statSync(from).atime, statSync(from).mtime);  // the time keeps the packages from being fetched again
    }
    writeFileSync(list, JSON.stringify([...wanted]));
  }

  #link(path) {
    const to = join(this.#folder, path);
    mkdirSync(dirname(to), { recursive: true });
    if (!existsSync(to)) symlinkSync(join(ROOT, path), to);
  }

  /** The end of the compiler's output if `target` does not build. */
  faultOfBuild(target) {
    const env = { ...process.env, CCACHE_BASEDIR: this.#folder, CCACHE_NOHASHDIR: '1' };
    const built = spawnSync('cmake', ['--build', this.build_folder, '--target', target], { encoding: 'utf8', env, maxBuffer: 1 << 26 });
    return built.status === 0 ? undefined : built.stdout.slice(-3000) + built.stderr.slice(-1000);
  }

  /** Makes the mistake, runs `judge`, and takes the mistake back. */
  async with(mutation, judge) {
    const path = join(this.#folder, 'src', mutation.file);
    const source = readFileSync(path, 'utf8');
    if (source.split(mutation.find).length !== 2) return { verdict: 'STALE', detail: `the text that it replaces is not in ${mutation.file} exactly once` };
    writeFileSync(path, source.replace(mutation.find, () => mutation.replace));
    try {
      return await judge(mutation);
    } finally {
      writeFileSync(path, source);
    }
  }
}

/** The same seed gives the same mutations in the same order. */
export function drawn(mutations, seed, count) {
  const key = (each) => createHash('sha256').update(`${seed}:${each.file}:${each.what}`).digest('hex');
  return mutations.map((each) => [key(each), each]).sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each).slice(0, count);
}
