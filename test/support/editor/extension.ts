// Puts the extension under test into an extensions folder, before the server first reads it.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
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
  const vsce = join(REPOSITORY, 'node_modules/@vscode/vsce/vsce');
  const args = [vsce, 'ls', '--no-dependencies'];
  const listing = await mustRun(process.execPath, args, { cwd: from, env: cleanEnvironment() });
  const files = listing.split('\n').filter((line) => line !== '' && existsSync(join(from, line)));
  if (!files.includes('package.json')) {
    throw new Error(`vsce lists no files of the extension in ${from}:\n${listing}`);
  }
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(from, file), join(to, file));
  }
}
