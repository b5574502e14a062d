/** The report's account of the data: what the literature says, each data sheet, what overlaps, what the licences oblige to, where rows went. */
import { combinedLicence, obligationWords } from '../data/licence-terms';
import { marked } from '../data/lint/marked';
import { recipeMarkdown } from '../research/recipe-table';
import { experimentsOn } from './data-use';
import { licensedSources } from './licensed-sources';
import { generatedRowsSection } from './report-generated';
import { markdownBrief, markdownLine as line, markdownTable } from './report-text';
import type { WaterfallStage } from './recipe';
import type { DataSheet, OverlapReport, RenderedSample, Waterfall } from './types';
import type { DatasetView, ExperimentView, RunView } from './view';

const shownText = 240;
const shownRow = 1200;
const shownExamples = 3;

/** In the order in which the work was done. */
export function dataSections(view: RunView): string[] {
  return [
    ...[recipes(view), sheets(view), overlaps(view), generatedRowsSection(view)],
    ...[licences(view), waterfalls(view)],
  ];
}

function recipes({ recipeTable }: RunView): string {
  if (recipeTable.length === 0) return '';
  return `## What the literature says worked\n\nEach value is backed by words of its paper, quoted below the table.\n\n${recipeMarkdown(recipeTable)}`;
}

function sheets({ datasets }: RunView): string {
  const shown = datasets.filter(({ status }) => status === 'used' || status === 'refused');
  const rows = shown.flatMap(({ sheet }) => (sheet === null ? [] : [sheetCells(sheet)]));
  if (rows.length === 0) return '';
  const head = ['dataset', 'revision', 'rows', 'looked at', 'format', 'median tokens', 'language', 'copies', 'usable'];
  const remarks = shown.flatMap(({ id, sheet }) =>
    (sheet?.remarks ?? []).map((remark) => `- ${line(id)}: ${line(remark)}`),
  );
  return `## Data sheets\n\n${markdownTable(head, rows)}${remarks.length === 0 ? '' : `\n\n${remarks.join('\n')}`}`;
}

function sheetCells(sheet: DataSheet): string[] {
  const { lengths, languages = [], duplicates } = sheet;
  const estimated = lengths?.tokens.estimated === true ? ' (estimated)' : '';
  return [
    line(sheet.id),
    line(sheet.revision.slice(0, 12)),
    rowsOf(sheet),
    `${sheet.sampled}${sheet.complete === true ? ' (all)' : ''}`,
    line(sheet.format),
    lengths === undefined ? '–' : `${lengths.tokens.p50}, at most ${lengths.tokens.max}${estimated}`,
    languages
      .slice(0, 3)
      .map(({ language, share }) => `${line(language)} ${percent(share)}`)
      .join(', ') || '–',
    duplicates === undefined
      ? percent(sheet.duplicateShare)
      : `${percent(duplicates.exact)} exact, ${percent(duplicates.near)} near`,
    sheet.usableShare === undefined ? '–' : percent(sheet.usableShare),
  ];
}

function rowsOf({ rows, split, splits }: DataSheet): string {
  const known = rows ?? splits.find((one) => one.split === (split ?? 'train'))?.rows ?? splits[0]?.rows;
  return known === null || known === undefined ? 'unknown' : String(known);
}

function overlaps({ datasets }: RunView): string {
  const checked = datasets.flatMap(({ overlap }) => (overlap === null ? [] : [overlap]));
  if (checked.length === 0) return '';
  const rows = checked.map((report) => [
    ...[line(report.dataset), `${report.rows}`, `${report.items}`, String(report.hits), kindsOf(report)],
    ...[String(report.flaggedRows.length), report.blocked ? 'held up' : 'no'],
  ]);
  const head = ['dataset', 'rows checked', 'items', 'hits', 'kinds', 'rows that overlap', 'held up by it'];
  const found = checked.map(examplesOf).filter((text) => text !== '');
  return ['## Overlap with the evaluation', markdownTable(head, rows), ...found].join('\n\n');
}

const kindsOf = ({ kinds = {} }: OverlapReport): string =>
  Object.entries(kinds)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ') || '–';

