/** Inspects a dataset: its data sheet, its card, some of its rows. */
import { z } from 'zod';
import type { ListedFolder } from '../../data/box-files';
import { fileOf } from '../../data/kept-rows';
import { isBoxFile, isLocalFile, travelPath } from '../../data/local-files';
import { pretty } from '../../experiments/files';
import type { DataSheet } from '../../run/types';
import { keepRows } from './data-inspected';
import { boxFileIds, namedFiles } from './data-file-names';
import { lookAt, type Looked } from './data-look';
import { defineTool, type AgentTool, type ToolKit, type ToolOutput } from './tool';

/** What the agent is shown of a row; the sheet says how long rows are. */
const longestShownRow = 4000;

export const datasetId = z
  .string()
  .describe('Of the Hub, file:PATH of a data file in the workspace, or box:PATH of one on the box');

export function inspectDataset(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'inspect_dataset',
    description:
      'The data sheet of a dataset: licence, access, splits, rows, columns, format, lengths, language, duplicates, how many rows training could use; its card and some rows. Of a folder of the box, its data files.',
    schema: z.object({
      id: datasetId,
      revision: z.string().optional(),
      config: z.string().optional(),
      split: z.string().optional(),
      maxTokens: z.number().int().min(1).optional().describe('Longer rows would be cut in training'),
    }),
    phase: 'data',
    async run({ id, revision, config, split, maxTokens }, { signal }) {
      const found = await lookAt(kit, { id, revision, config, split }, maxTokens, signal);
      return 'folder' in found ? folderOutput(found) : sheetOutput(kit, id, found);
    },
  });
}

function folderOutput(folder: ListedFolder): ToolOutput {
  const { facts, untrusted } = namedFiles([boxFileIds(folder)]);
  return { facts: { next: 'It is a folder: inspect one of its data files.', ...facts }, untrusted };
}

async function sheetOutput(
  kit: ToolKit,
  id: string,
  { card, inspected: { sheet: made, detected, examples, sample } }: Looked,
): Promise<ToolOutput> {
  const { bench } = kit;
  const sheet = { ...made, ...placeOf(kit, id, made) };
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
}

/** Jobs read a file of the box where it lies, and so one of the workspace when the box is this machine; else it goes with the job. */
function placeOf(
  { bench }: ToolKit,
  id: string,
  { id: path, revision }: DataSheet,
): Partial<Pick<DataSheet, 'id' | 'file'>> {
  if (isBoxFile(id)) return { id, file: path };
  if (!isLocalFile(id)) return {};
  return { id, file: bench.journal.config.box === 'local' ? path : travelPath({ id, revision }) };
}

function rowLine(row: Record<string, unknown>): string {
  const line = JSON.stringify(row);
  return line.length > longestShownRow ? `${line.slice(0, longestShownRow)} … (${line.length} characters)` : line;
}
