/** The files that a shell's pattern names, in order. */
import { readdir } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';

export async function findFiles(pattern: string): Promise<string[]> {
  const { root } = parse(pattern);
  const parts = pattern.slice(root.length).split(sep === '\\' ? /[\\/]/ : '/');
  let found = [root];
  for (const part of parts) found = (await Promise.all(found.map((folder) => step(folder, part)))).flat();
  return found;
}

/** A name without a pattern need not be looked up: whether it is there shows when it is read. */
async function step(folder: string, part: string): Promise<string[]> {
  if (!/[*?[]/.test(part)) return [join(folder, part)];
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => matches(part, name))
    .sort()
    .map((name) => join(folder, name));
}

/** A leading dot is matched only by a dot. */
function matches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const source = pattern.replace(/\[!?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (piece.length > 1) return piece.replace('[!', '[^').replaceAll('\\', '\\\\');
    return piece.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  });
  return new RegExp(`^${source}$`).test(name);
}
