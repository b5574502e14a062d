/** Scores of one run can be compared only if all were measured alike: benchmark, evaluator, template and model are watched. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { askedWith } from '../evaluation/asked-with';
import { guessRate } from '../evaluation/guess';
import type { Journal } from '../run/journal';
import type { Benchmark, Fingerprints, Split } from '../run/types';
import type { LoadedBenchmark } from './bench';

export const fingerprintsSchema = z.object({
  evaluatorHash: z.string(),
  itemsHash: z.string(),
  chatTemplateHash: z.string(),
  modelHash: z.string(),
});

type Scored = { experiment: string; split: Split; fingerprints?: Fingerprints };

/** At the start of a run; when it is taken up again, the benchmark must still be the same. */
export async function recordBenchmark(
  journal: Journal,
  { benchmark, items, splits, published = [] }: LoadedBenchmark,
): Promise<void> {
  if (journal.events.some(({ type }) => type === 'benchmark.loaded')) return checkBenchmark(journal, benchmark);
  const { name, metric, itemsHash, settingsHash } = benchmark;
  await journal.record('benchmark.loaded', {
    ...{ name, metric, itemsHash, items: items.length },
    ...(settingsHash === undefined ? {} : { settingsHash }),
    ...{ dev: splits.dev.length, promotion: splits.promotion.length },
    guess: { dev: guessRate(benchmark, splits.dev), promotion: guessRate(benchmark, splits.promotion) },
    askedWith: askedWith(benchmark),
    ...(published.length === 0 ? {} : { published }),
  });
}

/** Other items, another prompt or another judge would be another measurement. */
export function checkBenchmark(journal: Journal, now: Pick<Benchmark, 'itemsHash' | 'settingsHash'>): void {
  const loaded = journal.events.find(({ type }) => type === 'benchmark.loaded');
  if (!loaded) return;
  const first = loaded.data as { itemsHash: string; settingsHash?: string };
  // Logs of older versions know the items only.
  const knowsSettings = first.settingsHash !== undefined;
  const what =
    first.itemsHash !== now.itemsHash
      ? 'benchmark file'
      : knowsSettings && first.settingsHash !== now.settingsHash
        ? "benchmark's settings file"
        : undefined;
  if (what === undefined) return;
  throw new MlInternError(
    'benchmark-changed',
    `The ${what} changed since this run began, so its scores could not be compared.`,
    { next: 'Put the old file back and resume, or start a new run with the new one.' },
  );
}

/**
 * What the next evaluation must find: the evaluator of the run's first one, and the weights of the target's other
 * split. The chat template is the run's where the benchmark gives it, else it belongs to the target.
 */
export function expectedOf(journal: Journal, target: string, benchmark: Benchmark): Partial<Fingerprints> {
  const all = journal.events.flatMap(({ type, data }) => (type === 'experiment.scored' ? [data as Scored] : []));
  const known = all.flatMap(({ experiment, fingerprints }) => (fingerprints ? [{ experiment, fingerprints }] : []));
  const first = known[0]?.fingerprints;
  const own = known.find(({ experiment }) => experiment === target)?.fingerprints;
  const template = benchmark.template === undefined || benchmark.template === 'model' ? own : first;
  return {
    ...(first ? { evaluatorHash: first.evaluatorHash } : {}),
    ...(template ? { chatTemplateHash: template.chatTemplateHash } : {}),
    ...(own ? { modelHash: own.modelHash } : {}),
  };
}

const words: Record<keyof Fingerprints, string> = {
  evaluatorHash: "the evaluator's files on the box",
  itemsHash: 'the items on the box',
  chatTemplateHash: 'the chat template',
  modelHash: "the model's weights",
};

/** The box refuses by itself what differs; here is made sure of it. */
export function checkFingerprints(found: Fingerprints, expected: Partial<Fingerprints>, target: string): void {
  const names = Object.keys(words) as (keyof Fingerprints)[];
  const changed = names.filter((name) => expected[name] !== undefined && expected[name] !== found[name]);
  if (changed.length === 0) return;
  throw new MlInternError(
    'evaluation-changed',
    `The evaluation of ${target} was not measured like the ones before it: ${changed.map((name) => words[name]).join(' and ')} changed.`,
    { next: 'Put back what was changed and resume, or start a new run.' },
  );
}
