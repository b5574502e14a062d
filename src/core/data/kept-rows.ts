/** Rows of an inspected dataset as they are kept in the run's folder: what another mapping would make of them can be shown later. */
import { z } from 'zod';
import { sha256 } from '../hash';
import type { Row } from '../ports/rows';
import type { DatasetRef } from '../run/recipe';
import type { DataSheet } from '../run/types';

const longestName = 150;
const mostRows = 200;
const mostCharacters = 2_000_000;
/** Rows that training would cut are kept too, so that they are counted as such; a row is whole, or a mapping could not be judged by it. */
const longestRow = 200_000;

const keptSchema = z.object({
  revision: z.string(),
  ...{ config: z.string().optional(), split: z.string().optional() },
  rows: z.array(z.record(z.string(), z.unknown())),
});

/** In the run's folder. */
export function fileOf(id: string, ending: string): string {
  const name = id.replace(/[^A-Za-z0-9._-]/g, '_');
  // A path may be longer than the name of a file can be.
  const short = name.length <= longestName ? name : `${sha256(id).slice(0, 12)}-${name.slice(-longestName)}`;
  return `data/${short}.${ending}`;
}

export function keptRowsFile(id: string): string {
  return fileOf(id, 'rows.json');
}

export function keptText({ revision, config, split }: DataSheet, rows: readonly Row[]): string {
  const kept: string[] = [];
  let size = 0;
  for (const row of rows.slice(0, mostRows)) {
    const line = JSON.stringify(row);
    if (line.length > longestRow) continue;
    size += line.length;
    if (size > mostCharacters) break;
    kept.push(line);
  }
  // A row a line, so that people can read the file.
  return `${JSON.stringify({ revision, config, split }).slice(0, -1)},"rows":[\n${kept.join(',\n')}\n]}\n`;
}

/** Empty where another revision or split was inspected than is meant. */
export function readKept(text: string | undefined, meant: DatasetRef): Row[] {
  if (text === undefined) return [];
  const { revision, config, split, rows } = keptSchema.parse(JSON.parse(text));
  const isSame = revision === meant.revision && (config ?? meant.config) === meant.config;
  return isSame && (split ?? meant.split) === meant.split ? rows : [];
}
