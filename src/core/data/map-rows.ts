/** Maps all rows of a source, one by one: how many become training rows, and why the others do not. */
import type { BadRow, ReadRow, RowSource } from '../ports/rows';
import { detectFormat, type DetectedFormat } from './format';
import { applyMapping, type Mapping } from './mapping';
import type { TrainingRow } from './mapping/training-row';

export interface MapOptions {
  /** Absent: what the format suggests. */
  mapping?: Mapping | undefined;
  /** Most rows to read. */
  rows?: number | undefined;
  /** Takes each training row with its place in the source. */
  onRow?: (row: TrainingRow, index: number) => Promise<void> | void;
  signal?: AbortSignal | undefined;
}

export interface UnmappedRow {
  /** Zero-based, or the place of a line that holds no row. */
  row: number | string;
  problem: string;
}

export interface MapResult {
  format: DetectedFormat['format'];
  confidence: number;
  mapping: Mapping | null;
  /** Of the whole source. */
  mapped: number;
  unmapped: number;
  unmappedBy: Record<string, number>;
  /** The first of them. */
  unmappedRows: UnmappedRow[];
  problems: string[];
  traits: DetectedFormat['traits'];
  alternatives: Mapping[];
  /** The first training rows. */
  sample: TrainingRow[];
}

/** Rows that the format is told by. */
const formatRows = 200;
const mostListed = 20;
const mostSampled = 3;

export async function mapRows(source: RowSource, options: MapOptions = {}): Promise<MapResult> {
  const work = new Work(options);
  const { columns, rows: known } = await source.describe(options.signal);
  const held: ReadRow[] = [];
  const { rows: limit, signal } = options;
  const reading = source.rows({ ...(limit === undefined ? {} : { limit }), onBad: (bad) => work.addBad(bad), signal });
  for await (const row of reading) {
    if (work.detected) await work.add(row);
    else if (held.push(row) >= formatRows) await work.begin(columns, held.splice(0));
  }
  if (!work.detected) await work.begin(columns, held);
  return work.result(Math.min(known ?? 0, limit ?? Infinity));
}

class Work {
  detected: DetectedFormat | undefined;
  private mapping: Mapping | null = null;
  private mapped = 0;
  private readonly by: Record<string, number> = {};
  private readonly listed: UnmappedRow[] = [];
  private readonly sample: TrainingRow[] = [];

  constructor(private readonly options: MapOptions) {}

  async begin(columns: readonly { name: string }[], held: readonly ReadRow[]): Promise<void> {
    this.detected = detectFormat(
      columns,
      held.map(({ row }) => row),
    );
    this.mapping = this.options.mapping ?? this.detected.mapping;
    for (const row of held) await this.add(row);
  }

  async add({ row, index }: ReadRow): Promise<void> {
    if (this.mapping === null) return this.lose(index, 'no-mapping');
    const made = applyMapping(row, this.mapping);
    if ('problem' in made) return this.lose(index, made.problem);
    this.mapped++;
    if (this.sample.length < mostSampled) this.sample.push(made.row);
    await this.options.onRow?.(made.row, index);
  }

  addBad({ place, why }: BadRow): void {
    this.lose(place, 'no-row', why);
  }

  /** `wanted`: rows that should have been read; a source may give fewer. */
  result(wanted: number): MapResult {
    const { format, confidence, problems: doubts, traits, alternatives } = this.detected ?? detectFormat([], []);
    const lost = Object.values(this.by).reduce((sum, count) => sum + count, 0);
    const read = this.mapped + lost;
    const problems = read < wanted ? [...doubts, `Only ${read} of ${wanted} rows could be read.`] : doubts;
    return {
      ...{ format, confidence, mapping: this.mapping, mapped: this.mapped, unmapped: lost },
      ...{ unmappedBy: this.by, unmappedRows: this.listed, problems, traits, alternatives, sample: this.sample },
    };
  }

  private lose(row: number | string, problem: string, why?: string): void {
    this.by[problem] = (this.by[problem] ?? 0) + 1;
    if (this.listed.length < mostListed)
      this.listed.push({ row, problem: why === undefined ? problem : `${problem}: ${why}` });
  }
}
