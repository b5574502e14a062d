/** Files to and from a box over its command line, its streams and its file transfer. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import type { ArtifactList, BoxStorage, CodeFile } from '../ports/box-files';
import { fetchArtifacts } from './fetch';
import { pushFiles } from './push';
import { type Listing, listing, type StorageParts } from './storage-parts';

const layTimeoutMs = 10 * 60_000;
const codeAnswer = z.object({
  code: z.object({ folder: z.string().max(4096), files: z.int().nonnegative(), removed: z.int().nonnegative() }),
});

export function boxStorage(parts: StorageParts): BoxStorage {
  const list = (id: string, signal?: AbortSignal) =>
    parts.ask(listing, ['artifacts', id], { signal, timeoutMs: 5 * 60_000 });
  return {
    push: (files, options = {}) => pushFiles(parts, files, options),
    layOut: async (name, files, signal) => {
      const stdin = JSON.stringify({ files: files.map(entryOf) });
      return (await parts.ask(codeAnswer, ['lay', name], { stdin, signal, timeoutMs: layTimeoutMs })).code;
    },
    artifacts: async (id, signal) => withTotal(await list(id, signal)),
    fetch: (id, paths, folder, options = {}) => fetchArtifacts(parts, { id, paths, folder }, options),
  };
}

/** For a box that was opened without access to the files of this machine. */
export const noStorage: BoxStorage = {
  push: () => Promise.reject(noFiles()),
  layOut: () => Promise.reject(noFiles()),
  artifacts: () => Promise.reject(noFiles()),
  fetch: () => Promise.reject(noFiles()),
};

function entryOf({ path, sha256, executable }: CodeFile): [string, string, boolean] {
  return [path, sha256, executable];
}

function withTotal({ artifacts, complete }: Listing): ArtifactList {
  return { artifacts, complete, bytes: artifacts.reduce((sum, each) => sum + each.bytes, 0) };
}

function noFiles(): MlInternError {
  return new MlInternError('bad-input', 'Files cannot be sent to or fetched from this box.', {
    next: 'Use a box over SSH, or this machine.',
  });
}
