/** The rows of a split from a dataset's files on the Hub, read by byte ranges: its own files, else the Hub's Parquet copy. */
import { HubApiError, listFiles } from '@huggingface/hub';
import { MlInternError } from '../../core/errors';
import { chooseSplit } from '../../core/data/choose-split';
import { dataFiles, splitsOfFiles, type DataFile } from '../../core/data/data-files';
import type { RowsOnHub } from '../../core/ports/hub';
import type { ByteSource, SplitFiles } from '../../core/ports/rows';
import type { Access } from './access';

/** For one look at a dataset. */
const maxBytes = 64 * 2 ** 20;
/** Read at once from files that are read from front to back. */
const pieceBytes = 2 ** 20;
/** Shards beyond these are left out, and the sheet says so. */
const mostFiles = 16;
const parquetBranch = 'refs/convert/parquet';

interface SizedFile extends DataFile {
  size: number;
}

/** Undefined when no file could be read as rows. */
export async function repoFiles(
  access: Access,
  request: RowsOnHub,
  revision: string,
  configs: unknown,
): Promise<SplitFiles | undefined> {
  const sizes = await filesOf(access, request.id, revision);
  const own = sized(filesAsked(request) ?? dataFiles([...sizes.keys()], configs), sizes);
  const missing = request.files?.find((path) => !sizes.get(path));
  if (missing !== undefined) throw noSuchFile(request.id, missing);
  if (own.length > 0) return splitFiles(access, request, revision, own, 'its files, by range');
  const converted = await filesOf(access, request.id, parquetBranch).catch(noBranch);
  const copies = sized([...converted.keys()].flatMap(convertedFile), converted);
  if (copies.length === 0) return undefined;
  const files = splitFiles(access, request, parquetBranch, copies, "the Hub's Parquet copy, by range");
  return { ...files, revision };
}

function filesAsked({ files, config = 'default', split = 'train' }: RowsOnHub): DataFile[] | undefined {
  return files?.map((path) => ({ config, split, path }));
}

function noSuchFile(id: string, path: string): MlInternError {
  return new MlInternError('hub-not-found', `The dataset ${id} has no file ${path}, or it is empty.`, {
    next: 'Look at its files on the Hub: it may have changed since that name was written down.',
  });
}

function splitFiles(
  access: Access,
  request: RowsOnHub,
  revision: string,
  found: readonly SizedFile[],
  from: string,
): SplitFiles {
  const { id } = request;
  const splits = splitsOfFiles(found);
  const { config, split } = chooseSplit(id, splits, request.config, request.split);
  const own = found.filter((file) => file.config === config && file.split === split);
  const read = request.whole === true ? own : own.slice(0, mostFiles);
  const bytes = own.reduce((sum, { size }) => sum + size, 0);
  const beginning = request.whole !== true && read.some(({ path }) => !path.endsWith('.parquet')) && bytes > maxBytes;
  const part = read.length < own.length ? `, ${read.length} of ${own.length} files` : '';
  return {
    id,
    revision,
    config,
    split,
    splits,
    files: read.map((file) => hubBytes(access, id, revision, file)),
    from: `${from}${part}${beginning ? ', their beginning only' : ''}`,
    maxBytes,
  };
}

async function filesOf(access: Access, id: string, revision: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const entry of listFiles({ ...access, repo: { type: 'dataset', name: id }, recursive: true, revision })) {
    if (entry.type === 'file') sizes.set(entry.path, entry.lfs?.size ?? entry.size);
  }
  return sizes;
}

function noBranch(error: unknown): Map<string, number> {
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  if (status === 404 || (error as { reason?: unknown }).reason === 'hub-not-found') return new Map();
  throw error;
}

/** `config/split/0000.parquet`; of large splits `partial-split`. */
function convertedFile(path: string): DataFile[] {
  const match = /^([^/]+)\/(?:partial-)?([^/]+)\/[^/]+\.parquet$/.exec(path);
  return match ? [{ config: match[1] ?? '', split: match[2] ?? '', path }] : [];
}

function sized(files: readonly DataFile[], sizes: ReadonlyMap<string, number>): SizedFile[] {
  return files.map((file) => ({ ...file, size: sizes.get(file.path) ?? 0 })).filter(({ size }) => size > 0);
}

function hubBytes(access: Access, id: string, revision: string, { path, size }: SizedFile): ByteSource {
  const place = path.split('/').map(encodeURIComponent).join('/');
  const url = `${access.hubUrl}/datasets/${id}/resolve/${encodeURIComponent(revision)}/${place}`;
  const slice = async (start: number, end: number): Promise<Uint8Array> => {
    if (end <= start) return new Uint8Array();
    const response = await access.fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A server that knows no ranges sends the whole file.
    return response.status === 206 ? bytes : bytes.subarray(start, end);
  };
  return { name: path, size, slice, stream: () => pieces(slice, size) };
}

async function* pieces(slice: ByteSource['slice'], size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < size; start += pieceBytes) yield slice(start, Math.min(size, start + pieceBytes));
}
