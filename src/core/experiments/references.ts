/** Scores that a reader compares with: the base model after solved examples, and the official instruct model. Each is made once. */
import { pickExamples } from '../evaluation/preset-items';
import { scoreOf } from '../evaluation/score';
import { kindOf } from '../evaluation/settings';
import { jsonHash } from '../hash';
import type { Benchmark, BenchmarkItem, ReferenceScore } from '../run/types';
import type { Bench } from './bench';
import { askEvaluator, type EvaluatorOrder } from './evaluator';
import type { Preparation } from './preparation';
import { checkBenchmark, expectedOf } from './same-measurement';

const usualShots = 5;
/** With fewer items to ask for each that is shown, too few are left for a score. */
const askedForEachShot = 3;
/** An answer to these is decided by a program, a judge, a pattern or a scorer: there is none to show. */
const withoutAnswers: readonly string[] = ['code', 'rubric', 'regex', 'inspect'];

type Planned = Pick<EvaluatorOrder, 'name' | 'what' | 'model' | 'items' | 'benchmark' | 'expected'> &
  Pick<ReferenceScore, 'kind' | 'examples'> & { of: string };

/** Needs a baseline: without one there is nothing to put them beside. `capSeconds`: most that each evaluation may take. */
export async function scoreReferences(bench: Bench, preparation: Preparation, capSeconds: number): Promise<void> {
  const { view } = bench.journal;
  if (!view.baseline.dev) return;
  const isNew = ({ kind }: Pick<ReferenceScore, 'kind'>): boolean =>
    !view.references.some((known) => known.kind === kind);
  for (const plan of [fewShotOf, instructOf]) {
    const planned = await plan(bench, preparation, isNew);
    if (planned) await score(bench, preparation, planned, capSeconds);
  }
}

type IsNew = (reference: Pick<ReferenceScore, 'kind'>) => boolean;

async function score(bench: Bench, preparation: Preparation, planned: Planned, capSeconds: number): Promise<void> {
  const { kind, of, examples, ...order } = planned;
  checkBenchmark(bench.journal, await bench.reloadBenchmark());
  const folder = `references/${kind}`;
  const measured = await askEvaluator(bench, preparation, { ...order, folder, experiment: null, capSeconds });
  const { metric } = bench.loaded.benchmark;
  await bench.journal.record('reference.scored', {
    reference: {
      ...{ kind, model: of, job: measured.job, fingerprints: measured.fingerprints },
      score: scoreOf(measured.items, { metric, seeds: [bench.journal.config.seed] }),
      ...(examples ? { examples } : {}),
    },
  });
}

async function fewShotOf(bench: Bench, preparation: Preparation, isNew: IsNew): Promise<Planned | undefined> {
  const { journal, loaded } = bench;
  const { benchmark, splits } = loaded;
  const held = isNew({ kind: 'few-shot' }) ? holdOut(benchmark, splits.dev, journal.config.seed) : undefined;
  return (
    held && {
      ...{ kind: 'few-shot', name: 'few-shot-dev', what: 'the base model with examples', of: journal.config.baseModel },
      ...{ model: (await preparation.baseModel()).path, items: held.asked },
      benchmark: withExamples(benchmark, held.shown, journal.config.seed),
      expected: expectedOf(journal, 'baseline', benchmark),
      examples: { n: held.shown.length, ids: held.shown.map(({ id }) => id), hash: jsonHash(held.shown) },
    }
  );
}

async function instructOf(bench: Bench, preparation: Preparation, isNew: IsNew): Promise<Planned | undefined> {
  const { journal, loaded } = bench;
  const of = journal.config.instructModel ?? loaded.benchmark.references?.instruct;
  if (of === undefined || !isNew({ kind: 'instruct' })) return undefined;
  const { path } = await preparation.otherModel(of);
  return {
    ...{ kind: 'instruct', name: 'instruct-dev', what: `the instruct model ${of}`, of, model: path },
    ...{ items: loaded.splits.dev, benchmark: loaded.benchmark },
    // Its weights and, where the benchmark gives none, its template are its own.
    expected: expectedOf(journal, '', loaded.benchmark),
  };
}

/** Examples come from the dev items and are then not asked. Undefined where the benchmark shows some itself, or none can be. */
export function holdOut(
  benchmark: Benchmark,
  dev: readonly BenchmarkItem[],
  seed: number,
): { shown: BenchmarkItem[]; asked: BenchmarkItem[] } | undefined {
  const shots = benchmark.references?.shots ?? usualShots;
  const hasAnswers = !withoutAnswers.includes(kindOf(benchmark)) && dev.every(({ messages }) => messages === undefined);
  if (shots === 0 || benchmark.fewShot || !hasAnswers || dev.length < shots * (1 + askedForEachShot)) return undefined;
  const shown = pickExamples(dev, shots, seed);
  const questions = new Set(shown.map(({ question }) => question));
  return { shown, asked: dev.filter(({ question }) => !questions.has(question)) };
}

function withExamples(benchmark: Benchmark, shown: readonly BenchmarkItem[], seed: number): Benchmark {
  const items = shown.map(({ id, question, answer, choices, solution }) => ({
    id,
    question,
    answer,
    choices,
    solution,
  }));
  // A base model goes on with questions of its own.
  const stop = [...(benchmark.sampling?.stop ?? []), nextQuestion(benchmark)];
  return {
    ...benchmark,
    fewShot: { items, n: items.length, seed },
    ...(benchmark.by === 'likelihood' ? {} : { sampling: { ...benchmark.sampling, stop } }),
  };
}

/** What the prompt begins with, else the empty line between two of them. */
function nextQuestion({ prompt }: Pick<Benchmark, 'prompt'>): string {
  const start = prompt.slice(0, prompt.indexOf('{')).trim().split('\n')[0] ?? '';
  return start === '' ? '\n\n' : `\n${start.slice(0, 40)}`;
}
