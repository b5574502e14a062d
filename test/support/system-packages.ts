// What the tests need from the operating system: found when it is there, installed with apt-get when we may, asked for in one sentence otherwise.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mustRun, runProgram } from './process';

/** The full path of the first of these programs that exists; absolute names are taken as they are. */
export function findProgram(names: readonly string[]): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const name of names) {
    const candidates = name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name));
    const found = candidates.find(isExecutable);
    if (found !== undefined) {
      return found;
    }
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) {
      throw error;
    }
    return false;
  }
}

let listsAreFresh = false;

export const canInstallPackages = (): boolean => process.getuid?.() === 0 && findProgram(['apt-get']) !== null;

/** Installs Debian packages without a question. `why` ends the sentence a person reads when that is not possible. */
export async function installPackages(packages: readonly string[], why: string): Promise<void> {
  const wanted = packages.join(' ');
  if (!canInstallPackages()) {
    throw new Error(
      `${why} needs ${wanted}: install it (on Debian or Ubuntu: sudo apt-get install ${wanted}) and run again.`,
    );
  }
  const mine = before.then(() => install(packages));
  before = mine.catch(() => undefined);
  return mine;
}

/** apt-get takes one of us at a time. */
let before: Promise<void> = Promise.resolve();

async function install(packages: readonly string[]): Promise<void> {
  console.log(`  installing ${packages.join(' ')} with apt-get ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
  if (!listsAreFresh) {
    const update = await runProgram('apt-get', [...lock, 'update'], { env });
    listsAreFresh = update.code === 0;
  }
  await mustRun('apt-get', [...lock, 'install', '-y', '--no-install-recommends', ...packages], { env });
}
