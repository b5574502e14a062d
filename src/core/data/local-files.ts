/** Files as datasets, with the hash of their content as revision: `file:PATH` of the workspace, `box:PATH` of the run's box. */
import type { DataSheet } from '../run/types';
import type { DatasetRef } from '../run/recipe';

const prefix = /^file:(\/\/)?/;

export const isLocalFile = (id: string): boolean => prefix.test(id);
export const pathOf = (id: string): string => id.replace(prefix, '');

const boxPrefix = /^box:(\/\/)?/;

export const isBoxFile = (id: string): boolean => boxPrefix.test(id);
export const boxPathOf = (id: string): string => id.replace(boxPrefix, '');

/** It has no card: nothing on the Hub is told of it. */
export const isFile = (id: string): boolean => isLocalFile(id) || isBoxFile(id);

const travelFolder = 'workspace/';
const longestName = 80;

/** Where it lies in the work folder of a job that it goes with: told by its content, so that no name can lead elsewhere. */
export function travelPath({ id, revision }: Pick<DataSheet, 'id' | 'revision'>): string {
  const name = pathOf(id).replace(/^.*[/\\]/s, '');
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_').slice(-longestName);
  return `${travelFolder}${revision.replace(/^sha256:/, '').slice(0, 12)}-${plain}`;
}
export const travels = (file: string): boolean => file.startsWith(travelFolder);

/** What jobs are told to read. */
export function datasetRef({ id, revision, file }: DataSheet, which: { config: string; split: string }): DatasetRef {
  return { id, revision, ...which, ...(file === undefined ? {} : { file }) };
}
