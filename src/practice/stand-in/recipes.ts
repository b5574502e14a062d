/** A row for the recipe table out of the sentences of a paper: what was reached, and with which model, data and settings. */
import { sentences } from './quotes';
import type { ReadPaper } from './recall-papers';

interface Claim {
  value: string;
  quote: string;
}

export interface NotedRecipe {
  id: string;
  result: Claim;
  baseModel?: Claim;
  data?: Claim[];
  method?: Claim;
  hyperparameters?: (Claim & { name: string })[];
}

const telling = {
  settings: /\blearning rate (of|near)\b/i,
  result: /\b(transfers?|accuracy|better|lowers?|hurts?|harms?|suffices?|suffice|no worse|improv\w*|repairs?)\b/i,
  baseModel: /\b(start from base models?|small models|model of about)\b/i,
  data: /\b(training questions|training data|rows|sets?|pairs|conversations)\b/i,
  method: /\b(fine-tun\w*|completion|loss|prompt)\b/i,
};
const settings: readonly { name: string; pattern: RegExp }[] = [
  { name: 'learning rate', pattern: /\blearning rate (?:of|near) (\d[\d.e-]*\d|[a-z]+ [a-z]+)/i },
  { name: 'steps', pattern: /\b(?:for )?((?:[a-z]+ hundred)|\d+) steps\b/i },
  { name: 'batch size', pattern: /\bbatches of ([\w-]+)/i },
];
const longestValue = 110;

/** Null when the paper tells no result, or nothing that it was reached with. */
export function recipeOf({ id, texts }: ReadPaper): NotedRecipe | null {
  const open = new Set(texts.flatMap(sentences));
  const take = (kind: keyof typeof telling): Claim | undefined => {
    const quote = [...open].find((sentence) => telling[kind].test(sentence));
    if (quote === undefined) return undefined;
    open.delete(quote);
    return { value: shortened(quote), quote };
  };
  const quoted = take('settings')?.quote;
  const [result, baseModel, method, data] = [take('result'), take('baseModel'), take('method'), take('data')];
  const hyperparameters = quoted === undefined ? [] : settingsIn(quoted);
  if (result === undefined || (method ?? data ?? baseModel ?? hyperparameters[0]) === undefined) return null;
  return {
    ...{ id, result },
    ...(baseModel && { baseModel }),
    ...(data && { data: [data] }),
    ...(method && { method }),
    ...(hyperparameters.length > 0 && { hyperparameters }),
  };
}

function settingsIn(quote: string): (Claim & { name: string })[] {
  return settings.flatMap(({ name, pattern }) => {
    const value = pattern.exec(quote)?.[1];
    return value === undefined ? [] : [{ name, value, quote }];
  });
}

/** Whole, else up to the end of a clause, else of a word. */
function shortened(quote: string): string {
  const whole = quote.replace(/[.!?]$/, '');
  if (whole.length <= longestValue) return whole;
  const start = whole.slice(0, longestValue);
  const clause = /^(.{30,}?[^,;:])[,;:] [^,;:]*$/.exec(start)?.[1];
  return clause ?? `${start.replace(/\s+\S*$/, '')} …`;
}
