/** What a person may change of a proposed dataset, as text to edit: how rows are used, never which dataset it is. */
import type { RecipeSource } from '../run/types';

export function sourceText({ dataset: _, ...use }: RecipeSource): string {
  const { mapping, filters = [], ...rest } = use;
  return `${JSON.stringify({ mapping, filters, ...rest }, null, 2)}\n`;
}
