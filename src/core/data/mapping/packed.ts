/** Values packed in strings: JSON, also twice packed, or as Python prints lists and dicts. */
import { parseJson } from '../../json';

/** Undefined where the text is neither. */
export function unpacked(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed.startsWith('"')) {
    const inner = parseJson(trimmed);
    return typeof inner === 'string' ? unpacked(inner) : undefined;
  }
  if (!trimmed.startsWith('[') && !trimmed.startsWith('{')) return undefined;
  return parseJson(trimmed) ?? parsePython(trimmed);
}

function parsePython(text: string): unknown {
  try {
    const reader = new PythonReader(text);
    const value = reader.value();
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    // The last is a text nested deeper than the stack.
    if (error instanceof NotPython || error instanceof RangeError) return undefined;
    throw error;
  }
}

class NotPython extends Error {}

const space = /[ \t\r\n\f]*/y;
const number = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const word = /True|False|None/y;
const plain = { True: true, False: false, None: null } as const;
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '\n': '' };

class PythonReader {
  private at = 0;

  constructor(private readonly text: string) {}

  isAtEnd(): boolean {
    this.take(space);
    return this.at === this.text.length;
  }

  value(): unknown {
    this.take(space);
    const next = this.text[this.at];
    if (next === '[') return this.list(']');
    if (next === '(') return this.list(')');
    if (next === '{') return this.dict();
    if (next === '"' || next === "'") return this.strings();
    const found = this.take(word);
    if (found) return plain[found as keyof typeof plain];
    const digits = this.take(number);
    if (!digits) throw new NotPython();
    return Number(digits);
  }

  private list(close: string): unknown[] {
    const values: unknown[] = [];
    this.at++;
    while (!this.closes(close)) {
      values.push(this.value());
      this.comma(close);
    }
    return values;
  }

  private dict(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.at++;
    while (!this.closes('}')) {
      const key = this.value();
      this.take(space);
      if (typeof key !== 'string' || this.text[this.at++] !== ':') throw new NotPython();
      entries.push([key, this.value()]);
      this.comma('}');
    }
    return Object.fromEntries(entries);
  }

  private closes(close: string): boolean {
    this.take(space);
    if (this.text[this.at] !== close) return false;
    this.at++;
    return true;
  }

  private comma(close: string): void {
    this.take(space);
    if (this.text[this.at] === ',') this.at++;
    else if (this.text[this.at] !== close) throw new NotPython();
  }

  /** Strings that follow each other are one. */
  private strings(): string {
    let whole = '';
    for (let quote = this.text[this.at]; quote === '"' || quote === "'"; quote = this.text[this.at]) {
      whole += this.string(quote);
      this.take(space);
    }
    return whole;
  }

  private string(quote: string): string {
    let value = '';
    for (let from = ++this.at; ; this.at++) {
      const next = this.text[this.at];
      if (next === undefined || next === '\n') throw new NotPython();
      if (next !== quote && next !== '\\') continue;
      value += this.text.slice(from, this.at);
      if (next === quote) {
        this.at++;
        return value;
      }
      value += this.escaped();
      from = this.at + 1;
    }
  }

  /** Leaves `at` on the last character of the escape. */
  private escaped(): string {
    const kind = this.text[++this.at] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[kind];
    if (digits === undefined) return escapes[kind] ?? (/['"\\]/.test(kind) ? kind : `\\${kind}`);
    const code = this.text.slice(this.at + 1, this.at + 1 + digits);
    if (!/^[0-9a-fA-F]+$/.test(code) || code.length < digits || parseInt(code, 16) > 0x10ffff) throw new NotPython();
    this.at += digits;
    return String.fromCodePoint(parseInt(code, 16));
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}
