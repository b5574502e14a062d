/** Evaluation of the base model or an experiment on one split: its score and what it is compared with, once and recorded. */
import { MlInternError } from '../errors';
import { compareScored, type Scored } from '../evaluation/compare-scored';
import { corrected, correctedPair, type Claims } from '../evaluation/family';
import { scoreOf } from '../evaluation/score';
import type { Comparison, Score, Split } from '../run/types';
import type { ExperimentView } from '../run/view';
import { barOf, scoredFully, type Bar } from './bar';
import type { Bench } from './bench';
import { askEvaluator, parseItems, type EvaluatedItem, type Measured } from './evaluator';
import { pretty } from './files';
import { writeManifest } from './manifest';
import { poolSeeds } from './pooling';
import type { Preparation } from './preparation';
import { seedOf } from './repeats';
import { trainJobOf } from './training';
import { checkBenchmark, expectedOf } from './same-measurement';
import { compiledOf } from './waterfalls';

export interface Evaluation {
  score: Score;
  items: EvaluatedItem[];
  /** On the same split, against the parent and the base model; null where that has no score. */
  toParent: Comparison | null;
  toBaseline: Comparison | null;
}

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
    if (measured) {
      const { job, fingerprints } = measured;
      await this.bench.journal.record('experiment.scored', {
        experiment: target,
        split,
        job,
        score,
        comparison: toParent,
        toBaseline,
        fingerprints,
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
    const { loaded, journal } = this.bench;
    checkBenchmark(journal, await this.bench.reloadBenchmark());
    return askEvaluator(this.bench, this.preparation, {
      name: `${target}-${split}`,
      what: target,
      experiment: this.experiment(target)?.id ?? null,
      folder: this.folderOf(target, split),
      model: await this.modelPath(target),
      items: loaded.splits[split],
      benchmark: loaded.benchmark,
      expected: expectedOf(journal, target, loaded.benchmark),
      bar: await this.barOf(target, split),
    });
  }

  /**
   * An experiment that cannot reach the best one any more need not be asked all dev items. What decides is always whole, and so
   * is a repeat: to count only the lucky seeds in full would flatter them.
   */
  private async barOf(target: string, split: Split): Promise<Bar | undefined> {
    const candidates = scoredFully(this.bench.journal.view).filter((id) => id !== target);
    const [best] = candidates;
    // inspect asks all at once.
    const isWhole =
      split !== 'dev' ||
      target === 'baseline' ||
      this.experiment(target)?.repeats !== undefined ||
      this.bench.loaded.benchmark.kind === 'inspect';
    if (best === undefined || isWhole) return undefined;
    const items = await this.recordedItems(best, 'dev');
    return items && barOf(best, items, candidates.length);
  }

  private async recordedItems(target: string, split: Split): Promise<EvaluatedItem[] | undefined> {
    if (!this.recordedScore(target, split)) return undefined;
    const text = await this.bench.store.read(`${this.bench.runFolder}/${this.folderOf(target, split)}/items.jsonl`);
    return text === undefined ? undefined : parseItems(text);
  }

  private recordedScore(target: string, split: Split): Score | null {
    return (target === 'baseline' ? this.bench.journal.view.baseline : this.experiment(target))?.[split] ?? null;
  }

  private folderOf(target: string, split: Split): string {
    return `${this.experiment(target)?.folder ?? 'baseline'}/eval-${split}`;
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
