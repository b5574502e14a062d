/** A row for the recipe table, checked against the paper: every quote must be in it, and every number in its quote. */
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import type { PaperText } from '../ports/papers';
import type { RecipeCell, RecipeRow } from '../run/types';
import { missingNumbers } from './numbers';
import { findQuote } from './quote';

export interface Claim {
  value: string;
  quote: string;
}

/** A row as it is claimed. */
export interface ClaimedRecipe {
  result: Claim;
  baseModel?: Claim | undefined;
  data?: Claim[] | undefined;
  method?: Claim | undefined;
  hyperparameters?: (Claim & { name: string })[] | undefined;
}

export const paperUrl = (id: string): string => `https://arxiv.org/abs/${id}`;

/** Refuses the row (`bad-input`) and names each quote that is not in the paper, and each number that is not in its quote. */
export function checkedRow(paper: PaperText, claimed: ClaimedRecipe): RecipeRow {
  const { result, baseModel, data = [], method, hyperparameters = [] } = claimed;
  if (!baseModel && !method && data.length + hyperparameters.length === 0) throw nothingBehind();
  const problems: string[] = [];
  const cell = (what: string, claim: Claim): RecipeCell => {
    const place = findQuote(paper, claim.quote);
    if (place === undefined) problems.push(`${what}: the quote "${short(claim.quote)}" is not in paper ${paper.id}`);
    problems.push(
      ...missingNumbers(claim.value, claim.quote).map((number) => `${what}: ${number} is not in its quote`),
    );
    const { value, quote } = claim;
    return { value: oneLine(value), quote: oneLine(quote), section: place?.section ?? '', place: titleOf(place) };
  };
  const cells: Omit<RecipeRow, 'id'> = {
    paper: { id: paper.id, title: oneLine(paper.title), url: paperUrl(paper.id) },
    result: cell('result', result),
    baseModel: baseModel ? cell('baseModel', baseModel) : null,
    data: data.map((claim, index) => cell(`data[${index}]`, claim)),
    method: method ? cell('method', method) : null,
    hyperparameters: hyperparameters.map(({ name, ...claim }) => ({
      name: oneLine(name),
      ...cell(oneLine(name), claim),
    })),
  };
  if (problems.length > 0) throw unsupported(problems);
  return { id: sha256(JSON.stringify(cells)).slice(0, 12), ...cells };
}

function titleOf(place: { section: string; title: string } | undefined): string {
  return place === undefined ? '' : place.title || place.section;
}

function unsupported(problems: readonly string[]): MlInternError {
  return new MlInternError('bad-input', `The row is not supported by the paper: ${problems.join('; ')}.`, {
    next: 'Copy each quote from read_paper (a sentence, or a row of a table with its borders) so that it holds the numbers you name, or leave the value out.',
  });
}

function nothingBehind(): MlInternError {
  return new MlInternError('bad-input', 'A result alone is no recipe.', {
    next: 'Name what it was reached with: at least one of baseModel, data, method or hyperparameters, with a quote.',
  });
}

function short(text: string): string {
  const line = oneLine(text);
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