/** Side by side, so that a reader can judge them. */
function examplesOf({ dataset, examples, remarks = [] }: OverlapReport): string {
  const rows = examples
    .slice(0, shownExamples)
    .map(({ row, item, kind, score, rowText, itemText }) => [
      ...[`${row}`, markdownBrief(rowText, shownText), `${item}`, markdownBrief(itemText, shownText)],
      `${kind ?? 'overlap'}, ${score.toFixed(2)}`,
    ]);
  const table = markdownTable(['row', 'its text', 'item', 'its text', 'kind and score'], rows);
  const notes = remarks.map((remark) => `- ${line(remark)}`).join('\n');
  const parts = [table, notes].filter((part) => part !== '');
  return parts.length === 0 ? '' : [`### ${line(dataset)}`, ...parts].join('\n\n');
}

/** Of what was trained on: data that was only looked at obliges to nothing. */
function licences(view: RunView): string {
  const { datasets, generated } = view;
  const used = datasets.filter(({ id, sheet }) => sheet !== null && experimentsOn(view, id).length > 0);
  const written = generated.filter(({ file }) => experimentsOn(view, file).length > 0);
  if (used.length + written.length === 0) return '';
  const { licence, obligations, remarks, attribution } = combinedLicence(licensedSources(view, used, written));
  const asks = obligations.map((one) => obligationWords[one]);
  const made =
    licence === 'other'
      ? 'No single licence says all that holds for what is made from the base model and the data trained on here.'
      : `What is made from the base model and the data trained on here: ${line(licence)}.`;
  return [
    '## Licences',
    `${made} ${asks.length === 0 ? 'The licences ask for nothing.' : `They ask: ${asks.map(line).join('; ')}.`} This is a help, no legal advice.`,
    [...attribution, ...remarks, ...conflicts(used)].map((text) => `- ${line(text)}`).join('\n'),
  ].join('\n\n');
}

const conflicts = (used: readonly DatasetView[]): string[] =>
  used.flatMap(({ id, sheet }) => (sheet?.licenceConflict === undefined ? [] : [`${id}: ${sheet.licenceConflict}`]));

function waterfalls({ experiments }: RunView): string {
  const compiled = experiments.flatMap((experiment) =>
    experiment.waterfall === null ? [] : [waterfallOf(experiment, experiment.waterfall)],
  );
  if (compiled.length === 0) return '';
  return [
    '## Where the rows went',
    "How many rows were left after each stage of an experiment's recipe.",
    ...compiled,
  ].join('\n\n');
}

function waterfallOf({ id, rendered }: ExperimentView, { stages, sources, rows, unmapped }: Waterfall): string {
  const each = sources.map((source) => waterfallLine(source.dataset, source.stages));
  const together = sources.length > 1 ? [waterfallLine('all of them', stages)] : [];
  const lost = Object.entries(unmapped).map(([problem, count]) => `${count} ${line(problem)}`);
  return [
    `### ${line(id)}: ${rows} training rows`,
    [...each, ...together].join('\n'),
    ...(lost.length === 0 ? [] : [`Not mapped: ${lost.join(', ')}.`]),
    ...(rendered === null ? [] : renderingOf(rendered)),
  ].join('\n\n');
}

/** Stages that took nothing away are passed over: what changed is what a reader looks for. */
function waterfallLine(name: string, stages: readonly WaterfallStage[]): string {
  const changes = stages.flatMap(({ name: stage, rows }, index) => {
    const change = rows - (stages[index - 1]?.rows ?? rows);
    return index > 0 && change !== 0 ? [`${rows} ${line(stage)} (${change > 0 ? '+' : '−'}${Math.abs(change)})`] : [];
  });
  const [first] = stages;
  const loaded = first === undefined ? [] : [`${first.rows} ${line(first.name)}`];
  return `- ${line(name)}: ${[...loaded, ...(changes.length === 0 ? ['all kept, none repeated'] : changes)].join(' → ')}`;
}

/** The rows as the model sees them: what to mind, and one of them. */
function renderingOf({ looked, findings, rows, problem }: RenderedSample): string[] {
  if (problem !== undefined) return [`The rows were not rendered: ${line(problem)}`];
  const found = findings.map(
    ({ rule, rows: of, row, message }) => `- ${of} of them ${line(rule)}, e.g. row ${row}: ${line(message)}`,
  );
  const [first] = rows;
  const shown =
    first === undefined
      ? []
      : [
          `Row ${first.row} as the model sees it, what is trained on between ⟦ and ⟧: ${markdownBrief(marked(first.spans), shownRow)}`,
        ];
  const head = `${looked} rows were rendered with the tokenizer that they are trained with${found.length === 0 ? '; no problem was found in them.' : ':'}`;
  return [head, found.join('\n'), ...shown].filter((text) => text !== '');
}

const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.095 ? 1 : 0)} %`;
