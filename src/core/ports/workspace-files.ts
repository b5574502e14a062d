/** Data files of the workspace. Paths count from it; whatever is or leads outside, or is not for the agent, is refused (`bad-input`). */
import type { LocalFile } from './box-files';
import type { RowSource } from './rows';

export interface ListedFiles {
  /** With `/` between the parts of a path. Names are any text. */
  files: { path: string; bytes: number }[];
  /** Files that are not told, or not to be read. */
  leftOut: number;
  /** False when there was too much to look at. */
  complete: boolean;
}

export interface WorkspaceFiles {
  rows(path: string, split?: string): Promise<RowSource>;
  /** The file as it is now, to be sent to a box by its content. */
  file(path: string): Promise<LocalFile>;
  /** The data files whose path holds `name`. */
  list(name?: string, signal?: AbortSignal): Promise<ListedFiles>;
}
