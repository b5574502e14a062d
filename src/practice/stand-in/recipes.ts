/** A row for the recipe table out of the sentences of a paper: what was reached, and with which data and settings. */
import { sentences } from './quotes';
import type { ReadPaper } from './recall-papers';

interface Claim {
  value: string;
  quote: string;
}

export interface NotedRecipe {
  id: string;
  result: Claim;
  data?: Claim[];
  method?: Claim;
  hyperparameters?: (Claim & { name: string })[];
}

const telling = {
  result: /\b(transfers?|accuracy|better|lowers?|hurts?|suffices?|suffice|no worse|improv\w*)\b/i,
  data: /\b(training questions|answers?|rows|clean|unchecked|set)\b/i,
  method: /\b(fine-tun\w*|completion|loss|prompt)\b/i,
  'learning rate': /\blearning rate\b/i,
};
const longestValue = 100;

/** Null when the paper tells no result, or nothing that it was reached with. */
export function recipeOf({ id, texts }: ReadPaper): NotedRecipe | null {
  const open = new Set(texts.flatMap(sentences));
  const take = (kind: keyof typeof telling): Claim | undefined => {
    const quote = [...open].find((sentence) => telling[kind].test(sentence));
    if (quote === undefined) return undefined;
    open.delete(quote);
    return {
      value: quote.length > longestValue ? `${quote.slice(0, longestValue).replace(/\s+\S*$/, '')} …` : quote,
      quote,
    };
  };
  const rate = take('learning rate');
  const [result, method, data] = [take('result'), take('method'), take('data')];
  if (result === undefined || (method ?? data ?? rate) === undefined) return null;
  return {
    ...{ id, result },
    ...(data && { data: [data] }),
    ...(method && { method }),
    ...(rate && { hyperparameters: [{ name: 'learning rate', ...rate }] }),
  };
}
