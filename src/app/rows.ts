/** Rows by the name a person gives: a file or folder of this machine, or a dataset of the Hub. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { localRows } from '../adapters/rows/local';
import { dataFilePattern } from '../core/data/data-files';
import { MlInternError } from '../core/errors';
import type { RowSource } from '../core/ports/rows';

export interface RowsRequest {
  /** A path, `file:PATH`, or a dataset's id. */
  id: string;
  /** What a relative path starts from. */
  folder: string;
  config?: string | undefined;
  split?: string | undefined;
}

export async function openRows(request: RowsRequest): Promise<RowSource> {
  const path = await localPath(request);
  if (path !== undefined) return localRows(path, request);
  throw new MlInternError('bad-input', `There is no file or folder ${request.id}.`, { next: 'Check the path.' });
}

/** Undefined when a dataset of the Hub is meant. What exists here is meant, whatever it looks like. */
export async function localPath({ id, folder }: RowsRequest): Promise<string | undefined> {
  const path = resolve(folder, id.replace(/^file:(\/\/)?/, ''));
  const isPath = /^(file:|\.{0,2}\/|~)/.test(id) || dataFilePattern.test(id);
  return isPath || (await exists(path)) ? path : undefined;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
