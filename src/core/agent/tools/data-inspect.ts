/** Inspects a dataset: its data sheet, its card, some of its rows. */
import { z } from 'zod';
import { inspectRows } from '../../data/inspect';
import { pretty } from '../../experiments/files';
import { defineTool, type AgentTool, type ToolKit } from './tool';

/** What the agent is shown of a row; the sheet says how long rows are. */
const longestShownRow = 4000;

export function inspectDataset(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'inspect_dataset',
    description:
      'The data sheet of a dataset: licence, access, splits, rows, columns, format, lengths, language, duplicates, how many rows training could use; its card and some rows.',
    schema: z.object({
      id: z.string(),
      revision: z.string().optional(),
      config: z.string().optional(),
      split: z.string().optional(),
      maxTokens: z.number().int().min(1).optional().describe('Longer rows would be cut in training'),
    }),
    phase: 'data',
    async run({ id, revision, config, split, maxTokens }, { signal }) {
      const { hub, bench } = kit;
      const card = await hub.datasetCard(id, revision, signal);
      const source = await hub.rows({ id, revision: revision ?? card.revision, config, split }, signal);
      const { sheet, detected, examples } = await inspectRows(source, {
        card,
        policy: kit.licences,
        language: await kit.rowTools.language(),
        tokens: await kit.rowTools.tokens(),
        ...(maxTokens === undefined ? {} : { maxTokens }),
        signal,
      });
      const file = `data/${id.replace(/[^A-Za-z0-9._-]/g, '_')}.json`;
      await bench.store.write(`${bench.runFolder}/${file}`, pretty(sheet));
      await bench.journal.record('dataset.inspected', { sheet, file });
      const { format, confidence, mapping, problems, alternatives } = detected;
      return {
        facts: {
          ...{ sheet, format, confidence, suggestedMapping: mapping, otherMappings: alternatives },
          benchmarkPrompt: bench.loaded.benchmark.prompt,
        },
        untrusted: [
          { source: `card of ${id}`, text: card.text },
          ...(problems.length === 0 ? [] : [{ source: `doubts about the format of ${id}`, text: problems.join('\n') }]),
          { source: `rows of ${id}`, text: examples.map(rowLine).join('\n') },
        ],
      };
    },
  });
}

function rowLine(row: Record<string, unknown>): string {
  const line = JSON.stringify(row);
  return line.length > longestShownRow ? `${line.slice(0, longestShownRow)} … (${line.length} characters)` : line;
}
