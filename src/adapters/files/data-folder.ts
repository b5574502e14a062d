/** The data files of a folder of this machine: those that git would take, without hidden ones and what packages brought. */
import { lstat } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { isDataFile } from '../../core/data/data-files';
import type { ListedFiles } from '../../core/ports/workspace-files';
import { slashed, tracked } from './code-folder';

const mostTold = 500;
const mostLookedAt = 50_000;

export interface DataFilesWanted {
  /** A part of the path, in any case. */
  name?: string | undefined;
  /** What is not looked at. */
  isClosed: (path: string) => boolean;
  signal?: AbortSignal | undefined;
}

export async function listDataFiles(
  folder: string,
  { name = '', isClosed, signal }: DataFilesWanted,
): Promise<ListedFiles> {
  const listed: ListedFiles = { files: [], leftOut: 0, complete: true };
  const passes = (path: string) => isClosed(path) || /^\.|^node_modules$/.test(basename(path));
  let lookedAt = 0;
  for await (const source of tracked(folder, { passes, skipsUnreadable: true })) {
    signal?.throwIfAborted();
    if (++lookedAt > mostLookedAt) return { ...listed, complete: false };
    const path = slashed(relative(folder, source));
    if (!isDataFile(path) || !path.toLowerCase().includes(name.toLowerCase())) continue;
    const facts = await lstat(source).catch(() => undefined);
    if (facts?.isFile() === true && listed.files.length < mostTold) listed.files.push({ path, bytes: facts.size });
    else listed.leftOut++;
  }
  return listed;
}
