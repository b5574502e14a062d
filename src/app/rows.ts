/** Rows by the name a person gives: a file or folder of this machine, or a dataset of the Hub. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { localRows } from '../adapters/rows/local';
import { dataFilePattern } from '../core/data/data-files';
import type { RowSource } from '../core/ports/rows';
import { openHub, viewerOf, type HubEndpoints } from './hub';
import type { AppOptions } from './options';

export interface RowsRequest {
  /** A path, `file:PATH`, or a dataset's id. */
  id: string;
  /** What a relative path starts from. */
  folder: string;
  config?: string | undefined;
  split?: string | undefined;
  /** Of a dataset on the Hub; the newest when absent. */
  revision?: string | undefined;
  /** Every row of a dataset on the Hub as it lies in its files, not what the viewer gives of it. */
  whole?: boolean | undefined;
}

export async function openRows(request: RowsRequest, options: AppOptions, signal?: AbortSignal): Promise<RowSource> {
  const path = await localPath(request);
  return path === undefined ? openHub(hubEndpoints(options)).rows(request, signal) : localRows(path, request);
}

export function hubEndpoints({ settings, secrets }: AppOptions): HubEndpoints {
  const { hubEndpoint: hub } = settings;
  return { hub, viewer: viewerOf(settings), hubToken: () => secrets.get(`hub:${hub}`) };
}

/** Undefined when a dataset of the Hub is meant. What exists here is meant, whatever it looks like. */
export async function localPath({ id, folder }: Pick<RowsRequest, 'id' | 'folder'>): Promise<string | undefined> {
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
