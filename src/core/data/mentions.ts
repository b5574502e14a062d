/** Datasets that a text speaks of: ids and addresses of the Hub, and names beside words such as "dataset" or "corpus". */

export interface DatasetMention {
  /** An id of the Hub (`owner/name`) can be inspected; a name has to be searched for. */
  kind: 'id' | 'name';
  value: string;
  times: number;
  /** Where it stands; untrusted. */
  quote: string;
}

const address = /(?:huggingface\.co|hf\.co)\/datasets\/([\w-]+\/[\w.-]+|[\w.-]+)/g;
const id = /(?<![\w./:-])([A-Za-z][\w-]{1,40}\/[A-Za-z][\w.-]{2,80})(?![\w/])/g;
const kinds = '(?:data ?sets?|datasets?|corpus|corpora|benchmarks?|(?:training|test|evaluation) sets?)';
const name = '([A-Z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*(?: (?:[A-Z][A-Za-z0-9]*|\\d+)(?:[-.][A-Za-z0-9]+)*){0,3})';
const named = [
  new RegExp(`\\b${name} ${kinds}\\b`, 'g'),
  new RegExp(`\\b${kinds}(?: (?:called|named|of|from|like|such as|is|are|,))? ${name}`, 'g'),
];
/** Begin sentences, or are no names of data. */
const common = new Set(
  (
    'the this that these those our we a an each all both many most other such several some any in on for from with as and or ' +
    'training test evaluation validation table figure section appendix hugging face large new public human synthetic it they ' +
    'english chinese multilingual instruction preference using llm llms nlp ai existing original final full open their its no'
  ).split(' '),
);
/** Words near which `a/b` is a dataset and not "and/or" or a path. */
const near = new RegExp(`${kinds}|hugging ?face|\\bhub\\b`, 'i');
const nearCharacters = 120;
const quoteCharacters = 80;
const mostMentions = 50;

export function datasetMentions(text: string): DatasetMention[] {
  const found = new Map<string, DatasetMention>();
  const note = (kind: DatasetMention['kind'], value: string, at: number): void => {
    const key = value.toLowerCase();
    const known = found.get(key);
    if (known) known.times++;
    else found.set(key, { kind, value, times: 1, quote: around(text, at, quoteCharacters).trim() });
  };
  for (const match of text.matchAll(address)) note('id', trimmed(match[1] ?? ''), match.index);
  for (const match of text.matchAll(id)) {
    if (near.test(around(text, match.index, nearCharacters)) && isId(match[1] ?? ''))
      note('id', trimmed(match[1] ?? ''), match.index);
  }
  for (const pattern of named) {
    for (const match of text.matchAll(pattern)) {
      const value = withoutCommon(match[1] ?? '');
      if (value !== '') note('name', value, match.index);
    }
  }
  return [...found.values()].sort((a, b) => b.times - a.times).slice(0, mostMentions);
}

function around(text: string, at: number, characters: number): string {
  return text.slice(Math.max(0, at - characters), at + characters).replace(/\s+/g, ' ');
}

const trimmed = (value: string): string => value.replace(/[.,;:]+$/, '');

/** Two words with a stroke between them (`question/answer`) are no id: one of the parts of an id is rarely a plain word. */
function isId(value: string): boolean {
  const [owner = '', rest = ''] = value.split('/');
  return /[A-Z0-9_.-]/.test(rest.slice(1)) || /[A-Z0-9_-]/.test(owner.slice(1));
}

function withoutCommon(words: string): string {
  const parts = words.split(' ');
  while (parts[0] !== undefined && common.has(parts[0].toLowerCase())) parts.shift();
  const value = parts.join(' ');
  return value.length < 3 || /^\d+$/.test(value) ? '' : value;
}
