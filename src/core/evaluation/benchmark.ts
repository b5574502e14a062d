/** Reads a benchmark from its files: items as JSON lines, optional settings beside them. */
import type { z } from 'zod';
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import type { BenchmarkKind, JudgeSettings } from '../run/evaluator-settings';
import type { Benchmark, BenchmarkItem, BenchmarkSource, PublishedScore } from '../run/types';
import { itemProblem, schemaOf } from './items';
import { kindDefaults, kindOf, settingsSchema, type Settings } from './settings';

export interface ParsedBenchmark {
  benchmark: Benchmark;
  items: BenchmarkItem[];
}

/** What a benchmark is parsed from. */
export interface BenchmarkTexts {
  name: string;
  text: string;
  settings: string | undefined;
  /** Those that the settings name. */
  files: Readonly<Record<string, string>>;
  source?: BenchmarkSource | undefined;
  published?: PublishedScore[] | undefined;
}

export type Judge = Pick<JudgeSettings, 'url' | 'model'>;

const fewestItems = 2;

/** What a benchmark is read with, beside its items. */
export interface BenchmarkContext {
  /** The file's name without its ending, used when the settings give none. */
  name: string;
  /** Those that the settings name. */
  files?: Readonly<Record<string, string>> | undefined;
  /** The person's own, for a rubric. */
  judge?: Judge | undefined;
}

/** Throws `benchmark-invalid`. */
export function parseBenchmark(
  text: string,
  settingsText: string | undefined,
  { name, files = {}, judge }: BenchmarkContext,
): ParsedBenchmark {
  const settings = settingsText === undefined ? {} : judgedBy(judge, parseSettings(settingsText, name));
  const kind = kindOf(settings);
  const items = parseItems(text, name, kind);
  const benchmark = { ...benchmarkOf(settings, name, files), itemsHash: sha256(text), items: items.length };
  if (benchmark.answerPattern !== '') checkPattern(benchmark.answerPattern, name);
  checkOptions(items, settings, name);
  checkKind(settings, name);
  return { benchmark: settingsText === undefined ? benchmark : withHash(benchmark), items };
}

/** What the items cannot change, for whoever has to fetch them first. */
export function checkSettings(settings: Settings, { name, judge }: Omit<BenchmarkContext, 'files'>): void {
  checkKind(judgedBy(judge, settings), name);
}

/** How the judge is asked stays as the benchmark says. */
function judgedBy(judge: Judge | undefined, settings: Settings): Settings {
  if (settings.kind !== 'rubric' || !judge) return settings;
  return { ...settings, judge: { temperature: 0, ...settings.judge, url: judge.url, model: judge.model } };
}

function benchmarkOf(
  settings: Settings,
  name: string,
  files: Readonly<Record<string, string>>,
): Omit<Benchmark, 'itemsHash' | 'items'> {
  const defaults = kindDefaults[kindOf(settings)];
  const { template, fewShot, ...plain } = settings;
  const text = (file: string): string => files[file] ?? missingFile(file, name);
  const own =
    template === undefined || template === 'none' || template === 'model' ? template : { text: text(template) };
  return {
    ...plain,
    name: settings.name ?? name,
    metric: settings.metric ?? defaults.metric,
    prompt: settings.prompt ?? defaults.prompt,
    answerPattern: settings.answerPattern ?? defaults.answerPattern,
    maxTokens: settings.maxTokens ?? defaults.maxTokens,
    ...(own === undefined ? {} : { template: own }),
    ...(fewShot
      ? { fewShot: { items: parseItems(text(fewShot.file), name, 'exact'), n: fewShot.n, seed: fewShot.seed } }
      : {}),
  } as Omit<Benchmark, 'itemsHash' | 'items'>;
}

/** Absent without settings: the defaults of this version are then what is measured. */
function withHash(benchmark: Benchmark): Benchmark {
  const { itemsHash: _items, items: _count, references: _references, ...settings } = benchmark;
  return { ...benchmark, settingsHash: sha256(JSON.stringify(settings)) };
}

function parseItems(text: string, name: string, kind: BenchmarkKind): BenchmarkItem[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const items: BenchmarkItem[] = [];
  const seen = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const item = parseItem(line, index + 1, name, kind);
    const earlier = seen.get(item.id);
    if (earlier !== undefined) {
      throw invalid(
        name,
        `line ${index + 1} has the same id as line ${earlier}: ${item.id}`,
        'Give every item its own id.',
      );
    }
    seen.set(item.id, index + 1);
    items.push(item);
  }
  if (items.length < fewestItems) {
    const what = items.length === 0 ? 'it holds no items' : 'it holds a single item, which cannot be split';
    throw invalid(name, what, 'Write one item a line: {"question": "...", "answer": "..."}.');
  }
  return items;
}

