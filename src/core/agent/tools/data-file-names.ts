/** Data files as the agent is told of them: the id to inspect each by. Names are any text, so they are told as text from outside. */
import type { ListedFolder } from '../../data/box-files';
import type { ListedFiles } from '../../ports/workspace-files';
import { seenLine } from '../../text/unseen';
import type { ToolOutput } from './tool';

export interface FileIds extends Omit<ListedFiles, 'files'> {
  /** Where they lie, for the agent. */
  where: string;
  files: { id: string; bytes: number }[];
}

const mostNamed = 60;
const longestId = 500;

export function boxFileIds({ folder, files, ...rest }: ListedFolder): FileIds {
  const ids = files.map(({ path, bytes }) => ({ id: `box:${folder.replace(/\/$/, '')}/${path}`, bytes }));
  return { where: `box:${folder}`, files: ids, ...rest };
}

export function workspaceFileIds({ files, ...rest }: ListedFiles): FileIds {
  return { where: 'the workspace', files: files.map(({ path, bytes }) => ({ id: `file:${path}`, bytes })), ...rest };
}

export function namedFiles(places: readonly FileIds[]): Required<Pick<ToolOutput, 'facts' | 'untrusted'>> {
  const found = places.flatMap(({ files }) => files);
  // What holds a line break or something unseen could not be named by what is shown of it.
  const named = found.filter(({ id }) => id.length <= longestId && seenLine(id) === id).slice(0, mostNamed);
  const leftOut = places.reduce((sum, place) => sum + place.leftOut, found.length - named.length);
  return {
    facts: {
      files: named.length,
      leftOut,
      ...(places.every(({ complete }) => complete) ? {} : { note: 'There was too much to look at all of it.' }),
    },
    untrusted:
      named.length === 0 ? [] : [{ source: 'data files', text: named.map((file) => JSON.stringify(file)).join('\n') }],
  };
}
