/** Tries a mapping on rows, and shows what the model would be trained on. */
import { z } from 'zod';
import { usualMaxTokens } from '../../data/inspect';
import { lintRow, type LintFinding, type Linted } from '../../data/lint/lint';
import { marked } from '../../data/lint/marked';
import { mapRows } from '../../data/map-rows';
import { mappingSchema } from '../../data/mapping';
import type { TrainingRow } from '../../data/mapping/training-row';
import { datasetId } from './data-inspect';
import { tryRows } from './data-try';
import { defineTool, type AgentTool, type ToolKit } from './tool';

const readRows = 500;
const shownRows = 3;
const longestShown = 3000;

export function previewRows(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'preview_rows',
    description:
      'Try a mapping on rows of a dataset: how many can be mapped and why not the others; the rows through the chat template of the base model, with what is masked and what is trained on.',
    schema: z.object({
      id: datasetId,
      revision: z.string().optional(),
      config: z.string().optional(),
      split: z.string().optional(),
      mapping: mappingSchema.optional().describe('Default: the one that the format suggests'),
      maxTokens: z.number().int().min(1).optional().describe('Longer rows would be cut in training'),
    }),
    phase: 'data',
    async run({ id, mapping, maxTokens = usualMaxTokens, ...where }, { signal }) {
      const [template, tokens] = await Promise.all([kit.rowTools.template(), kit.rowTools.tokens()]);
      const tried = await tryRows(kit, { id, ...where }, signal, async (source) => {
        const linted: Linted[] = [];
        const onRow = (row: TrainingRow, index: number) => {
          if (template) linted.push(lintRow(row, index, { template, tokens, maxTokens }));
        };
        return { linted, mapping: await mapRows(source, { mapping, rows: readRows, signal, onRow }) };
      });
      const { linted, mapping: result } = tried.result;
      const { format, confidence, mapped, unmapped, unmappedBy, unmappedRows } = result;
      const findings = linted.flatMap((each) => each.findings);
      return {
        facts: {
          ...(tried.note === undefined ? {} : { note: tried.note }),
          ...{ format, confidence, mapping: result.mapping, mapped, unmapped, unmappedBy },
          unmappedRows: unmappedRows.map(({ row }) => row),
          chatTemplate: template?.name ?? null,
          toMind: ruleCounts(findings),
        },
        untrusted: [
          {
            source: `doubts about ${id}`,
            text: [...result.problems, ...findings.slice(0, 10).map(inWords)].join('\n'),
          },
          { source: `training rows of ${id}`, text: shown(linted, result.sample) },
        ],
      };
    },
  });
}

function ruleCounts(findings: readonly LintFinding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

function inWords({ row, rule, message }: LintFinding): string {
  return `row ${row}, ${rule}: ${message}`;
}

/** What is trained on between ⟦ and ⟧; without a template the rows as they are. */
function shown(linted: readonly Linted[], sample: readonly TrainingRow[]): string {
  const rendered = linted.slice(0, shownRows).flatMap((each) => each.rendered);
  const texts = rendered.map(({ spans }) => marked(spans));
  const lines = texts.length > 0 ? texts : sample.map((row) => JSON.stringify(row));
  return lines.map((text) => (text.length > longestShown ? `${text.slice(0, longestShown)} …` : text)).join('\n\n');
}
