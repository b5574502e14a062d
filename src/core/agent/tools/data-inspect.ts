/** Inspects a dataset: its data sheet, its card, some of its rows. */
import { z } from 'zod';
import { chooseSplit } from '../../data/choose-split';
import { detectFormat } from '../../data/format';
import { makeDataSheet } from '../../data/sheet';
import { pretty } from '../../experiments/files';
import type { DatasetPreview } from '../../ports/hub';
import { defineTool, type AgentTool, type ToolKit } from './tool';

const sampleRows = 100;
const shownRows = 5;

export function inspectDataset(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'inspect_dataset',
    description:
      'The data sheet of a dataset: licence, splits, rows, columns, format, duplicates; its card and some rows.',
    schema: z.object({
      id: z.string(),
      revision: z.string().optional(),
      config: z.string().optional(),
      split: z.string().optional(),
    }),
    phase: 'data',
    async run({ id, revision, config, split }, { signal }) {
      const { hub, bench } = kit;
      const [card, splits] = await Promise.all([hub.datasetCard(id, revision, signal), hub.splits(id, signal)]);
      const chosen = chooseSplit(id, splits, config, split);
      const preview = await hub.preview(id, chosen.config, chosen.split, sampleRows, signal);
      const sheet = makeDataSheet(card, splits, preview, kit.licences);
      const file = `data/${id.replace(/[^A-Za-z0-9._-]/g, '_')}.json`;
      await bench.store.write(`${bench.runFolder}/${file}`, pretty(sheet));
      await bench.journal.record('dataset.inspected', { sheet, file });
      const { format, mapping } = detectFormat(preview.columns, preview.rows);
      return {
        facts: { sheet, format, suggestedMapping: mapping ?? null, benchmarkPrompt: bench.loaded.benchmark.prompt },
        untrusted: [
          { source: `card of ${id}`, text: card.text },
          { source: `rows of ${id}`, text: rowLines(preview) },
        ],
      };
    },
  });
}

function rowLines({ rows }: DatasetPreview): string {
  return rows
    .slice(0, shownRows)
    .map((row) => JSON.stringify(row))
    .join('\n');
}
