/** What of a folder is code to be sent: what git would take, without links and without what lies behind them. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

export interface FolderFile {
  /** Below the folder, with `/` between its parts. */
  path: string;
  source: string;
  bytes: number;
  executable: boolean;
}

export interface FolderFiles {
  files: FolderFile[];
  skipped: { path: string; why: string }[];
}

/** The patterns of one .gitignore, for what lies below its folder. */
interface Rules {
  folder: string;
  matcher: Ignore;
}

const longestPath = 1000;
const mostRuleBytes = 1024 * 1024;

export async function listCode(folder: string): Promise<FolderFiles> {
  const found: FolderFiles = { files: [], skipped: [] };
  for await (const source of tracked(folder)) await take(folder, source, found);
  return found;
}

export interface Tracking {
  /** What is passed over although git would take it. */
  passes?: (path: string) => boolean;
  /** Else a folder that cannot be read is an error. */
  skipsUnreadable?: boolean;
}

/** Everything but folders that git would take, in order of the names. */
export async function* tracked(folder: string, how: Tracking = {}): AsyncGenerator<string> {
  yield* below(folder, await rulesAbove(folder), how);
}

async function* below(folder: string, above: readonly Rules[], how: Tracking): AsyncGenerator<string> {
  const rules = [...above, ...(await rulesOf(folder))];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (how.skipsUnreadable) return [];
    throw error;
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = join(folder, entry.name);
    if (entry.name === '.git' || isIgnored(rules, full, entry.isDirectory()) || how.passes?.(full)) continue;
    if (entry.isDirectory()) yield* below(full, rules, how);
    else yield full;
  }
}

async function take(root: string, source: string, found: FolderFiles): Promise<void> {
  const path = slashed(relative(root, source));
  const skip = (why: string) => void found.skipped.push({ path, why });
  const facts = await lstat(source).catch(() => undefined);
  if (facts === undefined) return skip('its name cannot be read as text, or it has just gone');
  if (facts.isSymbolicLink()) return skip('it is a link, and links are not followed');
  if (!facts.isFile()) return skip('it is not a plain file');
  if (path.length > longestPath) return skip('its path is too long');
  found.files.push({ path, source, bytes: facts.size, executable: (facts.mode & 0o100) !== 0 });
}

/** The nearest .gitignore that says anything decides, as in git. */
function isIgnored(rules: readonly Rules[], path: string, isFolder: boolean): boolean {
  for (const { folder, matcher } of rules.toReversed()) {
    const { ignored, unignored } = matcher.test(`${slashed(relative(folder, path))}${isFolder ? '/' : ''}`);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Those of the folders around it, up to the one that holds `.git`; none outside a repository. */
async function rulesAbove(folder: string): Promise<Rules[]> {
  const around: Rules[] = [];
  for (let at = folder; ;) {
    if ((await lstat(join(at, '.git')).catch(() => undefined)) !== undefined) return around;
    const parent = dirname(at);
    if (parent === at) return [];
    around.unshift(...(await rulesOf(parent)));
    at = parent;
  }
}

async function rulesOf(folder: string): Promise<Rules[]> {
  const file = join(folder, '.gitignore');
  const facts = await lstat(file).catch(() => undefined);
  if (facts?.isFile() !== true || facts.size > mostRuleBytes) return [];
  return [{ folder, matcher: ignore().add(await readFile(file, 'utf8')) }];
}

/** With `/` between its parts. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
