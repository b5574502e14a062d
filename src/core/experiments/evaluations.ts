/** Evaluation of the base model or an experiment on one split, by the evaluator on the box; the host makes the score from its items. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { compareScored, type Scored } from '../evaluation/compare-scored';
import { corrected, correctedPair, type Claims } from '../evaluation/family';
import { scoreOf } from '../evaluation/score';
import type { Comparison, Fingerprints, ItemResult, Score, Split } from '../run/types';
import type { ExperimentView } from '../run/view';
import { sha256 } from '../hash';
import { barOf, scoredFully, type Bar } from './bar';
import { itemLines, jobRequest, type Bench } from './bench';
import { pretty } from './files';
import { writeManifest } from './manifest';
import { poolSeeds } from './pooling';
import { jobError, type Preparation } from './preparation';
import { seedOf } from './repeats';
import { trainJobOf } from './training';
import { checkBenchmark, checkFingerprints, expectedOf, fingerprintsSchema } from './same-measurement';
import { compiledOf } from './waterfalls';

const itemSchema = z.object({
  id: z.string(),
  answer: z.string().nullable(),
  generation: z.string().optional(),
  correct: z.boolean(),
  valid: z.boolean(),
  truncated: z.boolean(),
  tokens: z.number(),
  score: z.number().min(0).max(1).nullable().optional(),
});
const resultSchema = z.object({
  ...{ evaluator: z.string(), evaluatorVersion: z.string(), ...fingerprintsSchema.shape },
  /** It saw that the model cannot reach another any more. */
  stopped: z.object({ after: z.number(), of: z.number(), behind: z.string() }).optional(),
});
const failedSchema = z.object({ error: z.object({ reason: z.string(), message: z.string(), next: z.string() }) });
/** What neither another try nor another experiment can mend. */
const told = ['evaluation-changed', 'judge-unavailable'] as const;

export type EvaluatedItem = ItemResult & { generation?: string | undefined };

export interface Evaluation {
  score: Score;
  items: EvaluatedItem[];
  /** On the same split, against the parent and the base model; null where that has no score. */
  toParent: Comparison | null;
  toBaseline: Comparison | null;
}

interface Measured {
  items: EvaluatedItem[];
  partial: Score['partial'];
  fingerprints: Fingerprints;
}

const evaluationCapSeconds = 4 * 3600;

export class Evaluations {
  private readonly running = new Map<string, Promise<Evaluation>>();

  constructor(
    private readonly bench: Bench,
    private readonly preparation: Preparation,
  ) {}

  /** Evaluates once; asking again returns the recorded result. `target` is `baseline` or an experiment's id. */
  evaluate(target: string, split: Split): Promise<Evaluation> {
    const key = `${target}/${split}`;
    const running = this.running.get(key) ?? this.evaluateOnce(target, split).finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }

  /** A paired comparison of two evaluated targets over the same items. */
  async compare(a: string, b: string, split: Split): Promise<Comparison> {
    const [left, right] = await Promise.all([this.recordedItems(a, split), this.recordedItems(b, split)]);
    if (!left || !right) {
      throw new MlInternError('bad-input', `${left ? b : a} has no ${split} evaluation yet.`, {
        next: 'Call evaluate for it first.',
      });
    }
    const comparison = compareScored(
      { items: left, score: this.recordedScore(a, split) },
      { items: right, score: this.recordedScore(b, split) },
      b,
    );
    if (split === 'promotion') return comparison;
    return this.recorded(a, b) ?? correctedPair(comparison, this.bench.journal.config.budget.experiments);
  }

  /** What the tree says of an experiment against its parent or the base model: there is one answer to one question. */
  private recorded(a: string, b: string): Comparison | null {
    const { comparison = null, toBaseline = null } = this.experiment(a) ?? {};
    return [comparison, toBaseline].find((known) => known?.against === b) ?? null;
  }

