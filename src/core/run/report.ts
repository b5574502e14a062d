/** The report: the run's story with its numbers, made from the view alone, so it can be written again at any time. */
import { askedInWords } from '../evaluation/asked-with';
import { referenceName, scoreRemarks } from '../evaluation/score-words';
import { finalStates } from '../ports/box';
import { experimentsOn } from './data-use';
import { dataSections } from './report-data';
import { markdownLine as line, markdownTable } from './report-text';
import {
  failuresOf,
  lengthInWords,
  pilotsInWords,
  pooledInWords,
  repeatsInWords,
  stageAsLaunched,
  treeOf,
} from './tree';
import type { Comparison, Difference, GuessRate, RunConfig, Score } from './types';
import type { DatasetView, ExperimentView, RunView } from './view';

export function formatScore(score: Score | null): string {
  if (!score) return '—';
  return `${score.value.toFixed(3)} [${score.low.toFixed(3)}, ${score.high.toFixed(3)}], invalid ${percent(score.invalidShare)}, truncated ${percent(score.truncatedShare)}, ${score.meanTokens.toFixed(0)} tokens an answer, ${countOf(score)}`;
}

function countOf(score: Score): string {
  return [`n ${score.n}`, ...scoreRemarks(score)].join('; ');
}

export function formatDifference(comparison: Comparison | null): string {
  if (!comparison) return '—';
  return `${signed(comparison.difference)} [${comparison.low.toFixed(3)}, ${comparison.high.toFixed(3)}] ${comparison.verdict}`;
}

