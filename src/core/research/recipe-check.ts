/** A row for the recipe table, checked against the paper: every quote must be in it, every number in its quote, every name beside it. */
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import type { PaperText } from '../ports/papers';
import type { RecipeCell, RecipeRow } from '../run/types';
import { missingNames, namesSetting } from './named';
import { missingNumbers } from './numbers';
import { paperUrl } from './paper-ids';
import { findQuote, type QuotePlace } from './quote';
import { notFound } from './quoted-text';

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

/** Refuses the row (`bad-input`) and says of each cell what its quote does not support, and which cells hold. */
export function checkedRow(paper: PaperText, claimed: ClaimedRecipe): RecipeRow {
  const { result, baseModel, data = [], method, hyperparameters = [] } = claimed;
  if (!baseModel && !method && data.length + hyperparameters.length === 0) throw nothingBehind();
  const problems: string[] = [];
  const supported: string[] = [];
  const cell = (what: string, claim: Claim, setting?: string): RecipeCell => {
    const place = findQuote(paper, claim.quote);
    const wrong = unsupportedBy(paper, claim, place, setting);
    if (wrong.length === 0) supported.push(what);
    problems.push(...wrong.map((why) => `${what}: ${why}`));
    const { value, quote } = claim;
    return { value: oneLine(value), quote: oneLine(quote), section: place?.section ?? '', place: titleOf(place) };
  };
  const cells: Omit<RecipeRow, 'id'> = {
    paper: { id: paper.id, title: oneLine(paper.title), url: paperUrl(paper) },
    result: cell('result', result),
    baseModel: baseModel ? cell('baseModel', baseModel) : null,
    data: data.map((claim, index) => cell(`data[${index}]`, claim)),
    method: method ? cell('method', method) : null,
    hyperparameters: hyperparameters.map(({ name, ...claim }) => ({
      name: oneLine(name),
      ...cell(oneLine(name), claim, name),
    })),
  };
  if (problems.length > 0) throw unsupported(problems, supported);
  return { id: sha256(JSON.stringify(cells)).slice(0, 12), ...cells };
}

/** Names are looked for around the quote, figures in it. */
function unsupportedBy(paper: PaperText, claim: Claim, place: QuotePlace | undefined, setting?: string): string[] {
  const numbers = missingNumbers(claim.value, claim.quote).map((number) => `${number} is not in its quote`);
  if (place === undefined) return [notFound(paper, `the quote "${short(claim.quote)}"`), ...numbers];
  const names = missingNames(claim.value, place.passage);
  const all = setting === undefined || namesSetting(setting, place.passage) ? names : [...names, setting];
  return [...numbers, ...all.map((name) => `"${short(name)}" is not named where its quote stands`)];
}

function titleOf(place: QuotePlace | undefined): string {
  return place === undefined ? '' : place.title || place.section;
}

function unsupported(problems: readonly string[], supported: readonly string[]): MlInternError {
  const rest = supported.length === 0 ? '' : ` Supported: ${supported.join(', ')}.`;
  return new MlInternError('bad-input', `The row is not supported by the paper: ${problems.join('; ')}.${rest}`, {
    next: `Copy each quote from read_paper (a sentence, or a row of a table with its borders) so that it holds the numbers you name, from the paragraph that names the rest as you write it, or leave the value out. Around … stand at least three words of one paragraph.`,
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