  private async evaluateOnce(target: string, split: Split): Promise<Evaluation> {
    const known = await this.recordedItems(target, split);
    const measured = known ? undefined : await this.runEvaluation(target, split);
    const items = known ?? measured?.items ?? [];
    const score =
      this.recordedScore(target, split) ??
      scoreOf(items, {
        metric: this.bench.loaded.benchmark.metric,
        seeds: [seedOf(this.experiment(target)?.config ?? {}) ?? this.bench.journal.config.seed],
        partial: measured?.partial,
      });
    const { toParent, toBaseline } = await this.comparisons(target, split, { items, score });
    if (!known) {
      const job = this.jobId(target, split);
      await this.bench.journal.record('experiment.scored', {
        experiment: target,
        split,
        job,
        score,
        comparison: toParent,
        toBaseline,
        ...(measured ? { fingerprints: measured.fingerprints } : {}),
      });
      if (split === 'dev') await this.writeResult(target, { score, toParent, toBaseline });
      const experiment = this.experiment(target);
      if (split === 'dev' && experiment) await writeManifest(this.bench, this.preparation, experiment, { job, score });
    }
    const scored = this.experiment(target);
    if (split === 'dev' && scored) await poolSeeds(this.bench, scored, (id) => this.recordedItems(id, 'dev'));
    return { score, items, toParent, toBaseline };
  }

  /** `result.json` beside the script: what the experiment came to, for people and other tools. */
  private async writeResult(target: string, result: Omit<Evaluation, 'items'>): Promise<void> {
    const folder = this.experiment(target)?.folder ?? 'baseline';
    await this.bench.store.write(`${this.bench.runFolder}/${folder}/result.json`, pretty(result));
  }

  private async comparisons(
    target: string,
    split: Split,
    scored: Scored,
  ): Promise<Pick<Evaluation, 'toParent' | 'toBaseline'>> {
    const experiment = this.experiment(target);
    if (split === 'dev' && experiment?.dev)
      return { toParent: experiment.comparison, toBaseline: experiment.toBaseline };
    const parent = experiment?.parent ?? null;
    const claims = {
      parent,
      comparison: parent ? await this.against(scored, parent, split) : null,
      toBaseline: target === 'baseline' ? null : await this.against(scored, 'baseline', split),
    };
    const { comparison: toParent, toBaseline } = split === 'dev' ? this.corrected(claims) : claims;
    return { toParent, toBaseline };
  }

  private corrected(claims: Claims): Claims {
    const { view, config } = this.bench.journal;
    const earlier = view.experiments.filter(({ dev }) => dev !== null);
    return corrected(claims, earlier, config.budget.experiments);
  }

  private async against(scored: Scored, other: string, split: Split): Promise<Comparison | null> {
    const items = await this.recordedItems(other, split);
    return items ? compareScored(scored, { items, score: this.recordedScore(other, split) }, other) : null;
  }

  private async runEvaluation(target: string, split: Split): Promise<Measured> {
    const { loaded, jobs, journal } = this.bench;
    checkBenchmark(journal, await this.bench.reloadBenchmark());
    const { itemsHash: _items, settingsHash: _settings, items: _count, ...benchmark } = loaded.benchmark;
    const expected = expectedOf(journal, target, loaded.benchmark);
    const lines = itemLines(loaded.splits[split]);
    const order = {
      id: jobs.attempt(`${this.bench.runId}-eval-${target}-${split}`),
      kind: 'evaluate' as const,
      steps: [['{python}', '-m', 'ml_intern_box.evaluate', 'evaluate.json']],
      files: {
        'evaluate.json': pretty({
          model: await this.modelPath(target),
          items: 'items.jsonl',
          benchmark,
          seed: journal.config.seed,
          expect: expected,
          ...(await this.stopBehind(target, split)),
        }),
        'items.jsonl': lines,
      },
      environment: await this.preparation.environment('eval'),
      capSeconds: evaluationCapSeconds,
      gpus: Math.min(1, (await this.bench.card()).gpus.length),
    };
    const experiment = this.experiment(target);
    const folder = experiment ? `${experiment.folder}/eval-${split}` : `baseline/eval-${split}`;
    const job = await jobs.run(await jobRequest(this.bench, order), { experiment: experiment?.id ?? null, folder });
    if (job.state !== 'finished') {
      await this.passOn(job.id);
      throw jobError(
        job,
        `The evaluation of ${target} failed`,
        "Read the job's stderr.log; resume the run to try again.",
      );
    }
    const { stopped, ...result } = resultSchema.parse(await jobs.result(job.id));
    const fingerprints = fingerprintsSchema.parse(result);
    checkFingerprints(fingerprints, { ...expected, itemsHash: sha256(lines) }, target);
    const samples = loaded.benchmark.sampling?.n ?? 1;
    const asked = stopped?.after ?? loaded.splits[split].length;
    const partial = stopped && { asked, of: stopped.of, behind: stopped.behind };
    return { fingerprints, partial, items: await this.fetchItems(job.id, folder, asked * samples) };
  }

