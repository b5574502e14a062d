// Puts the extension under test into an extensions folder, before the server first reads it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cleanEnvironment, mustRun } from '../process';

export const REPOSITORY = resolve(__dirname, '../../..');

/** A package, or a folder from which the files that its package would hold are taken. */
export type ExtensionSource = { vsix: string } | { developmentPath: string };

/** Copies what the package would hold, without packing it; the folder must have been built. */
export async function copyExtension(developmentPath: string, extensionsFolder: string): Promise<void> {
  const from = resolve(developmentPath);
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Record<string, string>;
  const to = join(extensionsFolder, `${manifest['publisher']}.${manifest['name']}-${manifest['version']}`);
  const staged = stage(from);
  const vsce = join(REPOSITORY, 'node_modules/@vscode/vsce/vsce');
  const listing = await mustRun(process.execPath, [vsce, 'ls', '--no-dependencies'], {
    cwd: staged,
    env: cleanEnvironment(),
  });
  rmSync(staged, { recursive: true, force: true });
  const files = listing.split('\n').filter((line) => line !== '' && existsSync(join(from, line)));
  if (!files.includes('package.json')) {
    throw new Error(`vsce lists no files of the extension in ${from}:\n${listing}`);
  }
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(from, file), join(to, file));
  }
}

/** vsce looks at every file there is before it leaves any out: a hundred thousand of them in caches take it a minute. */
function stage(from: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mli-staged-'));
  const names = readdirSync(from).filter((name) => !['node_modules', '.cache', '.git'].includes(name));
  for (const name of names) cpSync(join(from, name), join(folder, name), { recursive: true });
  return folder;
}
