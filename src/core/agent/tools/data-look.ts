/** Looks at the rows of a dataset: from here where this machine reaches them, else on the box. */
import type { ListedFolder } from '../../data/box-files';
import { inspectOnBox } from '../../data/box-sheet';
import { inspectRows, type Inspected } from '../../data/inspect';
import { isBoxFile, isLocalFile, pathOf } from '../../data/local-files';
import { MlInternError } from '../../errors';
import { askOfJobs } from '../../experiments/sheets';
import type { DatasetCard, RowsOnHub } from '../../ports/hub';
import type { RowSource } from '../../ports/rows';
import { withinLimit } from '../../time-limit';
import { inspectBoxFile } from './data-on-box';
import type { ToolKit } from './tool';

export interface Looked {
  card: DatasetCard | undefined;
  inspected: Inspected;
}

/** Of a folder of the box, its data files. */
export async function lookAt(
  kit: ToolKit,
  wanted: RowsOnHub,
  maxTokens: number | undefined,
  signal: AbortSignal,
): Promise<Looked | ListedFolder> {
  const options = {
    policy: kit.licences,
    language: await kit.rowTools.language(),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
  if (isBoxFile(wanted.id)) {
    const found = await inspectBoxFile(kit, wanted, options);
    return 'folder' in found ? found : { card: undefined, inspected: found };
  }
  let card: DatasetCard | undefined;
  let unreadable = isUnreachable;
  try {
    const { source, ...rest } = await opened(kit, wanted, signal, (found) => (card = found));
    unreadable = isUnreadable;
    const tokens = await kit.rowTools.tokens();
    return { ...rest, inspected: await inspectRows(source, { ...options, ...rest, tokens, signal }) };
  } catch (error) {
    if (isLocalFile(wanted.id) || signal.aborted || !unreadable(error)) throw error;
    const { id, config = null, split = 'train', revision = card?.revision ?? null } = wanted;
    const ask = askOfJobs(kit.bench, kit.preparation);
    const { path: tokenizer } = await kit.preparation.baseModel();
    const rows = { wanted: { dataset: { id, revision, config, split } }, box: kit.bench.journal.config.box, tokenizer };
    return { card, inspected: await inspectOnBox(ask, rows, { ...options, card: () => Promise.resolve(card) }) };
  }
}

const isUnreachable = (error: unknown) =>
  MlInternError.is(error, 'hub-unavailable') || MlInternError.is(error, 'timeout');
export const isUnreadable = (error: unknown) => isUnreachable(error) || MlInternError.is(error, 'bad-input');

/** The box may reach what is silent from here. */
const hubLimit = { ms: 120_000, of: 'The Hub' };

interface Opened {
  card: DatasetCard | undefined;
  source: RowSource;
}

export async function opened(
  kit: ToolKit,
  wanted: RowsOnHub,
  signal: AbortSignal,
  onCard: (card: DatasetCard) => void = () => undefined,
): Promise<Opened> {
  if (isLocalFile(wanted.id))
    return { card: undefined, source: await kit.bench.workspace.rows(pathOf(wanted.id), wanted.split) };
  // The rows are read later and may take longer: only the opening is limited, so it gets the caller's own signal.
  return withinLimit(hubLimit, signal, async () => {
    const card = await kit.hub.datasetCard(wanted.id, wanted.revision, signal);
    onCard(card);
    return { card, source: await kit.hub.rows({ ...wanted, revision: wanted.revision ?? card.revision }, signal) };
  });
}
