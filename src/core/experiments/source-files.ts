/** Files that go with a job because they hold the rows that it reads: those written for the run, and those of the workspace. */
import { isLocalFile, pathOf, travels } from '../data/local-files';
import { MlInternError } from '../errors';
import type { LocalFile } from '../ports/box-files';
import type { DatasetRef } from '../run/recipe';
import type { Bench, WorkOrder } from './bench';

type Datasets = readonly DatasetRef[];

/** Other files lie on the box. */
export async function sourceFiles(
  bench: Bench,
  datasets: Datasets,
): Promise<Required<Pick<WorkOrder, 'files' | 'onDisk'>>> {
  return { files: await ownRows(bench, datasets), onDisk: await ofWorkspace(bench, datasets) };
}

/** Rows that were written for the run; the recipe holds their hash. */
async function ownRows({ journal, store, runFolder }: Bench, datasets: Datasets): Promise<Record<string, string>> {
  const own = new Set(journal.view.generated.map(({ file }) => file));
  const files = datasets.flatMap(({ file }) => (file !== undefined && own.has(file) ? [file] : []));
  const read = async (file: string) => [file, (await store.read(`${runFolder}/${file}`)) ?? ''] as const;
  return Object.fromEntries(await Promise.all([...new Set(files)].map(read)));
}

/** A box that is this machine reads them where they lie; they must be what was inspected in any case. */
async function ofWorkspace(
  { workspace, takesFiles, journal }: Bench,
  datasets: Datasets,
): Promise<Record<string, LocalFile>> {
  const travelling: Record<string, LocalFile> = {};
  for (const dataset of datasets.filter(({ id }) => isLocalFile(id))) {
    const now = await workspace.file(pathOf(dataset.id));
    if (dataset.revision !== `sha256:${now.sha256}`) throw changed(dataset.id);
    if (dataset.file === undefined || !travels(dataset.file)) continue;
    if (!takesFiles) throw cannotTravel(dataset.id, journal.config.box);
    travelling[dataset.file] = now;
  }
  return travelling;
}

/** Told before any other job is paid for; the box itself would refuse it too. */
function cannotTravel(id: string, box: string): MlInternError {
  return new MlInternError('bad-input', `${id} lies on this machine, and the box ${box} takes no files.`, {
    next: 'Use a dataset of the Hub; or tell the person to put the data there, or to use a box over SSH.',
  });
}

function changed(id: string): MlInternError {
  return new MlInternError('not-approved', `${id} is not the file that was inspected: its content changed.`, {
    next: 'Put the old content back; or inspect, check and propose it again as it is now.',
  });
}
