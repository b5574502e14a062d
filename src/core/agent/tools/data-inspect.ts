/** Inspects a dataset: its data sheet, its card, some of its rows. */
import { z } from 'zod';
import { inspectOnBox } from '../../data/box-sheet';
import { inspectRows, type Inspected } from '../../data/inspect';
import { fileOf } from '../../data/kept-rows';
import { isLocalFile, pathOf } from '../../data/local-files';
import { MlInternError } from '../../errors';
import { pretty } from '../../experiments/files';
import { askOfJobs } from '../../experiments/sheets';
import type { DatasetCard, RowsOnHub } from '../../ports/hub';
import type { RowSource } from '../../ports/rows';
import { keepRows } from './data-inspected';
import { defineTool, type AgentTool, type ToolKit } from './tool';

/** What the agent is shown of a row; the sheet says how long rows are. */
const longestShownRow = 4000;

export function inspectDataset(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'inspect_dataset',
    description:
      'The data sheet of a dataset: licence, access, splits, rows, columns, format, lengths, language, duplicates, how many rows training could use; its card and some rows.',
    schema: z.object({
      id: z.string().describe('Of the Hub, or file:PATH of a data file in the workspace'),
      revision: z.string().optional(),
      config: z.string().optional(),
      split: z.string().optional(),
      maxTokens: z.number().int().min(1).optional().describe('Longer rows would be cut in training'),
    }),
    phase: 'data',
    async run({ id, revision, config, split, maxTokens }, { signal }) {
      const { bench } = kit;
      const {
        card,
        inspected: { sheet: made, detected, examples, sample },
      } = await looked(kit, { id, revision, config, split }, maxTokens, signal);
      const sheet = isLocalFile(id) ? { ...made, id, file: made.id } : made;
      const file = fileOf(id, 'json');
      await bench.store.write(`${bench.runFolder}/${file}`, pretty(sheet));
      await keepRows(kit, sheet, sample);
      await bench.journal.record('dataset.inspected', { sheet, file });
      const { format, confidence, mapping, problems, alternatives } = detected;
      return {
        facts: {
          ...{ sheet, format, confidence, suggestedMapping: mapping, otherMappings: alternatives },
          benchmarkPrompt: bench.loaded.benchmark.prompt,
        },
        untrusted: [
          ...(card ? [{ source: `card of ${id}`, text: card.text }] : []),
          ...(problems.length === 0 ? [] : [{ source: `doubts about the format of ${id}`, text: problems.join('\n') }]),
          { source: `rows of ${id}`, text: examples.map(rowLine).join('\n') },
        ],
      };
    },
  });
}

interface Looked {
  card: DatasetCard | undefined;
  inspected: Inspected;
}

/** From here where the viewer or the files by range give rows, else on the box, which looks at all of them. */
async function looked(
  kit: ToolKit,
  wanted: RowsOnHub,
  maxTokens: number | undefined,
  signal: AbortSignal,
): Promise<Looked> {
  const options = {
    policy: kit.licences,
    language: await kit.rowTools.language(),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
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
const isUnreadable = (error: unknown) => isUnreachable(error) || MlInternError.is(error, 'bad-input');

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
  if (isLocalFile(wanted.id)) return { card: undefined, source: await openedFile(kit, wanted) };
  const card = await kit.hub.datasetCard(wanted.id, wanted.revision, signal);
  onCard(card);
  return { card, source: await kit.hub.rows({ ...wanted, revision: wanted.revision ?? card.revision }, signal) };
}

/** Jobs read the file where it lies, so the box has to be this machine. */
async function openedFile({ bench, rowTools }: ToolKit, { id, split }: RowsOnHub): Promise<RowSource> {
  if (bench.journal.config.box !== 'local') {
    throw new MlInternError('bad-input', `${id} lies on this machine, and the run's box is another one.`, {
      next: 'Use a dataset of the Hub, or tell the person to put the file there or to run on the local box.',
    });
  }
  return rowTools.openFile(pathOf(id), split);
}

function rowLine(row: Record<string, unknown>): string {
  const line = JSON.stringify(row);
  return line.length > longestShownRow ? `${line.slice(0, longestShownRow)} … (${line.length} characters)` : line;
}
