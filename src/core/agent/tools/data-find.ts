/** Finds data files: of the workspace, and of the folders of the box that the person opened to the run. */
import { z } from 'zod';
import { toMlInternError } from '../../errors';
import type { ListedFolder } from '../../data/box-files';
import { namedFiles, boxFileIds, workspaceFileIds } from './data-file-names';
import { boxFiles } from './data-on-box';
import { defineTool, type AgentTool, type ToolKit } from './tool';

export function findDataFiles(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'find_data_files',
    description:
      'The data files of the workspace and of the folders of the box that the person opened to the run, each with the id that inspect_dataset takes.',
    schema: z.object({ name: z.string().optional().describe('A part of the path, in any case') }),
    phase: 'data',
    async run({ name }, { signal }) {
      const [here, { folders, problem }] = await Promise.all([
        kit.bench.workspace.list(name, signal),
        onBox(kit, name, signal),
      ]);
      const { facts, untrusted } = namedFiles([workspaceFileIds(here), ...folders.map(boxFileIds)]);
      const { boxData = [] } = kit.bench.journal.config;
      return {
        facts: { ...facts, foldersOfTheBox: boxData, ...(problem === undefined ? {} : { boxNotLookedAt: problem }) },
        untrusted,
      };
    },
  });
}

interface OnBox {
  folders: ListedFolder[];
  /** Why they could not be looked at. */
  problem?: string;
}

/** The workspace answers also where the box does not. */
async function onBox(kit: ToolKit, name: string | undefined, signal: AbortSignal): Promise<OnBox> {
  try {
    return { folders: await boxFiles(kit, name) };
  } catch (error) {
    signal.throwIfAborted();
    return { folders: [], problem: toMlInternError(error).message };
  }
}