function parseItem(line: string, number: number, name: string, kind: BenchmarkKind): BenchmarkItem {
  const next = 'Mend that line: each line is one item, {"question": "...", "answer": "..."}.';
  const read = schemaOf(kind).safeParse(parseJson(line, `line ${number}`, name, next), { error: plainProblem });
  if (!read.success) throw invalid(name, `in line ${number}, ${firstProblem(read.error)}`, next);
  const { id, answer, ...more } = read.data;
  // Without ids of its own, an item is known by its line.
  const item: BenchmarkItem = { id: String(id ?? number), ...more, answer: String(answer ?? '') };
  const problem = itemProblem(kind, item);
  if (problem !== undefined)
    throw invalid(
      name,
      `the item in line ${number} ${problem}`,
      `Mend that line: the benchmark is of the kind ${kind}.`,
    );
  return item;
}

/** The settings of the .json file beside the items. */
export function parseSettings(text: string, name: string): Settings {
  const next = 'Mend the .json file beside the benchmark, or remove it to use the defaults.';
  const read = settingsSchema.safeParse(parseJson(text, 'its settings file', name, next), { error: plainProblem });
  if (!read.success) throw invalid(name, `in its settings file, ${firstProblem(read.error)}`, next);
  return read.data;
}

function parseJson(text: string, where: string, name: string, next: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, `${where} is not JSON (${syntaxProblem(error)})`, next, error);
  }
}

/** The parser's finding without its repetition of the text; "line 1" of a line would only mislead. */
function syntaxProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/ in JSON at position (\d+).*$/s, ' at character $1')
    .replace(/, (\.\.\.)?".*is not valid JSON$/s, '')
    .replace('Unexpected end of JSON input', 'it ends too early');
}

/** As the rest of a sentence that begins with the place; undefined leaves it to the rule's own words. */
function plainProblem({ code, input }: { code?: string | undefined; input?: unknown }): string | undefined {
  if (input === undefined) return 'is missing';
  if (typeof input === 'string' && input.trim() === '') return 'is empty';
  if (code === 'invalid_type' || code === 'invalid_union') return 'is of the wrong kind';
  if (code === 'too_small' || code === 'too_big') return 'is out of range';
  return code === 'custom' ? undefined : 'is not allowed';
}

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.join('.');
  return issue && place ? `"${place}" ${issue.message}` : 'there is no JSON object';
}

/** The evaluator on the box reads the pattern in Python; what both dialects know is all that is needed. */
function checkPattern(pattern: string, name: string): void {
  const next = 'Give an answerPattern with one group around the answer, such as "answer is (\\\\w+)".';
  let groups: number;
  try {
    groups = (new RegExp(`${pattern}|`).exec('')?.length ?? 1) - 1;
  } catch (error) {
    throw invalid(name, `its answerPattern is not a regular expression (${String(error)})`, next, error);
  }
  if (groups < 1) throw invalid(name, 'its answerPattern has no group', next);
}

function checkOptions(items: readonly BenchmarkItem[], settings: Settings, name: string): void {
  const { options } = settings;
  const outside = options && items.find((item) => !options.includes(item.answer));
  if (!outside) return;
  throw invalid(
    name,
    `the answer of item ${outside.id}, "${outside.answer}", is not among the options`,
    'Add it to the options, or correct the item.',
  );
}

function checkKind(settings: Settings, name: string): void {
  const next = 'Mend the .json file beside the benchmark.';
  if (settings.kind === 'rubric' && !settings.judge) {
    throw invalid(
      name,
      'a rubric is graded by a judge, and none is named',
      'Name one: --judge-url and --judge-model, the settings mlIntern.judge.url and mlIntern.judge.model, or "judge": {"url", "model"} in the .json file beside the benchmark.',
    );
  }
  if (settings.kind === 'inspect' && settings.scorer === undefined) {
    throw invalid(name, 'inspect needs to know who scores, and no "scorer" is named', next);
  }
  if (settings.by === 'likelihood' && (settings.kind !== 'choice' || (settings.sampling?.n ?? 1) > 1)) {
    throw invalid(name, '"by": "likelihood" is for the kind choice, asked once', next);
  }
}

function missingFile(file: string, name: string): never {
  throw invalid(name, `its settings name the file ${file}, which cannot be read`, 'Put the file beside the settings.');
}

function invalid(name: string, what: string, next: string, cause?: unknown): MlInternError {
  return new MlInternError('benchmark-invalid', `The benchmark ${name} cannot be used: ${what}.`, { next, cause });
}
