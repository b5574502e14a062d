/** Data files of the run's box: the agent may look at what lies below the folders that the person named for the run. */
import { findOnBox, listOnBox, type ListedFolder } from '../../data/box-files';
import { sheetOnBox, type BoxSheetOptions, type SheetAsk } from '../../data/box-sheet';
import type { Inspected } from '../../data/inspect';
import { boxPathOf } from '../../data/local-files';
import { MlInternError } from '../../errors';
import { askOfJobs } from '../../experiments/sheets';
import type { RowsOnHub } from '../../ports/hub';
import type { ToolKit } from './tool';

/** The data sheet of a file, or what a folder holds. */
export async function inspectBoxFile(
  kit: ToolKit,
  { id, split }: Pick<RowsOnHub, 'id' | 'split'>,
  options: BoxSheetOptions,
): Promise<Inspected | ListedFolder> {
  const ask = askOfFolders(kit, openFolders(kit, id));
  const found = await findOnBox(ask, boxPathOf(id), split);
  if ('folder' in found) return found;
  const { path: tokenizer } = await kit.preparation.baseModel();
  return sheetOnBox(ask, found, { box: kit.bench.journal.config.box, tokenizer }, options);
}

/** Of every folder that is open to the run; none where none is. */
export async function boxFiles(kit: ToolKit, name?: string): Promise<ListedFolder[]> {
  const { boxData = [] } = kit.bench.journal.config;
  return boxData.length === 0 ? [] : listOnBox(askOfFolders(kit, boxData), name);
}

function askOfFolders({ bench, preparation }: ToolKit, folders: readonly string[]): SheetAsk {
  return askOfJobs(bench, preparation, folders);
}

function openFolders({ bench }: ToolKit, id: string): readonly string[] {
  const { box, boxData = [] } = bench.journal.config;
  if (boxData.length > 0) return boxData;
  throw new MlInternError('bad-input', `No folder of the box ${box} is open to this run, so ${id} cannot be read.`, {
    next: 'Use other data, and tell the person: a run that is started with --box-data DIR (the setting mlIntern.box.dataFolders) may read the data files in that folder.',
  });
}
