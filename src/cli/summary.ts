/** The closing tables of a run, for people. Pure. */
import type { DatasetView, ExperimentView, RunView } from '../core/run/view';
import { experimentsOn } from '../core/run/data-use';
import type { GeneratedRows, Publication, Score } from '../core/run/types';
import { referenceName, scoreRemarks } from '../core/evaluation/score-words';
import { count, differenceText, duration, percent, plain, scoreText, shorten, table } from './format';

/** Everything a person should know of a run that has ended (or of how far it came). */
export function runSummary(view: RunView, folder: string, standIns: readonly string[]): string {
  return [
    scoresPart(view),
    referencesPart(view),
    experimentsPart(view.experiments),
    datasetsPart(view),
    generatedPart(view),
    publicationsPart(view),
    spendPart(view),
    standInsPart(standIns),
    `Run ${view.id}: ${folder}${view.report === null ? '' : ` (the whole story: ${view.report})`}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function scoresPart(view: RunView): string {
  const { promotion } = view;
  if (promotion === null) {
    const { dev } = view.baseline;
    if (dev === null) return 'No score yet.';
    return table([scoreHeader, scoreRow('baseline (dev)', dev)]);
  }
  const best = promotion.experiment === null ? 'best (none promoted)' : `best (${promotion.experiment})`;
  const lines = [
    table([scoreHeader, ...guessRow(view), scoreRow('baseline', promotion.baseline), scoreRow(best, promotion.best)]),
  ];
  const { difference } = promotion;
  if (difference !== null) {
    lines.push(
      `Paired difference over the same ${difference.n} items: ${differenceText(difference)}, ${pText(difference.pValue)} ` +
        `(${difference.method}): ${difference.verdict}. ` +
        `${difference.repaired} repaired, ${difference.learned} learned, ${difference.lost} lost.`,
    );
  }
  if (promotion.reason !== '') lines.push(plain(promotion.reason));
  lines.push(`The promotion items were asked ${view.queries.promotion} times in all; this figure was computed once.`);
  return lines.join('\n');
}

function referencesPart({ references, baseline }: RunView): string {
  if (references.length === 0) return '';
  const rows = references.map((one) => scoreRow(plain(referenceName(one)), one.score));
  const first = baseline.dev === null ? [] : [scoreRow('baseline', baseline.dev)];
  return `To compare with, on the dev items (no test uses these):\n${table([scoreHeader, ...first, ...rows])}`;
}

function guessRow({ guess: { promotion } }: RunView): string[][] {
  if (promotion === null) return [];
  const { value, low, high, n } = promotion;
  return [
    ['blind guessing', percent(value), `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`, '–', String(n)],
  ];
}

const scoreHeader = ['model', 'score', '95 % interval', 'invalid', 'n'];

function scoreRow(name: string, score: Score): string[] {
  const interval = `${(score.low * 100).toFixed(1)} to ${(score.high * 100).toFixed(1)} %`;
  return [
    name,
    percent(score.value),
    interval,
    percent(score.invalidShare),
    [score.n, ...scoreRemarks(score)].join('; '),
  ];
}

function pText(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`;
}

function experimentsPart(experiments: readonly ExperimentView[]): string {
  if (experiments.length === 0) return 'No experiment was tried.';
  const rows = experiments.map((experiment) => [
    experiment.id,
    experiment.parent ?? 'base model',
    experiment.dev === null ? '–' : scoreText(experiment.dev),
    experiment.comparison === null ? '–' : differenceText(experiment.comparison),
    experiment.comparison?.verdict ?? '–',
    experiment.outcome,
  ]);
  const header = ['experiment', 'parent', 'score on dev items', 'to its parent', 'verdict', 'outcome'];
  return `Experiments tried: ${experiments.length}\n${table([header, ...rows])}`;
}

function datasetsPart(view: RunView): string {
  const used = view.datasets.filter(({ status }) => status === 'used');
  const refused = view.datasets.filter(({ status }) => status === 'refused');
  if (used.length + refused.length === 0) return 'No dataset was used or refused.';
  const line = (word: string, { id, decidedBy, reason }: DatasetView) => {
    const by = decidedBy === null ? '' : ` (${decidedBy})`;
    return `  ${word.padEnd(8)} ${id}${by}: ${shorten(plain(reason), 160)}`;
  };
  const trained = used.filter(({ id }) => experimentsOn(view, id).length > 0);
  const spare = used.filter((dataset) => !trained.includes(dataset));
  return [
    'Datasets',
    ...trained.map((dataset) => line('used', dataset)),
    ...spare.map((dataset) => line('unused', { ...dataset, reason: 'approved, and nothing was trained on it' })),
    ...refused.map((dataset) => line('refused', dataset)),
  ].join('\n');
}

function generatedPart(view: RunView): string {
  if (view.generated.length === 0) return '';
  const line = ({ file, teacher, rows, wanted, rejected }: GeneratedRows) => {
    const reasons = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
    const refused = reasons.length === 0 ? 'none refused' : `refused: ${reasons.join(', ')}`;
    const users = experimentsOn(view, file).map(({ id }) => id);
    const used = users.length === 0 ? 'nothing was trained on them' : `used by ${users.join(', ')}`;
    return `${file}: ${rows} of ${wanted} rows by ${teacher}; ${refused}; ${used}`;
  };
  return ['Rows that a model wrote', ...view.generated.map((rows) => `  ${plain(line(rows))}`)].join('\n');
}

function publicationsPart({ publications }: RunView): string {
  if (publications.length === 0) return '';
  const line = ({ kind, repo, visibility, experiment, commit, hub }: Publication) =>
    `  ${kind} ${plain(repo)} (${visibility}) on ${plain(hub)}: ${plain(experiment)}, commit ${plain(commit.slice(0, 12))}`;
  return ['Published', ...publications.map(line)].join('\n');
}

function spendPart({ spend }: RunView): string {
  const tokens = `${count(spend.inputTokens)} in, ${count(spend.outputTokens)} out`;
  return [
    'Spent',
    `  wall time    ${duration(spend.wallSeconds)}`,
    `  GPU time     ${duration(spend.gpuSeconds)}`,
    `  CPU-only     ${duration(Math.max(0, spend.boxSeconds - spend.gpuSeconds))} of jobs on the box`,
    `  model tokens ${tokens}`,
  ].join('\n');
}

function standInsPart(standIns: readonly string[]): string {
  if (standIns.length === 0) return '';
  return ['Stand-ins in this run (everything else was real)', ...standIns.map((text) => `  - ${text}`)].join('\n');
}
