/** Proposes a dataset for training, or sets it aside. */
import { z } from 'zod';
import { refuseNever } from '../../approvals/never';
import { chooseSplit } from '../../data/choose-split';
import { datasetRef } from '../../data/local-files';
import { mappingSchema } from '../../data/mapping';
import { mappingUse, refuseUseless } from '../../data/mapping-use';
import { uncheckedColumns } from '../../data/overlap';
import { plainFilters, sourceHash, sourceOptions } from '../../data/recipe';
import { rowsToShow } from '../../data/sample-rows';
import { MlInternError } from '../../errors';
import type { Proposal, RecipeSource } from '../../run/types';
import { inspected, keptRows } from './data-inspected';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

const proposeSchema = z.object({
  id: z.string(),
  why: z.string(),
  config: z.string().optional(),
  split: z.string().optional(),
  mapping: mappingSchema.describe(
    'Templates over columns, e.g. {"prompt": "Question: {question}\\nAnswer:", "completion": " {answer}"}; conversations, ' +
      'preference pairs and plain text as inspect_dataset suggests them',
  ),
  weight: sourceOptions.weight,
  maxRows: sourceOptions.maxRows,
  filters: sourceOptions.filters,
  leaveOutOverlap: z.boolean().optional().describe('Leave out the rows that overlap with the evaluation'),
});

export function proposeDataset(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'propose_dataset',
    description: 'Propose an inspected and checked dataset with its mapping; a person or the policy decides.',
    schema: proposeSchema,
    phase: 'data',
    async run(args, call) {
      await refuseNever(kit.bench.store, args.id);
      const proposal = await kit.broker.propose(call.id, () => datasetProposal(kit, args, call.id));
      const decision = await kit.broker.request(proposal, call.signal);
      const { verdict, by, rule, reason, edited, never } = decision;
      return {
        facts: {
          decision: verdict === 'approve' ? 'approved' : 'rejected',
          by,
          ...(rule ? { rule } : {}),
          ...(reason ? { reason } : {}),
          ...(edited?.source ? { edited: { ...edited.source, excludeRows: edited.source.excludeRows.length } } : {}),
          ...(never ? { never } : {}),
          budget: budgetOf(kit),
        },
      };
    },
  });
}

async function datasetProposal(kit: ToolKit, args: z.infer<typeof proposeSchema>, callId: string): Promise<Proposal> {
  const { sheet, overlap } = inspected(kit, args.id);
  const dataset = datasetRef(sheet, chooseSplit(args.id, sheet.splits, args.config, args.split));
  if (sheet.config !== dataset.config || sheet.split !== dataset.split) {
    throw new MlInternError(
      'bad-input',
      `The data sheet of ${args.id} is of ${sheet.config}/${sheet.split}, not of ${dataset.config}/${dataset.split}.`,
      { next: 'Call inspect_dataset for exactly this split first: its rows and their licences may be others.' },
    );
  }
  if (overlap?.revision !== dataset.revision || overlap.config !== dataset.config || overlap.split !== dataset.split) {
    throw new MlInternError(
      'bad-input',
      `The overlap of ${args.id} (${dataset.config}/${dataset.split}) with the evaluation was not checked.`,
      {
        next: 'Call check_overlap for exactly this split first.',
      },
    );
  }
  const unchecked = uncheckedColumns(args.mapping, overlap.columns);
  if (unchecked.length > 0) {
    throw new MlInternError(
      'bad-input',
      `The overlap of ${unchecked.join(', ')} with the evaluation was not checked.`,
      {
        next: 'Call check_overlap without columns, so that all of them are compared: what an answer is made of counts too.',
      },
    );
  }
  const source: RecipeSource = {
    dataset,
    mapping: args.mapping,
    weight: args.weight ?? 1,
    ...(args.maxRows === undefined ? {} : { maxRows: args.maxRows }),
    ...(args.filters === undefined ? {} : { filters: plainFilters(args.filters) }),
    excludeRows: args.leaveOutOverlap ? overlap.flaggedRows : [],
  };
  const rows = await keptRows(kit, args.id, dataset);
  const use = mappingUse(rows, args.mapping, sheet.wouldBeCut?.maxTokens, await kit.rowTools.tokens());
  refuseUseless(use, args.id);
  return {
    id: callId,
    kind: 'dataset',
    hash: sourceHash(source),
    title: `Dataset ${args.id}`,
    why: args.why,
    subject: { kind: 'dataset', sheet, source, overlap, ...(rows.length === 0 ? {} : { use, rows: rowsToShow(rows) }) },
  };
}

export function setAside(kit: ToolKit): AgentTool {
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
