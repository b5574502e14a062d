/** Files of this machine as datasets: `file:PATH`, with the hash of their content as revision. */
import type { DataSheet } from '../run/types';
import type { DatasetRef } from '../run/recipe';

const prefix = /^file:(\/\/)?/;

export const isLocalFile = (id: string): boolean => prefix.test(id);
export const pathOf = (id: string): string => id.replace(prefix, '');

/** What jobs are told to read. */
export function datasetRef({ id, revision, file }: DataSheet, which: { config: string; split: string }): DatasetRef {
  return { id, revision, ...which, ...(file === undefined ? {} : { file }) };
}
