/** A shape that rows may have. How sure it is comes of the names and cells, and of how many rows its mapping fits. */
import type { Mapping } from '../mapping';
import type { Table } from './table';

export type DataFormat =
  | 'messages'
  | 'sharegpt'
  | 'nested-lists'
  | 'alpaca'
  | 'prompt-completion'
  | 'preference'
  | 'kto'
  | 'question-choices'
  | 'question-answer'
  | 'reasoning'
  | 'text'
  | 'unknown';

export interface Candidate {
  format: DataFormat;
  /** Null when no mapping can express it. */
  mapping: Mapping | null;
  /** How sure it is if all rows can be mapped, 0 to 1. */
  base: number;
  /** Lowers the confidence, not the rank: the shape is plain, what to make of it is not. Default 1. */
  doubt?: number;
  problems?: string[];
  /** Other readings, for a person or the agent to choose. */
  alternatives?: Mapping[];
}

export type Detector = (table: Table) => Candidate[];

export function pair(prompt: string, completion: string): Mapping {
  return { prompt, completion };
}
