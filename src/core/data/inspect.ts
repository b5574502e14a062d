/** Looks at the rows of a source and makes the data sheet of what it sees. */
import type { DatasetCard } from '../ports/hub';
import type { BadRow, ReadRow, Row, RowsDescription, RowSource } from '../ports/rows';
import type { DataSheet, Mapping } from '../run/types';
import { detectFormat, type DetectedFormat } from './format';
import { defaultLicencePolicy, type LicencePolicy } from './licence';
import { makeDataSheet } from './sheet';
import { Tally, type TallyOptions } from './tally';
import { estimatedTokens, type TokenCounter } from './tokens';

export interface InspectOptions {
  /** Most rows to look at, taken from the whole split. */
  rows?: number;
  maxTokens?: number;
  mapping?: Mapping | null;
  tokens?: TokenCounter;
  language?: TallyOptions['language'];
  policy?: LicencePolicy;
  /** Absent for files that have none. */
  card?: DatasetCard | undefined;
  signal?: AbortSignal | undefined;
}

export interface Inspected {
  sheet: DataSheet;
  detected: DetectedFormat;
  /** Some rows, for people and the agent; untrusted. */
  examples: Row[];
  /** More of them, to be kept. */
  sample: Row[];
}

export const usualSample = 10_000;
export const usualMaxTokens = 2048;
/** The same for everybody, so that two sheets of one revision agree. */
const sampleSeed = 20_26;
/** Rows that the format is told by. */
const formatRows = 200;
const exampleRows = 5;

export async function inspectRows(source: RowSource, options: InspectOptions = {}): Promise<Inspected> {
  const description = await source.describe(options.signal);
  const look = new Look(description, options);
  for await (const row of source.rows(readOptions(description, options, look))) look.add(row);
  return look.result();
}

function readOptions(description: RowsDescription, { rows = usualSample, signal }: InspectOptions, look: Look) {
  return {
    limit: rows,
    // What is known to fit is read in order; what may be larger is sampled.
    ...(description.rows !== null && description.rows <= rows ? {} : { sample: sampleSeed }),
    onBad: (bad: BadRow) => look.addBad(bad),
    onEnd: (count: number) => (look.counted = count),
    signal,
  };
}

/** Holds the first rows back until they have told the format, which says what is counted. */
class Look {
  counted: number | undefined;
  private held: ReadRow[] = [];
  private detected: DetectedFormat | undefined;
  private tally: Tally | undefined;
  private readonly sample: Row[] = [];
  private readonly bad: BadRow[] = [];

  constructor(
    private readonly description: RowsDescription,
    private readonly options: InspectOptions,
  ) {}

  add(row: ReadRow): void {
    if (this.sample.length < formatRows) this.sample.push(row.row);
    if (this.tally) this.tally.add(row);
    else if (this.held.push(row) >= formatRows) this.begin();
  }

  addBad(bad: BadRow): void {
    this.bad.push(bad);
  }

  result(): Inspected {
    const tally = this.tally ?? this.begin();
    for (const bad of this.bad) tally.addBad(bad);
    const { policy = defaultLicencePolicy, card } = this.options;
    const detected = this.detected ?? detectFormat([], []);
    const description = withRows(this.description, this.description.rows ?? this.counted ?? null);
    const sheet = makeDataSheet({
      card,
      description,
      detected,
      mapping: this.mapping(detected),
      facts: tally.facts(),
      policy,
    });
    return { sheet, detected, examples: this.sample.slice(0, exampleRows), sample: this.sample };
  }

  private begin(): Tally {
    this.detected = detectFormat(
      this.description.columns,
      this.held.map(({ row }) => row),
    );
    const { tokens = estimatedTokens, language = () => null, maxTokens = usualMaxTokens } = this.options;
    const tally = new Tally({ mapping: this.mapping(this.detected), tokens, language, maxTokens });
    for (const row of this.held) tally.add(row);
    this.held = [];
    return (this.tally = tally);
  }

  private mapping(detected: DetectedFormat): Mapping | null {
    return this.options.mapping === undefined ? detected.mapping : this.options.mapping;
  }
}

/** Once all rows of a split were read, their number is known. */
export function withRows(description: RowsDescription, rows: number | null): RowsDescription {
  const { config, split } = description;
  const splits = description.splits.map((known) =>
    known.config === config && known.split === split ? { ...known, rows: known.rows ?? rows } : known,
  );
  return { ...description, rows, splits };
}
