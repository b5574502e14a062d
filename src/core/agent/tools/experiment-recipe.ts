/** What an experiment trains on: approved datasets, in the mixture that the agent asks for. */
import { z } from 'zod';
import { plainFilters, recipeOptions, sourceOptions } from '../../data/recipe';
import { MlInternError } from '../../errors';
import type { GeneratedRows, Recipe, RecipeSource } from '../../run/types';
import type { RunView } from '../../run/view';
import type { ToolKit } from './tool';

export const sourceSchema = z.object({
  id: z.string().describe('Id of an approved dataset, or the file that generate_rows returned'),
  ...sourceOptions,
  filters: sourceOptions.filters.describe('On top of those that were approved with the dataset'),
});
const { maxTokens, dedup, caps } = recipeOptions;
export const mixtureSchema = z.object({ maxTokens, dedup, caps });

type Source = z.infer<typeof sourceSchema>;

export async function recipeOf(
  kit: ToolKit,
  sources: readonly Source[],
  mixture: z.infer<typeof mixtureSchema> = {},
): Promise<Recipe> {
  if (sources.length === 0)
    throw new MlInternError('bad-input', 'An experiment needs at least one approved dataset.', {
      next: 'Propose a dataset first.',
    });
  if (new Set(sources.map(({ share }) => share === undefined)).size > 1)
    throw new MlInternError('bad-input', 'Only some of the sources have a share.', {
      next: 'Give each source a share, or none.',
    });
  const { view, config } = kit.bench.journal;
  const given = JSON.parse(JSON.stringify(mixture)) as Partial<Recipe>;
  // Also where nothing is counted in tokens: the box renders some of the rows through it.
  const { path: tokenizer } = await kit.preparation.baseModel();
  return { seed: config.seed, tokenizer, sources: sources.map((each) => approvedSource(view, each)), ...given };
}

function approvedSource(view: RunView, { id, weight, share, maxRows, filters = [] }: Source): RecipeSource {
  const written = view.generated.find(({ file }) => file === id);
  if (written) return generatedSource(written, { id, weight, share, maxRows, filters });
  const approved = view.proposals.findLast(
    ({ proposal, decision }) =>
      proposal.subject.kind === 'dataset' && proposal.subject.sheet.id === id && decision?.verdict === 'approve',
  );
  if (approved?.proposal.subject.kind !== 'dataset') {
    throw new MlInternError('not-approved', `The dataset ${id} was not approved.`, {
      next: 'Propose it and use it only when it is approved.',
    });
  }
  const source = approved.decision?.edited?.source ?? approved.proposal.subject.source;
  const all = [...(source.filters ?? []), ...plainFilters(filters)];
  return {
    ...source,
    weight: weight ?? source.weight,
    ...(share === undefined ? {} : { share }),
    ...(maxRows === undefined ? {} : { maxRows: Math.min(maxRows, source.maxRows ?? maxRows) }),
    ...(all.length === 0 ? {} : { filters: all }),
  };
}

/** Rows that were approved before they were written, and checked against the evaluation as they came. */
function generatedSource(
  { file, sha256, mapping }: GeneratedRows,
  { weight = 1, share, maxRows, filters = [] }: Source,
): RecipeSource {
  return {
    dataset: { id: file, file, revision: `sha256:${sha256}`, config: '', split: 'train' },
    ...{ mapping, weight, excludeRows: [] },
    ...(share === undefined ? {} : { share }),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(filters.length === 0 ? {} : { filters: plainFilters(filters) }),
  };
}
