/** An experiment to be written, and what ideas are made from. */
import { byPromise } from './data-judgement';
import type { Facts } from './facts';
import type { Memory } from './memory';
import type { Config } from './numbers';
import { approved, type Candidate } from './recall-datasets';
import type { Experiment, Source } from './recall-experiments';
import { topicWords } from './topic';

export interface Idea {
  slug: string;
  parent: string | null;
  hypothesis: string;
  sources: Source[];
  mixture?: Facts;
  config: Config;
}

/** Sources with their filters, and what holds over all of them. */
export type Data = Pick<Idea, 'sources' | 'mixture'>;

export function dataOf({ sources, mixture }: Experiment): Data {
  return { sources, ...(mixture ? { mixture } : {}) };
}

/** Approved data, most promising first. */
export function ranked(memory: Memory): Candidate[] {
  return byPromise(approved(memory), topicWords(memory));
}

export function nameOf(id: string): string {
  return id.split('/').at(-1) ?? id;
}
