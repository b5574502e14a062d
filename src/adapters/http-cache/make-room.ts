/** Keeps a cache folder below its bound. Several processes may do so at once: what another one took away is gone all the same. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface KeptFile {
  path: string;
  bytes: number;
  usedAt: number;
}

/** Below the bound by so much afterwards, so that not every write makes room. */
const roomLeft = 0.8;
/** A temporary file of a process that died. */
const oldTemporaryMs = 3600 * 1000;

export async function makeRoom(folder: string, maxBytes: number): Promise<void> {
  const files = await filesBelow(folder);
  const dead = files.filter(({ path, usedAt }) => path.endsWith('.tmp') && Date.now() - usedAt > oldTemporaryMs);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const oldestFirst = files.filter(({ path }) => !path.endsWith('.tmp')).sort((a, b) => a.usedAt - b.usedAt);
  const going = [...dead];
  if (bytes > maxBytes) {
    for (const file of oldestFirst) {
      if (bytes <= maxBytes * roomLeft) break;
      bytes -= file.bytes;
      going.push(file);
    }
  }
  await Promise.all(going.map(({ path }) => rm(path, { force: true }).catch(() => undefined)));
}

async function filesBelow(folder: string): Promise<KeptFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(paths.map(fileAt));
  return found.filter((file) => file !== undefined);
}

async function fileAt(path: string): Promise<KeptFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { path, bytes: found.size, usedAt: found.mtimeMs };
}
