/** Words that matter in a text, and how much two texts share. */

const common = new Set(
  (
    'a an and are as at be by can could do does for from get goal has have how i in into is it its let make may me model models base more most ' +
    'my of on or our out please raise should so than that the their them then there these this to train training up use using want was we what ' +
    'when where which who will with within without you your improve improved increase better best score scores exact accuracy benchmark ' +
    'benchmarks hours hour minutes budget run post tune tuning fine finetune finetuning dev set split tiny small large about after before ' +
    'share exactly right things thing know knows known pretraining pretrained percent points ' +
    'json jsonl file local practice question questions answer answers answering data dataset datasets'
  ).split(' '),
);

/** Content words, most frequent first, in order of appearance where equal. */
export function keywords(source: string): string[] {
  const counts = new Map<string, number>();
  for (const word of words(source))
    if (!common.has(word) && word.length > 2) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
}

export function words(source: string): string[] {
  return source.toLowerCase().match(/[\p{L}][\p{L}\p{N}]*/gu) ?? [];
}

/** How many of the wanted words a text holds; a plural matches its singular. */
export function relevance(source: string, wanted: readonly string[]): number {
  const present = new Set(words(source).map(stem));
  return wanted.filter((word) => present.has(stem(word))).length;
}

function stem(word: string): string {
  return word.length > 4 ? word.replace(/(ies|es|s|ing|ed)$/, '') : word;
}

export function slugOf(source: string, length = 28): string {
  const slug = source
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length)
    .replace(/^-+|-+$/g, '');
  return slug || 'experiment';
}
