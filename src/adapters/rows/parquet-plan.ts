/** Which rows of a split's Parquet files are read for a sample: spread over all groups, within a bound of bytes. */
import { MlInternError } from '../../core/errors';
import { spread } from '../../core/data/sampling';
import type { ParquetFile, RowGroup } from './parquet';

export interface PlannedGroup {
  file: ParquetFile;
  group: RowGroup;
  /** Place of the file's first row in the split. */
  offset: number;
  /** Places within the split, ascending. */
  wanted: readonly number[];
}

export interface PlanOptions {
  limit: number;
  seed: number;
  maxBytes: number;
}

export function planSample(files: readonly ParquetFile[], options: PlanOptions): PlannedGroup[] {
  const groups = withinBytes(allGroups(files), options);
  const total = groups.reduce((sum, { group }) => sum + group.rows, 0);
  const places = spread(total, options.limit, options.seed);
  let before = 0;
  let next = 0;
  return groups.flatMap(({ file, group, offset }) => {
    const first = offset + group.start - before;
    before += group.rows;
    const from = next;
    while (next < places.length && (places[next] ?? 0) < before) next++;
    const wanted = places.slice(from, next).map((place) => place + first);
    return wanted.length === 0 ? [] : [{ file, group, offset, wanted }];
  });
}

type PlacedGroup = Omit<PlannedGroup, 'wanted'>;

export function allGroups(files: readonly ParquetFile[]): PlacedGroup[] {
  let offset = 0;
  return files.flatMap((file) => {
    const placed = file.groups.map((group) => ({ file, group, offset }));
    offset += file.rows;
    return placed;
  });
}

/** All groups where they fit, else as many of them, evenly spread, as fit. */
function withinBytes(groups: readonly PlacedGroup[], { maxBytes, seed }: PlanOptions): readonly PlacedGroup[] {
  const bytes = groups.reduce((sum, { group }) => sum + group.bytes, 0);
  if (bytes <= maxBytes) return groups;
  const count = Math.max(1, Math.floor((groups.length * maxBytes) / bytes));
  const chosen = spread(groups.length, count, seed).flatMap((index) => groups[index] ?? []);
  const kept: PlacedGroup[] = [];
  let taken = 0;
  for (const placed of chosen) {
    if (taken + placed.group.bytes > maxBytes) continue;
    taken += placed.group.bytes;
    kept.push(placed);
  }
  if (kept.length > 0) return kept;
  throw new MlInternError(
    'bad-input',
    `${groups[0]?.file.source.name} is stored in groups of rows that are too large.`,
    {
      next: 'Download the file and give its path: a local file is read whole, however it is stored.',
    },
  );
}
