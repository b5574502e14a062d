/** Reads what a person made of a proposed dataset's use. It is checked as a recipe of the agent's is, and against what was compared. */
import { uncheckedColumns } from '../data/overlap';
import { parseRecipe } from '../data/recipe';
import { MlInternError } from '../errors';
import type { ProposalSubject, RecipeSource } from '../run/types';

export type DatasetSubject = Extract<ProposalSubject, { kind: 'dataset' }>;

export function editedSource({ source, overlap }: DatasetSubject, text: string): RecipeSource {
  const edited = read(source, text);
  const unchecked = uncheckedColumns(edited.mapping, overlap?.columns);
  if (unchecked.length === 0) return edited;
  throw new MlInternError('bad-input', `The overlap of ${unchecked.join(', ')} with the evaluation was not checked.`, {
    next: 'Use the columns that were compared, or reject it and ask for a check of all columns.',
  });
}

function read({ dataset }: RecipeSource, text: string): RecipeSource {
  const [only] = parseRecipe({ sources: [{ ...objectOf(text), dataset }] }, 'your version').sources;
  if (only === undefined) throw notJson();
  const { filters = [], ...rest } = only;
  return filters.length === 0 ? rest : only;
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below, in the same words.
  }
  throw notJson();
}

function notJson(): MlInternError {
  return new MlInternError('bad-input', 'Your version is not a JSON object.', {
    next: 'Correct it, or close it and start again from what was proposed.',
  });
}
