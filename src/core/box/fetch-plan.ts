/** Which artifacts to fetch and under which local names: what the box says is only data. */
import type { FetchReport } from '../ports/box-files';
import type { Listing } from './storage-parts';

export interface Wanted {
  /** On the box. */
  path: string;
  /** Below the target folder. */
  name: string;
  bytes: number;
}

export interface FetchPlan {
  wanted: Wanted[];
  skipped: FetchReport['skipped'];
}

/** The files that `paths` name, and those below the folders that they name; all when there are none. */
export function planFetch({ artifacts }: Pick<Listing, 'artifacts'>, paths: readonly string[]): FetchPlan {
  const chosen = artifacts.filter((each) => paths.length === 0 || paths.some((path) => covers(path, each.path)));
  const skipped: FetchPlan['skipped'] = paths
    .filter((path) => !chosen.some((each) => covers(path, each.path)))
    .map((path) => ({ path, why: 'the job has no such artifact' }));
  const wanted = new Map<string, Wanted>();
  for (const { path, kind, bytes } of chosen) {
    const name = localName(path);
    const why = name === undefined ? 'its name does not stay inside the folder' : reason(kind, wanted.has(name));
    if (why !== undefined) skipped.push({ path, why });
    else if (name !== undefined && kind === 'file') wanted.set(name, { path, name, bytes });
  }
  return { wanted: [...wanted.values()], skipped };
}

function covers(path: string, candidate: string): boolean {
  const plain = path.replace(/\/+$/, '');
  return candidate === plain || candidate.startsWith(`${plain}/`);
}

function reason(kind: string, isTaken: boolean): string | undefined {
  if (kind === 'link') return 'it is a link, and links are not followed';
  if (kind === 'other') return 'it is not a plain file';
  return isTaken ? 'another file has the same name on this machine' : undefined;
}

/** The path with what is no Unicode (a byte of the box's file system) written as %xx; undefined for one that leads elsewhere. */
function localName(path: string): string | undefined {
  if (path.split('/').some((part) => ['', '.', '..'].includes(part)) || path.includes('\0')) return undefined;
  return path.replace(/\p{Cs}/gu, (unit) => `%${(unit.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`);
}
