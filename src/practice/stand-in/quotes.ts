/** Finding a sentence in a paper that bears on a choice of data, and saying what it bears on. */

export interface Quote {
  text: string;
  topic: string;
}

const topics: { name: string; pattern: RegExp; weight: number }[] = [
  { name: 'the form of the prompt', pattern: /\b(format|prompt|template|phras\w*|wording)\b/i, weight: 3 },
  { name: 'leaking test items', pattern: /\b(contaminat\w*|leak\w*|overlap\w*|memoris\w*|memoriz\w*)\b/i, weight: 3 },
  {
    name: 'noise and quality',
    pattern: /\b(nois\w*|quality|clean\w*|filter\w*|wrong|(un)?checked|duplicat\w*|careful\w*)\b/i,
    weight: 2,
  },
  { name: 'mixing sources', pattern: /\b(mixtur\w*|mix(es|ed|ing)?|blend\w*|sources?)\b/i, weight: 2 },
  { name: 'how much to train', pattern: /\b(epochs?|learning rate|steps|passes|overfit\w*)\b/i, weight: 1 },
];
const finding =
  /\b(we (find|found|show|observe|see)|helps?|hurts?|rais(es|ed)|lower(s|ed)|improv\w*|worse|better|more than|matters?)\b/i;
const aboutData = /\b(data|dataset|datasets|rows?|examples?|questions?|answers?|training)\b/i;

/** The most telling sentence that was not refused before, exactly as it stands in the text. */
export function bestQuote(texts: readonly string[], refused: ReadonlySet<string>): Quote | null {
  const candidates = texts
    .flatMap(sentences)
    .filter((sentence) => !refused.has(sentence))
    .map((sentence) => ({ sentence, ...judge(sentence) }))
    .filter((candidate) => candidate.score > 0)
    .sort((a, b) => b.score - a.score);
  const best = candidates[0];
  return best ? { text: best.sentence, topic: best.topic } : null;
}

function judge(sentence: string): { score: number; topic: string } {
  const hits = topics.filter((topic) => topic.pattern.test(sentence));
  const [first] = [...hits].sort((a, b) => b.weight - a.weight);
  if (!first || !aboutData.test(sentence)) return { score: 0, topic: '' };
  const weights = hits.reduce((sum, topic) => sum + topic.weight, 0);
  return { score: weights + (finding.test(sentence) ? 3 : 0), topic: first.name };
}

/** Sentences of one line each, so that a quote survives re-wrapping. */
export function sentences(source: string): string[] {
  return source
    .split('\n')
    .flatMap((line) => line.match(/[^.!?]+(?:\.(?=\d)[^.!?]*)*[.!?]+/g) ?? [])
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length >= 40 && sentence.length <= 300 && !/^[#|>*-]/.test(sentence));
}
