/** Looks at a dataset's rows one by one, in bounded memory, and says what there is to know of them. */
import type { BadRow, ReadRow, Row } from '../ports/rows';
import { DuplicateFinder } from './duplicates';
import { quantilesOf } from './quantiles';
import { rowFacts, type Counting, type RowCounts, type RowFacts } from './row-facts';
import { RowLicences } from './row-licences';
import { EvenSample } from './sampling';
import type { TokenCounter } from './tokens';
import { isEmpty, rowText, trainingText } from './usable';

export interface TallyOptions extends Counting {
  tokens: TokenCounter;
  /** ISO 639-1; null where it cannot be told. */
  language: (text: string) => string | null;
}

/** The language of so many rows, and so many characters of each, tells that of all. */
const languageRows = 2000;
export const languageCharacters = 1000;
/** Characters whose tokens are counted one by one. */
const countedCharacters = 2_000_000;

export class Tally {
  private sampled = 0;
  private anyEmpty = 0;
  private truncated = 0;
  private unusable = 0;
  private characters: number[] = [];
  private tokens: number[] = [];
  private readonly found = { exact: 0, near: 0, new: 0 };
  private readonly duplicates = new DuplicateFinder();
  private readonly languages = new EvenSample<string | null>(languageRows);
  private readonly empty = new Map<string, number>();
  private readonly problems = new Map<string, { count: number; example?: string }>();
  private readonly licences = new RowLicences();
  private readonly counted = { characters: 0, tokens: 0 };
  /** Some rows' tokens were not counted but follow from their length. */
  private extrapolated = false;

  constructor(private readonly options: TallyOptions) {}

  add({ row, index, cut }: ReadRow): void {
    this.sampled++;
    if (cut.length > 0) this.truncated++;
    this.noteEmpty(row);
    const whole = rowText(row);
    const made = this.options.mapping === null ? { text: whole } : trainingText(row, this.options.mapping);
    if ('problem' in made) {
      this.unusable++;
      this.note(made.problem, `row ${index}`);
    }
    const text = 'text' in made ? made.text : whole;
    this.characters.push(text.length);
    this.tokens.push(this.tokensOf(text));
    this.found[this.duplicates.add(whole)]++;
    this.noteLanguage(text);
    this.licences.add(row);
  }

  addBad({ place, why }: BadRow): void {
    this.note(why.replace(/\(.*\)$/, '').trim(), place);
  }

  facts(): RowFacts {
    const { tokens, maxTokens } = this.options;
    const counts: RowCounts = {
      ...{ sampled: this.sampled, unusable: this.unusable, anyEmpty: this.anyEmpty, truncated: this.truncated },
      ...{ exact: this.found.exact, near: this.found.near },
      characters: { ...quantilesOf(this.characters), total: this.characters.reduce((sum, length) => sum + length, 0) },
      tokens: { ...quantilesOf(this.tokens), cut: this.tokens.filter((count) => count > maxTokens).length },
      empty: [...this.empty].map(([column, count]) => ({ column, count })),
      problems: [...this.problems].map(([what, { count, example }]) => ({ what, count, ...(example && { example }) })),
      languages: this.languages.items,
      licences: this.licences.sources(),
    };
    return rowFacts(counts, {
      ...this.options,
      tokens: { name: tokens.name, estimated: tokens.estimated || this.extrapolated },
    });
  }

  /** Tokenizers are slow: once enough was counted, the rest follows from its length. */
  private tokensOf(text: string): number {
    const { count, estimated } = this.options.tokens;
    if (estimated || this.counted.characters < countedCharacters) {
      const tokens = count(text);
      this.counted.characters += text.length;
      this.counted.tokens += tokens;
      return tokens;
    }
    this.extrapolated = true;
    return Math.round((text.length * this.counted.tokens) / this.counted.characters);
  }

  private noteEmpty(row: Row): void {
    const empty = Object.keys(row).filter((name) => isEmpty(row[name]));
    if (empty.length > 0 || Object.keys(row).length === 0) this.anyEmpty++;
    for (const name of empty) this.empty.set(name, (this.empty.get(name) ?? 0) + 1);
  }

  private noteLanguage(text: string): void {
    if (text.trim() !== '') this.languages.add(() => this.options.language(text.slice(0, languageCharacters)));
  }

  private note(what: string, example: string): void {
    const known = this.problems.get(what);
    if (known) known.count++;
    else this.problems.set(what, { count: 1, example });
  }
}
