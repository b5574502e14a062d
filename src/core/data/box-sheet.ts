/** The data sheet of rows that lie on the box, or that only the box reaches: it looks at all of them, and only counts come back. */
import { z } from 'zod';
import type { DatasetCard } from '../ports/hub';
import { runProgram, type ProgramPlace } from '../box/program';
import type { RowsDescription } from '../ports/rows';
import type { Mapping } from '../run/types';
import { chooseSplit } from './choose-split';
import { columnsOfRows } from './column-types';
import { dataFiles, noDataFiles, splitsOfFiles } from './data-files';
import { detectFormat } from './format';
import { usualMaxTokens, withRows, type Inspected, type InspectOptions } from './inspect';
import { defaultLicencePolicy } from './licence';
import { rowFacts, type RowCounts } from './row-facts';
import { RowLicences } from './row-licences';
import { makeDataSheet } from './sheet';
import { languageCharacters } from './tally';
import { estimatedTokens } from './tokens';

/** A dataset of the Hub, as `datasets` loads it. */
export interface HubSplit {
  id: string;
  revision: string | null;
  config: string | null;
  split: string;
}

const hubSplit = z.object({
  ...{ id: z.string(), revision: z.string().nullable(), config: z.string().nullable(), split: z.string() },
});
const sourceSchema = z.union([z.object({ files: z.array(z.string()).min(1) }), z.object({ dataset: hubSplit })]);
type Source = z.infer<typeof sourceSchema>;

export const lookSchema = z.object({
  source: sourceSchema,
  head: z.array(z.record(z.string(), z.unknown())),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullable(),
  bytes: z.number().nullable(),
  revision: z.string().nullable(),
});
const folderSchema = z.object({ folder: z.string(), paths: z.array(z.string()) });
const quantiles = { p50: z.number(), p90: z.number(), p99: z.number(), max: z.number() };
const countSchema = z.object({
  ...{ sampled: z.number(), unusable: z.number(), anyEmpty: z.number(), exact: z.number(), near: z.number() },
  characters: z.object({ ...quantiles, total: z.number() }),
  tokens: z.object({ ...quantiles, cut: z.number() }),
  empty: z.array(z.object({ column: z.string(), count: z.number() })),
  problems: z.array(z.object({ what: z.string(), count: z.number(), example: z.string() })),
  licences: z.array(z.object({ column: z.string(), values: z.array(z.string()), unread: z.number() })),
  /** Of some rows, evenly spread; untrusted. */
  texts: z.array(z.string()),
});

export type SheetQuestion = (
  | { look: { place: string } & Omit<HubSplit, 'id'> }
  | { look: { source: Source } }
  | { list: { name?: string } }
  | { count: { source: Source; mapping: Mapping | null; maxTokens: number; tokenizer?: string } }
) & {
  /** Only what lies below these folders of the box is looked at; needed for `list`. */
  allowed?: readonly string[];
};

/** Puts a question to `ml_intern_box.sheet`. */
export type SheetAsk = (question: SheetQuestion) => Promise<unknown>;

export interface BoxRows {
  /** A file or folder of the box, or a dataset's id; a dataset alone where it is known to be one. */
  wanted: ({ place: string } & Partial<Omit<HubSplit, 'id'>>) | { dataset: HubSplit };
  /** For people. */
  box: string;
  /** Of the base model, as the box knows it; absent: tokens are estimated. */
  tokenizer?: string | undefined;
}

export interface BoxSheetOptions extends Pick<InspectOptions, 'language' | 'mapping' | 'maxTokens' | 'policy'> {
  /** Of a dataset of the Hub; undefined where it cannot be had. */
  card?: (id: string) => Promise<DatasetCard | undefined>;
}

export async function inspectOnBox(ask: SheetAsk, rows: BoxRows, options: BoxSheetOptions = {}): Promise<Inspected> {
  return sheetOnBox(ask, await looked(ask, rows), rows, options);
}

