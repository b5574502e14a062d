/** A training row as the model sees it: the text, and which of it is trained on. */
import type { ChatTemplate } from '../../ports/chat-template';
import type { Message, TrainingRow } from '../mapping/training-row';

export interface Span {
  text: string;
  /** False: masked, the model only reads it. */
  trained: boolean;
}

export interface Rendered {
  spans: Span[];
  text: string;
  messages: readonly Message[];
  /** Turns of the assistant whose place cannot be told, because the template writes earlier turns anew later on. */
  rewritten: boolean;
}

type Part = string | readonly Message[];

/** One rendering; of a preference pair both sides. Throws what the template raises. */
export function renderRow(row: TrainingRow, template: ChatTemplate): Rendered[] {
  if ('messages' in row) return [conversation(row.messages, template, row.tools)];
  if ('text' in row) return [plain('', row.text, template)];
  if ('completion' in row) return [plain(row.prompt, row.completion, template)];
  return [row.chosen, row.rejected].map((answer) => side(row.prompt ?? '', answer, template));
}

function side(prompt: Part, answer: Part, template: ChatTemplate): Rendered {
  if (typeof prompt === 'string' && typeof answer === 'string') return plain(prompt, answer, template);
  return conversation([...messagesOf(prompt), ...messagesOf(answer)], template);
}

function messagesOf(part: Part): readonly Message[] {
  return typeof part === 'string' ? [] : part;
}

/** Without a template the trainer puts the EOS behind what is trained on. */
function plain(prompt: string, completion: string, { bos, eos, addsBos }: ChatTemplate): Rendered {
  const before = `${addsBos ? (bos ?? '') : ''}${prompt}`;
  const ended = eos !== null && !completion.endsWith(eos) ? `${completion}${eos}` : completion;
  return {
    ...spansOf(`${before}${ended}`, [[before.length, before.length + ended.length]]),
    messages: [],
    rewritten: false,
  };
}

/** Each turn of the assistant is trained on, from behind what announces it to the end of the turn. */
function conversation(messages: readonly Message[], template: ChatTemplate, tools: readonly unknown[] = []): Rendered {
  const text = template.render(messages, { tools });
  const trained: [number, number][] = [];
  let rewritten = false;
  messages.forEach(({ role }, at) => {
    if (role !== 'assistant') return;
    const place = placeOf(at, messages, template, tools, text);
    if (place === null) rewritten = true;
    else trained.push(place);
  });
  return { ...spansOf(text, trained), messages, rewritten };
}

function placeOf(
  at: number,
  messages: readonly Message[],
  template: ChatTemplate,
  tools: readonly unknown[],
  text: string,
): [number, number] | null {
  try {
    const before = template.render(messages.slice(0, at), { tools, generationPrompt: true });
    const after = at + 1 === messages.length ? text : template.render(messages.slice(0, at + 1), { tools });
    return after.startsWith(before) && text.startsWith(after) ? [before.length, after.length] : null;
  } catch {
    // A beginning of the conversation that the template refuses, such as one that the assistant opens.
    return null;
  }
}

function spansOf(text: string, trained: readonly [number, number][]): Pick<Rendered, 'spans' | 'text'> {
  const spans: Span[] = [];
  let at = 0;
  for (const [from, to] of trained) {
    spans.push({ text: text.slice(at, from), trained: false }, { text: text.slice(from, to), trained: true });
    at = to;
  }
  spans.push({ text: text.slice(at), trained: false });
  return { text, spans: spans.filter((span) => span.text !== '') };
}
