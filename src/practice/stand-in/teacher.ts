/**
 * The practice world's stand-in for a model that writes training rows. It knows the almanac and does what it is asked in plain words; and
 * it errs as such models do: it repeats itself, refuses, breaks the form, gets facts wrong, and has seen the benchmark.
 */
import { ask } from '../world/benchmark';
import { attributes, makeFacts, type Attribute, type Fact } from '../world/facts';
import { seededRandom, type Random } from '../world/random';
import { messageText, type ChatMessage } from './chat';
import { relevance, words } from './words';

/** How its answers are signed, so that every row says who wrote it. */
export const teacherName = 'practice-stand-in-teacher';

/** The answer to a request that is one for a teacher; null for any other. */
export type Teacher = (messages: readonly ChatMessage[]) => string | null;

/** More than is asked for: some of them are no good. */
const spareRows = 4;
const slipsInAnAnswer = 2;

interface Row {
  prompt: string;
  completion: string;
}

export function makeTeacher(seed: number): Teacher {
  const { asked, other } = makeFacts(seed);
  const everything = [...asked, ...other];
  return (messages) => {
    const system = textOf(messages, 'system');
    const user = textOf(messages, 'user');
    if (/\btraining rows\b/i.test(system)) return written(user, { asked, other, seed });
    if (/^answer the question\b/i.test(system)) return solved(user, everything);
    return null;
  };
}

function textOf(messages: readonly ChatMessage[], role: string): string {
  return messages
    .filter((message) => message.role === role)
    .map(messageText)
    .join('\n');
}

function written(request: string, known: { asked: Fact[]; other: Fact[]; seed: number }): string {
  const topic = /^Topic: (.*)$/m.exec(request)?.[1] ?? '';
  const wanted = Number(/\bWrite (\d+) rows?\b/.exec(request)?.[1] ?? 0);
  const attribute = attributeOf(topic);
  if (!attribute || wanted === 0) return 'I know nothing about that.';
  const random = seededRandom(known.seed, `teacher:${request}`);
  const about = (facts: readonly Fact[]): Fact[] => facts.filter((fact) => fact.attribute.label === attribute.label);
  const others = attribute.questions.length - 1;
  const questions = about(known.other).flatMap((fact) => [rowOf(fact, 0), rowOf(fact, 1 + random.below(others))]);
  const rows = random.shuffled(questions).slice(0, wanted + spareRows);
  const slips = random.shuffled(slipKinds).slice(0, slipsInAnAnswer);
  const spoiled = slips.map((slip) => slip(rows, random, about(known.asked)));
  return [...rows.map((row) => JSON.stringify(row)), ...spoiled].join('\n');
}

/** The kind of thing that most words of a topic speak of. */
function attributeOf(topic: string): Attribute | undefined {
  const asked = words(topic);
  const shared = (attribute: Attribute): number =>
    relevance(
      [attribute.label, ...attribute.questions.map((question) => question.replace('{thing}', ''))].join(' '),
      asked,
    );
  const [best] = [...attributes].sort((a, b) => shared(b) - shared(a));
  return best && shared(best) > 0 ? best : undefined;
}

function rowOf(fact: Fact, wording: number): Row {
  return { prompt: ask(fact, wording), completion: fact.value };
}

/** Each makes one line that must not be trained on. */
const slipKinds: ((rows: readonly Row[], random: Random, asked: readonly Fact[]) => string)[] = [
  (rows, random) => JSON.stringify(random.pick(rows)),
  (rows, random) =>
    JSON.stringify({ ...reworded(random.pick(rows)), completion: "I'm sorry, but I can't help with that." }),
  (rows, random) => JSON.stringify({ prompt: random.pick(rows).prompt }),
  (rows, random) => JSON.stringify({ ...reworded(random.pick(rows)), completion: 'nobody knows' }),
  (_, random, asked) => JSON.stringify(rowOf(random.pick(asked), 0)),
];

function reworded({ prompt }: Row): Pick<Row, 'prompt'> {
  return { prompt: `Tell me: ${prompt.charAt(0).toLowerCase()}${prompt.slice(1)}` };
}

function solved(question: string, facts: readonly Fact[]): string {
  const plain = question.replace(/^tell me: /i, '').toLowerCase();
  const fact = facts.find((each) =>
    each.attribute.questions.some((_, wording) => ask(each, wording).toLowerCase() === plain),
  );
  return fact ? `The almanac says so.\nAnswer: ${fact.value}` : 'I do not know.';
}
