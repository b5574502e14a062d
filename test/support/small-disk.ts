/** A disk of its own for a test, small enough to be filled: a tmpfs, which only root may mount. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { statfs, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  folder: string;
  /** Until not a byte is left, also within the last block of a file that grows; answers where the filler lies. */
  fill(): Promise<string>;
  remove(): void;
}

/** Whether `openSmallDisk` can give one; undefined, or why not. */
export function whyNoSmallDisk(): string | undefined {
  const disk = openSmallDisk('1m');
  disk?.remove();
  return disk ? undefined : 'only root may mount the small disk that is filled';
}

export async function withSmallDisk<T>(size: string, use: (disk: SmallDisk) => Promise<T>): Promise<T> {
  const disk = openSmallDisk(size);
  if (!disk) throw new Error('The small disk could not be mounted.');
  try {
    return await use(disk);
  } finally {
    disk.remove();
  }
}

/** undefined where nothing may be mounted. */
export function openSmallDisk(size: string): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-disk-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (userInfo().uid !== 0 || !mounted(folder, size)) {
    remove();
    return undefined;
  }
  return {
    folder,
    fill: () => fill(join(folder, 'filler')),
    remove: () => {
      execFileSync('umount', ['-l', folder]);
      remove();
    },
  };
}

function mounted(folder: string, size: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    // Containers often may not mount.
    return false;
  }
}

async function fill(path: string): Promise<string> {
  const { bavail, bsize } = await statfs(join(path, '..'));
  await writeFile(path, Buffer.alloc(bavail * bsize)).catch(() => undefined);
  return path;
}
