/** Data files of the workspace on this machine's disk. */
import { realpath, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { listDataFiles } from '../adapters/files/data-folder';
import { localFiles } from '../adapters/files/local-files';
import { localRows } from '../adapters/rows/local';
import { MlInternError } from '../core/errors';
import type { WorkspaceFiles } from '../core/ports/workspace-files';

export interface Workspace {
  folder: string;
  /** Files and folders in it that are not for the agent: the benchmark, the records of runs. */
  closed: readonly string[];
}

export function workspaceFiles(workspace: Workspace): WorkspaceFiles {
  const { folder, closed } = workspace;
  const closedPlaces = new Set(closed.map((path) => resolve(folder, path)));
  // A file may hold gigabytes and is asked for with every job: it is hashed again only when the disk says that it changed.
  const hashes = new Map<string, { stamp: string; sha256: string }>();
  return {
    rows: async (path, split) => localRows(await placeOf(workspace, path), { split }),
    file: async (path) => {
      const source = await placeOf(workspace, path);
      const facts = await stat(source);
      const stamp = [facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs].join(' ');
      const known = hashes.get(source);
      const sha256 = known?.stamp === stamp ? known.sha256 : await localFiles.hash(source);
      hashes.set(source, { stamp, sha256 });
      return { sha256, bytes: facts.size, source };
    },
    list: (name, signal) => listDataFiles(folder, { name, signal, isClosed: (path) => closedPlaces.has(path) }),
  };
}

/** Links are followed before it is judged: the agent reads data of the workspace and nothing else of this machine. */
async function placeOf({ folder, closed }: Workspace, path: string): Promise<string> {
  const place = await real(resolve(folder, path));
  if (!isInside(await real(folder), place)) throw refused(`${path} lies outside the workspace.`);
  for (const each of closed)
    if (isInside(await real(resolve(folder, each)), place))
      throw refused(`${path} belongs to the evaluation, or to the records of runs.`);
  const facts = await stat(place).catch(() => undefined);
  if (facts?.isFile()) return place;
  throw refused(facts?.isDirectory() ? `${path} is a folder.` : `There is no file ${path} in the workspace.`);
}

/** Or the same. */
function isInside(folder: string, place: string): boolean {
  const inside = relative(folder, place);
  return !inside.startsWith('..') && resolve(inside) !== inside;
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path);

function refused(why: string): MlInternError {
  return new MlInternError('bad-input', why, { next: 'Name another data file of the workspace.' });
}