export async function sheetOnBox(
  ask: SheetAsk,
  { look, ...place }: Looked,
  { box, tokenizer }: Omit<BoxRows, 'wanted'>,
  options: BoxSheetOptions = {},
): Promise<Inspected> {
  const columns = look.columns ?? columnsOfRows(look.head);
  const detected = detectFormat(columns, look.head);
  const mapping = options.mapping === undefined ? detected.mapping : options.mapping;
  const { language = () => null, maxTokens = usualMaxTokens, policy = defaultLicencePolicy } = options;
  const card = 'dataset' in look.source ? await options.card?.(place.id) : undefined;
  const counted = countSchema.parse(
    await ask({
      count: { source: look.source, mapping, maxTokens, ...(tokenizer === undefined ? {} : { tokenizer }) },
    }),
  );
  const tokens = tokenizer === undefined ? estimatedTokens : { name: tokenizer, estimated: false };
  const facts = rowFacts(countsOf(counted, language), { mapping, tokens, maxTokens });
  const { id, config, split, splits } = place;
  const described: RowsDescription = {
    ...{ id, revision: look.revision ?? card?.revision ?? null, config, split, splits, columns },
    ...{ rows: null, bytes: look.bytes, from: `${place.from} on the box ${box}` },
  };
  const description = withRows(described, counted.sampled);
  const sheet = makeDataSheet({ card, description, detected, mapping, facts, policy });
  return { sheet, detected, examples: look.head.slice(0, mostExamples), sample: look.head };
}

const mostExamples = 5;

/** Rows that were found, before they are counted. */
export interface Looked extends Pick<RowsDescription, 'id' | 'config' | 'split' | 'splits' | 'from'> {
  look: z.infer<typeof lookSchema>;
}

async function looked(ask: SheetAsk, { wanted }: BoxRows): Promise<Looked> {
  if ('dataset' in wanted) return onlySplit(lookSchema.parse(await ask({ look: { source: wanted } })));
  const { place, revision = null, config = null, split = 'train' } = wanted;
  const answer = z.union([lookSchema, folderSchema]).parse(await ask({ look: { place, revision, config, split } }));
  return 'folder' in answer ? inFolder(ask, answer, wanted) : onlySplit(answer, split);
}

export function onlySplit(look: z.infer<typeof lookSchema>, named = 'train'): Looked {
  if ('dataset' in look.source) {
    const { id, config, split } = look.source.dataset;
    const one = { config: config ?? 'default', split };
    return { look, id, ...one, splits: [{ ...one, rows: null }], from: 'its files' };
  }
  const one = { config: 'default', split: named };
  return { look, id: look.source.files[0] ?? '', ...one, splits: [{ ...one, rows: null }], from: 'the file' };
}

/** The names of the files tell their splits, as on this machine. */
async function inFolder(
  ask: SheetAsk,
  { folder, paths }: z.infer<typeof folderSchema>,
  { config, split }: Partial<HubSplit>,
): Promise<Looked> {
  const found = dataFiles(paths);
  if (found.length === 0) throw noDataFiles(folder);
  const splits = splitsOfFiles(found);
  const chosen = chooseSplit(folder, splits, config ?? undefined, split);
  const own = found.filter((file) => file.config === chosen.config && file.split === chosen.split);
  const files = own.map(({ path }) => `${folder}/${path}`);
  const look = lookSchema.parse(await ask({ look: { source: { files } } }));
  return { look, id: folder, ...chosen, splits, from: `${files.length} file${files.length === 1 ? '' : 's'}` };
}

function countsOf(
  { licences, texts, ...counts }: z.infer<typeof countSchema>,
  language: (text: string) => string | null,
): RowCounts {
  const stated = new RowLicences();
  for (const { column, values, unread } of licences) stated.addCells(column, values, unread);
  return {
    ...counts,
    truncated: 0,
    languages: texts.map((text) => language(text.slice(0, languageCharacters))),
    licences: stated.sources(),
  };
}

/** Whoever asked knows what the answer to the question looks like. */
const program = {
  ...{ name: 'The data sheet', module: 'sheet' },
  ...{ progress: z.object({ rows: z.number() }), result: z.unknown() },
};

/** Outside of any run; `hub` is what the box is to download from. */
export function askOfPlace(
  place: ProgramPlace,
  hub: string,
  watch: { signal?: AbortSignal | undefined; onProgress?: ((rows: number) => void) | undefined },
): SheetAsk {
  const { signal, onProgress } = watch;
  return (question) =>
    runProgram(
      place,
      program,
      { ...question, hub },
      { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress: ({ rows }) => onProgress(rows) } : {}) },
    );
}
