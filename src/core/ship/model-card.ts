/** The model card, written from the run's log: what was measured and against what, the data with its terms, limits, and how to repeat it. */
import { obligationWords } from '../data/licence-terms';
import { MlInternError } from '../errors';
import { trainedWith } from '../experiments/launches';
import type { Manifest } from '../experiments/manifest';
import { trainJobOf } from '../experiments/training';
import { formatDifference, formatScore } from '../run/report';
import { markdownLine as line, markdownTable } from '../run/report-text';
import type { DatasetView, ExperimentView, LastGood, RunView } from '../run/view';
import { nameOf } from './shared-manifest';
import { termsOf, usedData } from './terms';

export interface Shipped {
  view: RunView;
  good: LastGood;
  experiment: ExperimentView;
  manifest: Manifest | null;
}

/** What there is to ship: the last model that is known to be good. */
export function toShip(view: RunView): Omit<Shipped, 'manifest'> {
  const { lastGood: good } = view;
  const experiment = view.experiments.find(({ id }) => id === good?.experiment);
  if (good && experiment) return { view, good, experiment };
  throw new MlInternError(
    'bad-input',
    `The run ${view.id} has no model that was promoted, or that is better on dev and was passed by the doctor.`,
    {
      next: 'See its scores with "ml-intern runs show".',
    },
  );
}

