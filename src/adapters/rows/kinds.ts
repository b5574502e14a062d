/** What kind of file holds rows: by its name, and by its first bytes where the name does not tell. */
import { MlInternError } from '../../core/errors';
import type { ByteSource } from '../../core/ports/rows';

export type FileKind = 'lines' | 'document' | 'table' | 'parquet' | 'arrow';

const byExtension: Record<string, FileKind> = {
  jsonl: 'lines',
  ndjson: 'lines',
  json: 'document',
  csv: 'table',
  tsv: 'table',
  parquet: 'parquet',
  arrow: 'arrow',
  feather: 'arrow',
};

export async function kindOf(source: ByteSource, signal?: AbortSignal): Promise<FileKind> {
  const head = await source.slice(0, Math.min(64, source.size), signal);
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('PAR1')) return 'parquet';
  if (text.startsWith('ARROW1')) return 'arrow';
  const named = byExtension[extensionOf(source.name)];
  // A list under the name of lines is common; lines begin with an object.
  if (named === 'lines' && /^(\u00ef\u00bb\u00bf)?\s*\[/.test(text)) return 'document';
  if (named !== undefined) return named;
  if (/^(\u00ef\u00bb\u00bf)?\s*[{[]/.test(text)) return 'document';
  throw new MlInternError('bad-input', `${source.name} is no kind of data file that can be read.`, {
    next: 'Give a .jsonl, .json, .csv, .tsv, .parquet, .arrow or .feather file.',
  });
}

function extensionOf(name: string): string {
  return /\.([a-z]+)$/i.exec(name.replace(/\.(gz|zst)$/i, ''))?.[1]?.toLowerCase() ?? '';
}
