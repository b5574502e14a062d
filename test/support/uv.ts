// uv for the tests: environments of several hundred megabytes are made in seconds where pip takes minutes. Without it pip does the same work.
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { mustRun, runProgram } from './process';
import { findProgram } from './system-packages';

const REPOSITORY = resolve(__dirname, '../..');
const VERSION = '0.13.9';

/** Puts uv on the PATH of everything that this process starts, the practice box among it. */
export function offerUv(base: string): Promise<string | null> {
  return (offered ??= offer(base));
}

let offered: Promise<string | null> | undefined;

async function offer(base: string): Promise<string | null> {
  const found = findProgram(['uv']);
  if (found !== null) return found;
  const folder = join(REPOSITORY, '.cache/tools', `uv-${VERSION}`);
  const program = join(folder, 'bin/uv');
  if (!existsSync(program) && !(await install(base, folder))) return null;
  process.env['PATH'] = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
  return program;
}

async function install(base: string, folder: string): Promise<boolean> {
  await mustRun(base, ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
  const { code, output } = await runProgram(join(folder, 'bin/python'), [...pip, `uv==${VERSION}`]);
  if (code !== 0)
    console.log(`  uv could not be installed, so pip makes the environments: ${output.trim().split('\n').at(-1)}`);
  return code === 0;
}

/** The machine's own package indexes, which uv does not read from pip's configuration: the product knows how to tell it. */
export async function indexOptions(base: string): Promise<string[]> {
  const program =
    'import json; from ml_intern_box import installers as i; print(json.dumps(i.uv_options(i.pip_configuration())))';
  const env = { ...process.env, PYTHONPATH: join(REPOSITORY, 'box') };
  return JSON.parse(await mustRun(base, ['-c', program], { env })) as string[];
}