export function modelCard(shipped: Shipped): string {
  const { view, experiment } = shipped;
  const used = usedData(shipped);
  const sections = [
    frontMatter(shipped, used),
    `# ${line(nameOf(view.config?.baseModel ?? ''))}, fine-tuned: ${line(experiment.id)}`,
    `${line(view.config?.goal ?? '')}\n\nTrained and measured by ML Intern in the run ${line(view.id)}.`,
    scores(shipped),
    data(shipped, used),
    training(shipped),
    limits(shipped),
    reproduce(shipped),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function frontMatter(shipped: Shipped, used: readonly DatasetView[]): string {
  const { view } = shipped;
  const licence = used.length > 0 ? termsOf(shipped).licence : 'other';
  const base = view.config?.baseModel ?? '';
  return [
    '---',
    `license: ${yaml(licence)}`,
    // A path on someone's box names nothing on the Hub.
    ...(base.startsWith('/') ? [] : [`base_model: ${yaml(base)}`]),
    ...(used.length === 0 ? [] : ['datasets:', ...used.map(({ id }) => `  - ${yaml(id)}`)]),
    'library_name: transformers',
    'pipeline_tag: text-generation',
    '---',
  ].join('\n');
}

/** JSON is YAML: nothing in a name can end the front matter. */
const yaml = (text: string): string => JSON.stringify(text);

function scores({ view, experiment }: Shipped): string {
  const { promotion, baseline, config } = view;
  const unseen = promotion?.experiment === experiment.id ? promotion : null;
  const rows = [
    ['dev items, base model', formatScore(baseline.dev)],
    ['dev items, this model', formatScore(experiment.dev)],
    ['difference on the dev items', formatDifference(experiment.toBaseline)],
    ...(unseen === null
      ? []
      : [
          ['unseen items, base model', formatScore(unseen.baseline)],
          ['unseen items, this model', formatScore(unseen.best)],
          ['paired difference on unseen items', formatDifference(unseen.difference)],
        ]),
  ];
  const seeds = experiment.dev?.seeds.join(', ') ?? '';
  const chosen =
    unseen === null
      ? 'No score on unseen items stands behind it: the dev items served to choose it, so that they flatter it.'
      : 'The unseen items were scored once, after the model was chosen; the dev items served to choose it.';
  const { length } = view.experiments;
  const compared = length === 1 ? 'No other experiment was tried.' : `${length} experiments were compared.`;
  return `## Scores\n\n${line(config?.benchmark ?? '')}, each score with its 95 % interval; seeds ${seeds}.\n\n${markdownTable(['what', 'score'], rows)}\n\n${chosen} ${compared}`;
}

function data(shipped: Shipped, used: readonly DatasetView[]): string {
  if (used.length === 0) return '';
  const rows = used.map(({ id, sheet, overlap }) => [
    ...[line(nameOf(id)), line(sheet?.revision ?? ''), line(sheet?.licence ?? 'none stated')],
    overlap ? `${overlap.hits} of ${overlap.rows} rows` : 'not checked',
  ]);
  const { obligations, remarks, attribution } = termsOf(shipped);
  const asks = obligations.map((one) => `- They ask: ${line(obligationWords[one])}.`);
  const notes = [...asks, ...[...remarks, ...attribution].map((text) => `- ${line(text)}`)].join('\n');
  const table = markdownTable(['dataset', 'revision', 'licence', 'overlap with the evaluation'], rows);
  return `## Data\n\n${table}\n\nRows that overlap and were left out are not trained on.\n\n${notes}\n\nThis is a help, no legal advice.`;
}

function training({ view, experiment, manifest }: Shipped): string {
  const { recipe, waterfall, hypothesis } = experiment;
  const job = trainJobOf(view, experiment);
  const { config } = job ? trainedWith(view, experiment, job) : experiment;
  const settings = Object.entries(config).filter(([name]) => !['base_model', 'data', 'output'].includes(name));
  const rows = settings.map(([name, value]) => [line(name), line(JSON.stringify(value))]);
  const sources = recipe.sources.map(({ dataset, weight, excludeRows }) => {
    const left = excludeRows.length === 0 ? '' : `, ${excludeRows.length} rows left out`;
    return `- ${line(nameOf(dataset.id))} (${line(dataset.split)}), weight ${weight}${left}`;
  });
  const gpus = manifest?.hardware.gpus.map(line).join(', ');
  const where = manifest === null ? '' : `\n\nTrained on ${gpus === '' ? 'a CPU' : gpus}.`;
  const counted = waterfall === null ? '' : `\n\n${waterfall.rows} training rows.`;
  return `## Training\n\n${line(hypothesis)}\n\n${sources.join('\n')}${counted}\n\n${markdownTable(['setting', 'value'], rows)}${where}`;
}

function limits({ view, experiment }: Shipped): string {
  const warnings = experiment.doctor?.checks.filter(({ result }) => result !== 'pass') ?? [];
  return [
    '## Limits\n',
    '- The scores hold for this benchmark and its prompt; other tasks were not measured, and may have got worse.',
    '- Nobody has looked at how safe its answers are.',
    ...(view.config?.practice
      ? ['- It comes from the practice world: model, papers and datasets were stand-ins.']
      : []),
    ...(experiment.doctor === undefined ? ['- The doctor has not looked at it (`ml-intern doctor`).'] : []),
    ...warnings.map(({ name, result, message }) => `- ${line(name)} (${result}): ${line(message)}`),
  ].join('\n');
}

function reproduce({ view, experiment, manifest }: Shipped): string {
  const hashes =
    manifest === null
      ? []
      : [
          ['base weights', manifest.baseModel.weightsHash],
          ['script, settings and recipe', manifest.code.hash],
          ['training rows', manifest.recipe.rowsHash ?? 'not recorded'],
          ['chat template and prompt', manifest.templateHash ?? 'not recorded'],
          ['evaluator', `${manifest.evaluator.evaluator} ${manifest.evaluator.evaluatorVersion}`],
          ['evaluation items', manifest.benchmark.devItemsHash],
          ['weights', manifest.output.weightsHash ?? 'not recorded'],
        ].map(([what = '', hash = '']) => [what, line(hash)]);
  const table = hashes.length === 0 ? '' : `\n\n${markdownTable(['what', 'SHA-256 or version'], hashes)}`;
  return `## Reproduce\n\n    ml-intern runs replay ${line(view.id)} --experiment ${line(experiment.id)}${table}`;
}
