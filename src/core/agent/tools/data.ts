/** Tools for data: search, inspect, check the overlap, propose, set aside. Nothing is used that was not proposed and approved. */
import { z } from 'zod';
import { contentHash } from '../../hash';
import { detectFormat } from '../../data/format';
import { makeDataSheet } from '../../data/sheet';
import { MlInternError } from '../../errors';
import { checkOverlap } from '../../experiments/overlaps';
import { pretty } from '../../experiments/files';
import type { DatasetPreview, DatasetSplit } from '../../ports/hub';
import type { DataSheet, Proposal, RecipeSource } from '../../run/types';
import type { DatasetView } from '../../run/view';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

const sampleRows = 100;
const shownRows = 5;

export function dataTools(kit: ToolKit): AgentTool[] {
  return [searchDatasets(kit), inspectDataset(kit), overlapTool(kit), proposeDataset(kit), setAside(kit)];
}

function searchDatasets(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'search_datasets',
    description: 'Search datasets on the Hub by words, or those linked to a paper by its arXiv id.',
    schema: z.object({
      query: z.string().optional(),
      paper: z.string().optional(),
      limit: z.number().optional().describe('Default 10'),
    }),
    phase: 'data',
    async run({ query, paper, limit }, { signal }) {
      const hits = await kit.hub.searchDatasets(
        {
          ...(query === undefined ? {} : { text: query }),
          ...(paper === undefined ? {} : { paper }),
          limit: Math.min(limit ?? 10, 50),
        },
        signal,
      );
      const datasets = hits.map(({ id, downloads, likes, licence, gated, updatedAt }) => ({
        id,
        downloads,
        likes,
        licence,
        gated,
        updatedAt,
      }));
      const described = hits.filter(({ description }) => description !== '');
      return {
        facts: { datasets },
        untrusted: described.map(({ id, description }) => ({ source: `description of ${id}`, text: description })),
      };
    },
  });
}

function inspectDataset(kit: ToolKit): AgentTool {
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

function chooseSplit(
  id: string,
  splits: readonly Pick<DatasetSplit, 'config' | 'split'>[],
  config?: string,
  split?: string,
): { config: string; split: string } {
  const fitting = splits.filter(
    (known) => (config === undefined || known.config === config) && (split === undefined || known.split === split),
  );
  const chosen = fitting.find((known) => known.split === 'train') ?? fitting[0];
  if (!chosen) {
    const known = splits.map((one) => `${one.config}/${one.split}`).join(', ') || 'none';
    throw new MlInternError('bad-input', `${id} has no split ${config ?? '*'}/${split ?? '*'}.`, {
      next: `Choose one of: ${known}.`,
    });
  }
  return { config: chosen.config, split: chosen.split };
}

function overlapTool(kit: ToolKit): AgentTool {
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
    async run({ id, config, split, questionColumn, answerColumn }) {
      const { bench } = kit;
      const sheet = inspected(kit, id).sheet;
      const { revision } = sheet;
      const dataset = { id, revision, ...chooseSplit(id, sheet.splits, config, split) };
      const columns =
        questionColumn === undefined
          ? null
          : { question: questionColumn, ...(answerColumn === undefined ? {} : { answer: answerColumn }) };
      const report = await checkOverlap(bench, kit.preparation, { dataset, columns });
      await bench.journal.record('overlap.checked', { report });
      const { rows, items, hits, flaggedRows, blocked } = report;
      // The person sees them all beside the proposal; of promotion items the agent must not even see a copy.
      const dev = new Set(bench.loaded.splits.dev.map((item) => item.id));
      const examples = report.examples.filter(({ item }) => dev.has(bench.loaded.items[item]?.id ?? ''));
      return {
        facts: { id, revision, rows, items, hits, flaggedRows: flaggedRows.length, blocked },
        untrusted:
          examples.length === 0
            ? []
            : [
                {
                  source: `overlapping rows of ${id}`,
                  text: examples.map((example) => JSON.stringify(example)).join('\n'),
                },
              ],
      };
    },
  });
}

