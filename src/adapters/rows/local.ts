/** Data files and folders of this machine as rows. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { chooseSplit } from '../../core/data/choose-split';
import { dataFiles, noDataFiles, splitsOfFiles, type DataFile } from '../../core/data/data-files';
import { MlInternError } from '../../core/errors';
import type { ByteSource, RowSource } from '../../core/ports/rows';
import { FileRows } from './file-rows';

/** Reading from disk is cheap, but a sample must not take minutes. */
const maxLocalBytes = 2 ** 33;

export interface LocalRowsOptions {
  config?: string | undefined;
  split?: string | undefined;
}

/** A file is one split. In a folder the names of the files tell their splits. */
export async function localRows(path: string, options: LocalRowsOptions = {}): Promise<RowSource> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw missing(path);
  const found = info.isDirectory() ? await filesIn(path) : [{ config: 'default', split: 'train', path }];
  // One file has whatever split is asked for: a JSON document may hold several.
  const chosen = info.isDirectory()
    ? chooseSplit(path, splitsOfFiles(found), options.config, options.split)
    : undefined;
  const { config, split } = chosen ?? { config: 'default', split: options.split ?? 'train' };
  const own = chosen ? found.filter((file) => file.config === config && file.split === split) : found;
  const files = await Promise.all(own.map((file) => localBytes(file.path)));
  return new FileRows({
    id: path,
    revision: info.isDirectory() ? null : `sha256:${await hashOf(path)}`,
    config,
    split,
    splits: chosen ? splitsOfFiles(found) : [{ config, split, rows: null }],
    files,
    from: info.isDirectory() ? `${files.length} file${files.length === 1 ? '' : 's'} of the folder` : 'the file',
    maxBytes: maxLocalBytes,
  });
}

async function filesIn(folder: string): Promise<DataFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(\.|node_modules\/)/.test(path))
    .sort();
  const found = dataFiles(paths);
  if (found.length === 0) throw noDataFiles(folder);
  return found.map((file) => ({ ...file, path: join(folder, file.path) }));
}

/** The content is the revision: the box refuses a file that changed since. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export async function localBytes(path: string): Promise<ByteSource> {
  const { size } = await stat(path);
  return {
    name: path,
    size,
    slice: (start, end) => readPart(path, start, Math.min(end, size)),
    stream: (signal) => createReadStream(path, { highWaterMark: 2 ** 18, ...(signal && { signal }) }),
  };
}

async function readPart(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(Math.max(0, end - start));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function missing(path: string): MlInternError {
  return new MlInternError('bad-input', `There is no file or folder ${path}.`, {
    next: 'Check the path. A dataset of the Hub is named owner/name.',
  });
}
