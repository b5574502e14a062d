/** What the overlap check has to have seen of a dataset, and how many rows that overlap with the evaluation are too many. */
import type { Mapping } from './mapping';
import { mappedColumns } from './mapping/describe';

/** A few chance hits happen in clean data; more than these block the dataset until a person decides or the rows are left out. */
export const toleratedHits = 3;

export interface OverlapVerdict {
  blocked: boolean;
  /** For the person and the agent. */
  words: string;
}

export function overlapVerdict(hits: number): OverlapVerdict {
  if (hits > toleratedHits) {
    return {
      blocked: true,
      words: `${hits} rows overlap with the evaluation: leave them out, or do not use this dataset.`,
    };
  }
  const words =
    hits === 0 ? 'No overlap with the evaluation was found.' : `${hits} possible overlaps: within tolerance.`;
  return { blocked: false, words };
}

/** Columns that would be trained on and were not compared; `compared` is absent where all were. */
export function uncheckedColumns(mapping: Mapping, compared: readonly string[] | undefined): string[] {
  return compared === undefined ? [] : mappedColumns(mapping).filter((name) => !compared.includes(name));
}
