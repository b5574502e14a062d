/** Where the parts of a JSON text stand, and where it stops being JSON: what `JSON.parse` does not tell. */

export type JsonPath = readonly (string | number)[];

interface Part {
  path: JsonPath;
  start: number;
  end: number;
}

export interface JsonPlaces {
  parts: Part[];
  /** Offset of what is no JSON; null where all of it is. */
  broken: number | null;
}

export function jsonPlaces(text: string): JsonPlaces {
  const reader = new Reader(text);
  try {
    reader.all();
    return { parts: reader.parts, broken: null };
  } catch (error) {
    if (error !== reader.notJson) throw error;
    return { parts: reader.parts, broken: reader.at };
  }
}

/** Of the part with this path, else of the nearest one that it would be in. */
export function placeOf({ parts }: JsonPlaces, path: JsonPath): Pick<Part, 'start' | 'end'> | undefined {
  for (let length = path.length; length >= 0; length--) {
    const wanted = JSON.stringify(path.slice(0, length));
    const found = parts.find((part) => JSON.stringify(part.path) === wanted);
    if (found) return found;
  }
  return undefined;
}

const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const space = /[ \t\r\n]*/y;

class Reader {
  readonly parts: Part[] = [];
  readonly notJson = new Error('not JSON');
  at = 0;

  constructor(private readonly text: string) {}

  all(): void {
    this.value([]);
    this.take(space);
    if (this.at < this.text.length) throw this.notJson;
  }

  private value(path: JsonPath): void {
    this.take(space);
    const start = this.at;
    if (this.has('{')) this.list('}', () => this.member(path));
    else if (this.has('[')) this.list(']', (index) => this.value([...path, index]));
    else this.need(this.text[this.at] === '"' ? string : scalar);
    this.parts.push({ path, start, end: this.at });
  }

  private list(close: string, item: (index: number) => void): void {
    this.take(space);
    if (this.has(close)) return;
    for (let index = 0; ; index++) {
      item(index);
      this.take(space);
      if (this.has(close)) return;
      if (!this.has(',')) throw this.notJson;
    }
  }

  private member(path: JsonPath): void {
    this.take(space);
    const name = JSON.parse(this.need(string)) as string;
    this.take(space);
    if (!this.has(':')) throw this.notJson;
    this.value([...path, name]);
  }

  private has(mark: string): boolean {
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private take(what: RegExp): string {
    what.lastIndex = this.at;
    const [found = ''] = what.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }

  private need(what: RegExp): string {
    const found = this.take(what);
    if (found === '') throw this.notJson;
    return found;
  }
}
