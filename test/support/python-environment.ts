// The Python that the tests use: a virtual environment made once for each content of box/tests/requirements.txt.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cleanEnvironment, mustRun, once, runProgram, seconds } from './process';
import { findProgram, installPackages } from './system-packages';
import { indexOptions, offerUv } from './uv';

const REPOSITORY = resolve(__dirname, '../..');
const REQUIREMENTS = join(REPOSITORY, 'box/tests/requirements.txt');

/** Makes the environment unless it is there, and hands back its interpreter. */
export const pythonForTests = once(async () => {
  const base = await basePython();
  const version = await mustRun(base, ['-c', 'import sys; print(sys.version)']);
  const content = readFileSync(REQUIREMENTS, 'utf8');
  const key = createHash('sha256').update(`${version}${content}`).digest('hex').slice(0, 12);
  const shelf = resolve(process.env['ML_INTERN_PYTHON_CACHE'] ?? join(REPOSITORY, '.cache/python'));
  const folder = join(shelf, key);
  const python = join(folder, 'bin/python');
  if (!existsSync(join(folder, 'complete'))) {
    const started = Date.now();
    console.log(`  making a Python environment in ${folder}, once; some minutes`);
    clear(shelf);
    await mustRun(base, ['-m', 'venv', folder]);
    await install(base, python);
    writeFileSync(join(folder, 'complete'), content);
    console.log(`  the Python environment is ready (${seconds(started)})`);
  }
  return python;
});

async function install(base: string, python: string): Promise<void> {
  const uv = await offerUv(base);
  const wanted = [...(await cpuBuilds(uv === null ? '--extra-index-url' : '--index')), '-r', REQUIREMENTS];
  const env = cleanEnvironment();
  if (uv === null) {
    const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
    await mustRun(python, ['-m', 'pip', 'install', ...quiet, ...wanted], { env });
  } else {
    const best = ['--index-strategy', 'unsafe-best-match', ...(await indexOptions(base))];
    await mustRun(uv, ['pip', 'install', '--python', python, ...best, ...wanted], { env });
  }
}

/** torch for the CPU is a tenth of the size; a network that does not reach its index may carry it in an index of its own. */
async function cpuBuilds(option: string): Promise<string[]> {
  const index = 'https://download.pytorch.org/whl/cpu/';
  const answer = await fetch(index, { method: 'HEAD', signal: AbortSignal.timeout(5000) }).catch(() => null);
  return answer?.ok === true ? [option, index] : [];
}

/** Environments are large: an old or half-made one goes before a new one comes. */
function clear(shelf: string): void {
  mkdirSync(shelf, { recursive: true });
  for (const name of readdirSync(shelf)) {
    rmSync(join(shelf, name), { recursive: true, force: true });
  }
}

/** The Python that environments are made with. */
export const basePython = once(async () => {
  const named = process.env['PYTHON'];
  const find = async (): Promise<string | null> => {
    const found = findProgram([named ?? 'python3']);
    return found !== null && (await canMakeEnvironments(found)) ? found : null;
  };
  const found = await find();
  if (found !== null) {
    return found;
  }
  if (named === undefined) {
    await installPackages(['python3', 'python3-venv'], 'Testing the Python that runs on the box');
  }
  const installed = await find();
  if (installed === null) {
    throw new Error(`${named ?? 'python3'} is no Python 3.10 or newer with venv: set PYTHON to one that is.`);
  }
  return installed;
});

async function canMakeEnvironments(python: string): Promise<boolean> {
  const check = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 1)';
  return (await runProgram(python, ['-c', check])).code === 0;
}