/** Markdown. `notes` are things that a reader must know, e.g. which parts were stand-ins. */
export function writeReport(view: RunView, notes: readonly string[]): string {
  const sections = [
    title(view),
    result(view),
    publications(view),
    experiments(view),
    datasets(view),
    ...dataSections(view),
    papers(view),
    cost(view),
    problems(view),
    noteList(notes),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function title({ name, config, summary }: RunView): string {
  const goal = config
    ? `**Goal.** ${line(config.goal)}\n\n**Base model.** ${config.baseModel} · **Benchmark.** ${line(config.benchmark)}${sourceOf(config)} · **Box.** ${config.box} · **Seed.** ${config.seed}`
    : '';
  return [`# ${name}`, goal, summary ? `**In the agent's words.** ${line(summary)}` : ''].filter(Boolean).join('\n\n');
}

function sourceOf({ benchmarkSource: source }: RunConfig): string {
  return source ? ` (${line(source.dataset)} at ${source.revision.slice(0, 12)})` : '';
}

function result(view: RunView): string {
  const { promotion, baseline, queries, guess } = view;
  if (!promotion)
    return `## Result\n\nNo promotion was decided. Baseline on dev: ${formatScore(baseline.dev)}.${fitness(view)}`;
  const rows = [
    ...guessRow(guess.promotion),
    `| base model | ${formatScore(promotion.baseline)} |`,
    `| ${promotion.experiment ?? 'base model'} | ${formatScore(promotion.best)} |`,
    `| paired difference | ${formatDifference(promotion.difference)} |`,
  ];
  const split = promotion.difference
    ? `\n\n${gainParts(promotion.difference)}Of the ${promotion.difference.n} items, ${promotion.difference.repaired} went from unparsable to right (format repair), ${promotion.difference.learned} from wrong to right, ${promotion.difference.lost} from right to not right (${promotion.difference.method}).`
    : '';
  const fit = fitness(view);
  return `## Result\n\nOn the promotion split, which the agent never saw. This figure was computed once; the split was asked ${queries.promotion} times in all (once a model):\n\n| | score |\n|---|---|\n${rows.join('\n')}\n\n${line(promotion.reason)}${split}${fit}`;
}

function guessRow(guess: GuessRate | null): string[] {
  if (!guess) return [];
  const { value, low, high, commonest } = guess;
  return [
    `| blind guessing | ${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]; always the commonest answer ${commonest.toFixed(3)} |`,
  ];
}

/** Was it the form of the answers or what the model knows? */
function gainParts({ format, knowledge }: Comparison): string {
  if (!format || !knowledge) return '';
  const part = ({ difference, low, high }: Difference) => `${signed(difference)} [${signed(low)}, ${signed(high)}]`;
  return `Format repair makes ${part(format)} of the difference (answers that became or ceased to be readable), knowledge ${part(knowledge)}. `;
}

/** Which model is the one to use, where it lies, and what the doctor said of it. */
function fitness({ lastGood, experiments: all }: RunView): string {
  if (lastGood === null)
    return '\n\n**Last good model.** The base model: none of an experiment was better and passed the doctor.';
  const doctor = all.find(({ id }) => id === lastGood.experiment)?.doctor;
  const warnings = doctor?.checks.filter(({ result: one }) => one === 'warn') ?? [];
  const list = warnings.map(({ name, message }) => `\n- ${line(name)}: ${line(message)}`).join('');
  const said =
    doctor === undefined
      ? ''
      : ` The doctor found it ${doctor.ok ? 'fit to be shipped' : 'not fit'}${list === '' ? '.' : `, with what to look at:\n${list}`}`;
  return `\n\n**Last good model.** ${lastGood.experiment} (${lastGood.why}), on the box in jobs/${lastGood.job}/artifacts/model.${said}`;
}

function publications({ publications: all }: RunView): string {
  const rows = all.map(({ kind, experiment, hub, repo, visibility, commit, hash, time }) => [
    ...[`${kind} ${line(repo)}`, line(hub), visibility, line(experiment), line(commit), line(hash), time],
  ]);
  if (rows.length === 0) return '';
  const head = ['repository', 'Hub', 'visibility', 'experiment', 'commit', 'approved as', 'time'];
  return `## Published\n\nPushed exactly as a person approved it.\n\n${markdownTable(head, rows)}`;
}

function experiments(view: RunView): string {
  const asked = view.askedWith ? ` ${line(askedInWords(view.askedWith))}` : '';
  const measured = `Baseline on dev: ${formatScore(view.baseline.dev)}.${asked}${references(view)}${published(view)}`;
  if (view.experiments.length === 0) return `## Experiments\n\n${measured}\n\nNone was run.`;
  const outcome = (experiment: ExperimentView) =>
    [experiment.outcome, lengthInWords(stageAsLaunched(view, experiment)), repeatsInWords(experiment.repeats)]
      .filter((words) => words !== null)
      .join(', ');
  const row = (experiment: ExperimentView) =>
    `| ${experiment.id} | ${experiment.parent ?? 'base'} | ${formatScore(experiment.dev)} | ${formatDifference(experiment.comparison ?? experiment.toBaseline)} | ${outcome(experiment)} | ${line(experiment.hypothesis)} |`;
  const head = '| experiment | parent | dev score | against parent | outcome | hypothesis |\n|---|---|---|---|---|---|';
  const rows = `${head}\n${view.experiments.map(row).join('\n')}`;
  return `## Experiments\n\n${measured}\n\n${rows}${seedNotes(view)}${treeNotes(view)}${failures(view)}`;
}

/** What was trained with several seeds, all of them together. */
function seedNotes({ experiments: all }: RunView): string {
  const lines = all.flatMap(({ id, pooled }) =>
    pooled
      ? [`- ${id} ${pooledInWords(pooled, formatScore)}; to the base model ${formatDifference(pooled.toBaseline)}`]
      : [],
  );
  return lines.length === 0 ? '' : `\n\n${lines.join('\n')}`;
}

/** What the scores can be held against; nothing is decided by it. */
function references({ baseline, references: all, guess }: RunView): string {
  if (all.length === 0) return '';
  const rows = all.map((one) => `| ${line(referenceName(one))} | ${formatScore(one.score)} |`);
  const first = [...guessRow(guess.dev), `| base model, as the baseline | ${formatScore(baseline.dev)} |`];
  const held = all.flatMap(({ examples }) => examples ?? []);
  const shown = held.map(
    ({ n, hash }) => ` The ${n} examples are dev items, which were then not asked (${hash.slice(0, 12)}).`,
  );
  return `\n\nTo compare with, on dev items; they take part in no test.${shown.join('')}\n\n| reference | dev score |\n|---|---|\n${[...first, ...rows].join('\n')}`;
}

/** Other people's figures, for who wonders what is usual. */
function published({ published: all }: RunView): string {
  if (all.length === 0) return '';
  const rows = all.map(({ model, value, source }) => [line(model), value.toFixed(3), line(source)]);
  return `\n\nPublished by others and not measured here; another prompt or other items may lie behind them.\n\n${markdownTable(['published', 'score', 'source'], rows)}`;
}

/** How far the table can be believed. */
function treeNotes(view: RunView): string {
  const { planned, pilotSeconds, selection, queries } = treeOf(view);
  const corrected = view.experiments.some(({ toBaseline }) => toBaseline?.adjustedP !== undefined);
  const lines = [
    ...(pilotSeconds === null ? [] : [pilotsInWords(pilotSeconds)]),
    ...(corrected ? [`Verdicts are corrected for the ${planned} experiments that the run could try (Holm).`] : []),
    `The dev items were asked ${queries.dev} times.`,
    ...(selection
      ? [
          `The best of ${selection.tried} scores ${selection.best.toFixed(3)}; being picked for its score, it is expected to score ${selection.expected.toFixed(3)} on new items. If all were equally good, the best would stand ${selection.luck.toFixed(3)} above their mean by luck.`,
        ]
      : []),
  ];
  return `\n\n${lines.join(' ')}`;
}

function failures(view: RunView): string {
  const rows = failuresOf(view).map(({ experiment, cause }) => [line(experiment), line(cause)]);
  return rows.length === 0 ? '' : `\n\n${markdownTable(['what failed', 'its cause'], rows)}`;
}

function datasets(view: RunView): string {
  const decided = view.datasets.filter(({ status }) => status === 'used' || status === 'refused');
  if (decided.length === 0) return '';
  const row = (dataset: DatasetView) => {
    const { id, decidedBy, reason, sheet, overlap } = dataset;
    return `| ${line(id)} | ${fateOf(view, dataset)} | ${decidedBy ?? ''} | ${line(sheet?.licence ?? 'none stated')} | ${overlap ? `${overlap.hits} of ${overlap.rows} rows` : 'not checked'} | ${line(reason)} |`;
  };
  return `## Data\n\n| dataset | what became of it | decided by | licence | overlap with the evaluation | reason |\n|---|---|---|---|---|---|\n${decided.map(row).join('\n')}`;
}

/** Leave to use data does not mean that anything was trained on it. */
function fateOf(view: RunView, { id, status }: DatasetView): string {
  if (status !== 'used') return status;
  const users = experimentsOn(view, id).map(({ id: experiment }) => line(experiment));
  return users.length === 0 ? 'approved, not trained on' : `trained on by ${users.join(', ')}`;
}

function papers({ papers: all }: RunView): string {
  if (all.length === 0) return '';
  const paper = ({ id, title: name, url, notes }: RunView['papers'][number]) =>
    `- [${line(name)}](${target(url)}) (${line(id)})\n${notes.map(({ claim, quote, place }) => `  - ${line(claim).replace(/[.:]$/, '')}: “${line(quote)}” (${line(place)})`).join('\n')}`;
  return `## Papers\n\n${all.map(paper).join('\n')}`;
}

function cost({ spend, jobs }: RunView): string {
  const ended = jobs.filter(({ state }) => finalStates.has(state)).length;
  const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;
  return `## Cost\n\nWall clock ${minutes(spend.wallSeconds)}, box ${minutes(spend.boxSeconds)} in ${ended} jobs, GPU ${minutes(spend.gpuSeconds)}, ${spend.inputTokens} input and ${spend.outputTokens} output tokens.`;
}

function problems({ problems: all }: RunView): string {
  return all.length === 0
    ? ''
    : `## Problems on the way\n\n${all.map(({ time, message }) => `- ${time}: ${line(message)}`).join('\n')}`;
}

function noteList(notes: readonly string[]): string {
  return notes.length === 0 ? '' : `## What to know\n\n${notes.map((note) => `- ${note}`).join('\n')}`;
}

function signed(difference: number): string {
  return `${difference >= 0 ? '+' : ''}${difference.toFixed(3)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** An address that cannot end its link early. */
function target(url: string): string {
  return encodeURI(url).replace(/[()[\]]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