  /**
   * An experiment that cannot reach the best one any more need not be asked all dev items. What decides is always whole, and so
   * is a repeat: to count only the lucky seeds in full would flatter them.
   */
  private async stopBehind(target: string, split: Split): Promise<{ stopBehind?: Bar }> {
    const candidates = scoredFully(this.bench.journal.view).filter((id) => id !== target);
    const [best] = candidates;
    const isWhole = split !== 'dev' || target === 'baseline' || this.experiment(target)?.repeats !== undefined;
    if (best === undefined || isWhole) return {};
    const items = await this.recordedItems(best, 'dev');
    return items ? { stopBehind: barOf(best, items, candidates.length) } : {};
  }

  /** What the evaluator itself refused, in its own words. */
  private async passOn(job: string): Promise<void> {
    const read = failedSchema.safeParse(await this.bench.jobs.result(job).catch(() => undefined));
    const reason = told.find((each) => read.data?.error.reason === each);
    if (read.success && reason)
      throw new MlInternError(reason, read.data.error.message, { next: read.data.error.next });
  }

  /** Per-item results come to the run's folder, so that every score can be recomputed from it. */
  private async fetchItems(job: string, folder: string, expected: number): Promise<EvaluatedItem[]> {
    const text = new TextDecoder().decode(await this.bench.jobs.read(job, 'artifacts/items.jsonl'));
    const items = parseItems(text);
    if (items.length !== expected) {
      throw new MlInternError('job-failed', `The evaluator answered ${items.length} of ${expected} items.`, {
        next: "Read the job's stderr.log: the evaluator ended without an error and still left items out.",
      });
    }
    await this.bench.store.write(`${this.bench.runFolder}/${folder}/items.jsonl`, text);
    return items;
  }

  private async recordedItems(target: string, split: Split): Promise<EvaluatedItem[] | undefined> {
    const experiment = this.experiment(target);
    if (!this.recordedScore(target, split)) return undefined;
    const folder = experiment ? `${experiment.folder}/eval-${split}` : `baseline/eval-${split}`;
    const text = await this.bench.store.read(`${this.bench.runFolder}/${folder}/items.jsonl`);
    return text === undefined ? undefined : parseItems(text);
  }

  private recordedScore(target: string, split: Split): Score | null {
    return (target === 'baseline' ? this.bench.journal.view.baseline : this.experiment(target))?.[split] ?? null;
  }

  private jobId(target: string, split: Split): string {
    return this.bench.jobs.attempt(`${this.bench.runId}-eval-${target}-${split}`);
  }

  private async modelPath(target: string): Promise<string> {
    if (target === 'baseline') return (await this.preparation.baseModel()).path;
    const experiment = this.experiment(target);
    if (!experiment)
      throw new MlInternError('bad-input', `There is no experiment ${target}.`, {
        next: 'Use an id that write_script returned, or "baseline".',
      });
    const job = trainJobOf(this.bench.journal.view, experiment);
    if (job?.state !== 'finished') {
      throw new MlInternError('bad-input', `Experiment ${target} has no finished training job.`, {
        next: 'Launch it and wait for it to finish.',
      });
    }
    await compiledOf(this.bench, job);
    return `../../${job.id}/artifacts/model`;
  }

  private experiment(id: string): ExperimentView | undefined {
    return this.bench.journal.view.experiments.find((experiment) => experiment.id === id);
  }
}

function parseItems(text: string): EvaluatedItem[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => itemSchema.parse(JSON.parse(line)));
}