const proposeSchema = z.object({
  id: z.string(),
  why: z.string(),
  config: z.string().optional(),
  split: z.string().optional(),
  mapping: z.object({
    prompt: z.string().describe('Template over columns, e.g. "Question: {question}\\nAnswer:"'),
    completion: z.string().describe('Template over columns, e.g. " {answer}"'),
  }),
  weight: z.number().int().min(1).optional().describe('How many times each row is repeated'),
  maxRows: z.number().int().min(1).optional(),
  leaveOutOverlap: z.boolean().optional().describe('Leave out the rows that overlap with the evaluation'),
});

function proposeDataset(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'propose_dataset',
    description: 'Propose an inspected and checked dataset with its mapping; a person or the policy decides.',
    schema: proposeSchema,
    phase: 'data',
    async run(args, call) {
      const proposal = await kit.broker.propose(call.id, async () => datasetProposal(kit, args, call.id));
      const decision = await kit.broker.request(proposal, call.signal);
      const { verdict, by, rule, reason } = decision;
      return {
        facts: {
          decision: verdict === 'approve' ? 'approved' : 'rejected',
          by,
          ...(rule ? { rule } : {}),
          ...(reason ? { reason } : {}),
          budget: budgetOf(kit),
        },
      };
    },
  });
}

function datasetProposal(kit: ToolKit, args: z.infer<typeof proposeSchema>, callId: string): Proposal {
  const { sheet, overlap } = inspected(kit, args.id);
  const dataset = {
    id: args.id,
    revision: sheet.revision,
    ...chooseSplit(args.id, sheet.splits, args.config, args.split),
  };
  if (overlap?.revision !== dataset.revision || overlap.config !== dataset.config || overlap.split !== dataset.split) {
    throw new MlInternError(
      'bad-input',
      `The overlap of ${args.id} (${dataset.config}/${dataset.split}) with the evaluation was not checked.`,
      {
        next: 'Call check_overlap for exactly this split first.',
      },
    );
  }
  const unchecked = columnsOf(args.mapping.prompt).filter((name) => !(overlap.columns?.includes(name) ?? true));
  if (unchecked.length > 0) {
    throw new MlInternError(
      'bad-input',
      `The overlap of ${unchecked.join(', ')} with the evaluation was not checked.`,
      {
        next: 'Call check_overlap without columns, so that all of them are compared.',
      },
    );
  }
  const source: RecipeSource = {
    dataset,
    mapping: args.mapping,
    weight: args.weight ?? 1,
    ...(args.maxRows === undefined ? {} : { maxRows: args.maxRows }),
    excludeRows: args.leaveOutOverlap ? overlap.flaggedRows : [],
  };
  const { mapping, weight, maxRows, excludeRows } = source;
  const hash = contentHash({
    dataset: { ...dataset },
    mapping: { ...mapping },
    weight,
    maxRows: maxRows ?? null,
    excludeRows,
  });
  return {
    id: callId,
    kind: 'dataset',
    hash,
    title: `Dataset ${args.id}`,
    why: args.why,
    subject: { kind: 'dataset', sheet, source, overlap },
  };
}

/** The columns that a template asks for, as `ml_intern_box.recipe` reads it. */
function columnsOf(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].flatMap(([, name]) => name ?? []);
}

function setAside(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'set_aside_dataset',
    description: 'Record that a dataset is not to be used, and why.',
    schema: z.object({ id: z.string(), reason: z.string() }),
    phase: 'data',
    async run({ id, reason }) {
      await kit.bench.journal.record('dataset.set-aside', { id, reason });
      return { facts: { ok: true } };
    },
  });
}

function inspected(kit: ToolKit, id: string): DatasetView & { sheet: DataSheet } {
  const dataset = kit.bench.journal.view.datasets.find((known) => known.id === id);
  if (!dataset?.sheet)
    throw new MlInternError('bad-input', `${id} was not inspected.`, { next: 'Call inspect_dataset for it first.' });
  return { ...dataset, sheet: dataset.sheet };
}
