/** Checks a dataset against the evaluation. */
import { z } from 'zod';
import { chooseSplit } from '../../data/choose-split';
import { datasetRef, isFile } from '../../data/local-files';
import { checkOverlap } from '../../experiments/overlaps';
import type { OverlapReport } from '../../run/types';
import { inspected } from './data-inspected';
import { defineTool, type AgentTool, type ToolKit } from './tool';

export function overlapTool(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'check_overlap',
    description: 'Check every row of a dataset against the evaluation, on the box. Needed before proposing it.',
    schema: z.object({
      id: z.string(),
      config: z.string().optional(),
      split: z.string().optional(),
      questionColumn: z.string().optional().describe('Without it all text columns are compared'),
      answerColumn: z.string().optional(),
    }),
    phase: 'data',
    async run({ id, config, split, questionColumn, answerColumn }, { signal }) {
      const { bench } = kit;
      const sheet = inspected(kit, id).sheet;
      const { revision } = sheet;
      const dataset = datasetRef(sheet, chooseSplit(id, sheet.splits, config, split));
      const columns =
        questionColumn === undefined
          ? null
          : { question: questionColumn, ...(answerColumn === undefined ? {} : { answer: answerColumn }) };
      // A card that cannot be read takes nothing from the check of the rows.
      const card = isFile(id) ? null : await kit.hub.datasetCard(id, revision, signal).catch(() => null);
      const question = { dataset, columns, ...(card === null ? {} : { card: card.text }) };
      const report = await checkOverlap(bench, kit.preparation, question);
      await bench.journal.record('overlap.checked', { report });
      const { rows, items, hits, flaggedRows, blocked, kinds = {}, remarks = [] } = report;
      // The person sees them all beside the proposal; of promotion items the agent must not even see a copy.
      const dev = new Set(bench.loaded.splits.dev.map((item) => item.id));
      const examples = report.examples.filter(({ item }) => dev.has(bench.loaded.items[item]?.id ?? ''));
      return {
        facts: { id, revision, rows, items, hits, flaggedRows: flaggedRows.length, blocked, kinds, remarks },
        untrusted:
          examples.length === 0
            ? []
            : [
                {
                  source: `overlapping rows of ${id}`,
                  text: examples.map(sideBySide).join('\n\n'),
                },
              ],
      };
    },
  });
}

function sideBySide({ row, item, kind, score, rowText, itemText }: OverlapReport['examples'][number]): string {
  return `row ${row}, item ${item}: ${kind ?? 'overlap'}, score ${score}\n  row:  ${rowText}\n  item: ${itemText}`;
}
