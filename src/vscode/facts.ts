/** What there is to know of a run, a dataset or a proposal, as label and value: the same words in trees, documents and the panel. */
import { scriptDoubts } from '../core/approvals/script-doubts';
import { obligationWords } from '../core/data/licence-terms';
import { useInWords } from '../core/data/mapping-use';
import { mappingParts } from '../core/data/mapping/describe';
import type { StopRules } from '../core/ports/box';
import type { PanelFact } from '../core/protocol/panel-view';
import type {
  Autonomy,
  DataSheet,
  MappingUse,
  OverlapReport,
  Proposal,
  Publication,
  Recipe,
  RecipeSource,
  RunConfig,
} from '../core/run/types';
import { forecastInWords } from '../core/experiments/forecast';
import { shorterInWords } from '../core/experiments/shorter-rows';
import {
  endsItself,
  ifMemoryRunsOut,
  stageInWords,
  startsWith,
  trialKeepsNothing,
  whoSeesSecrets,
} from '../core/run/launch-words';
import type { Rung } from '../core/run/training';
import { stopOnInWords } from '../core/run/watch-rules';
import { seenLine } from '../core/text/unseen';
import { formatCompact, formatCount, formatDuration, formatShare } from './format';

export const autonomyWords: Record<Autonomy, string> = {
  'ask-everything': 'Ask for everything',
  'ask-data-and-scripts': 'Ask for data and scripts',
  autopilot: 'Autopilot within budget',
};

export function runFacts(config: RunConfig): PanelFact[] {
  return [
    { label: 'Base model', value: config.baseModel },
    { label: 'Benchmark', value: config.benchmark.split(/[\\/]/).at(-1) ?? config.benchmark },
    { label: 'Box', value: config.box === 'local' ? 'this machine' : config.box },
    ...(config.boxData ? [{ label: 'Data folders of the box', value: config.boxData.join(', ') }] : []),
    { label: 'Agent model', value: config.model.name },
    { label: 'Autonomy', value: autonomyWords[config.autonomy] },
    { label: 'Rules that end a training', value: stopOnInWords(config.stopOn) },
  ];
}

export function publicationFact({ kind, repo, visibility, commit, hub }: Publication): PanelFact {
  const value = `${repo} on ${hub}, ${visibility}, commit ${commit.slice(0, 12)}`;
  return { label: kind === 'space' ? 'Space' : 'Published', value: seenLine(value) };
}

/** `use`: of the mapping that is proposed, which counts before that of the format. */
export function datasetFacts(sheet: DataSheet, use?: MappingUse): PanelFact[] {
  return [
    { label: 'Licence', value: licenceInWords(sheet) },
    { label: 'Rows', value: rowsInWords(sheet) },
    { label: 'Format', value: sheet.format },
    { label: 'Columns', value: sheet.columns.map((column) => column.name).join(', ') || 'unknown' },
    { label: 'Duplicates', value: formatShare(sheet.duplicateShare) },
    { label: 'Empty', value: formatShare(sheet.emptyShare) },
    { label: 'Mean length', value: `${formatCount(sheet.meanCharacters)} characters` },
    ...lookedAtFacts(sheet, use),
    {
      label: 'Sampled',
      value: `${formatCount(sheet.sampled)} rows${sheet.complete === true ? ', all there are' : ''}`,
    },
    { label: 'Downloads', value: formatCompact(sheet.downloads) },
    { label: 'Revision', value: sheet.file === undefined ? sheet.revision.slice(0, 12) : sheet.revision },
  ];
}

/** What runs of earlier versions do not have. */
function lookedAtFacts(sheet: DataSheet, use: MappingUse | undefined): PanelFact[] {
  const { lengths, languages = [], duplicates, wouldBeCut, usableShare, licenceConflict, obligations = [] } = sheet;
  const mapped = use && useInWords(use);
  const facts: [string, string | undefined][] = [
    [
      'Tokens a row',
      lengths && `${formatCount(lengths.tokens.p50)} in the median, at most ${formatCount(lengths.tokens.max)}`,
    ],
    ['Language', languages.map(({ language, share }) => `${language} ${formatShare(share)}`).join(', ') || undefined],
    ['Near duplicates', duplicates && formatShare(duplicates.near)],
    [
      'Would be cut',
      mapped?.cut ?? (wouldBeCut && `${formatShare(wouldBeCut.share)} at ${formatCount(wouldBeCut.maxTokens)} tokens`),
    ],
    ['Usable', mapped?.usable ?? (usableShare === undefined ? undefined : formatShare(usableShare))],
    ['Licences disagree', licenceConflict],
    ['Licence asks to', obligations.map((one) => obligationWords[one]).join('; ') || undefined],
  ];
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

export function licenceInWords(sheet: Pick<DataSheet, 'licence' | 'licenceVerdict'>): string {
  const name = sheet.licence ?? 'none stated';
  if (sheet.licenceVerdict === 'allow') return `${name} (allowed)`;
  return sheet.licenceVerdict === 'deny' ? `${name} (not allowed)` : `${name} (you decide)`;
}

export function rowsInWords(sheet: Pick<DataSheet, 'splits'>): string {
  if (sheet.splits.length === 0) return 'unknown';
  return sheet.splits
    .map(({ config, split, rows }) => {
      const place = config === 'default' ? split : `${config}/${split}`;
      return `${rows === null ? '?' : formatCount(rows)} ${place}`;
    })
    .join(', ');
}

export function overlapInWords(overlap: OverlapReport | null): string {
  if (overlap === null) return 'not checked yet';
  if (overlap.hits === 0) return `none in ${formatCount(overlap.rows)} rows`;
  const rows = overlap.flaggedRows.length;
  return `${formatCount(rows)} of ${formatCount(overlap.rows)} rows look like evaluation items`;
}

export function recipeInWords(recipe: Recipe): string {
  return recipe.sources.map(sourceInWords).join(' + ') || 'no data';
}

function sourceInWords(source: RecipeSource): string {
  const weight = source.weight === 1 ? '' : ` ×${source.weight}`;
  const cap = source.maxRows === undefined ? '' : ` (≤ ${formatCount(source.maxRows)} rows)`;
  return `${source.dataset.id}${weight}${cap}`;
}

/** The settings that people compare first; the rest is in the config document. */
const telling = ['learning_rate', 'max_steps', 'epochs', 'num_train_epochs', 'batch_size', 'max_length'];

export function settingsInWords(config: Record<string, unknown>): string {
  return telling
    .filter((key) => config[key] !== undefined)
    .map((key) => `${key} ${String(config[key])}`)
    .join(' · ');
}

export function proposalFacts(proposal: Proposal): PanelFact[] {
  const { subject } = proposal;
  switch (subject.kind) {
    case 'dataset':
      return [
        { label: 'Licence', value: licenceInWords(subject.sheet) },
        { label: 'Rows', value: rowsInWords(subject.sheet) },
        { label: 'Overlap', value: overlapInWords(subject.overlap) },
        ...leftOut(subject.source),
        { label: 'Each row becomes', value: mappingInWords(subject.source) },
      ];
    case 'script':
      return [
        { label: 'Experiment', value: subject.experiment },
        { label: 'Parent', value: subject.parent ?? 'the base model' },
        { label: 'Data', value: recipeInWords(subject.recipe) },
        { label: 'Settings', value: settingsInWords(subject.config) || 'see the config' },
        ...(subject.unchecked ? [{ label: 'Not checked', value: subject.unchecked }] : []),
        ...(subject.shorter ? [{ label: 'Shorter rows', value: shorterInWords(subject.shorter) }] : []),
        ...scriptDoubts(subject.script).map((doubt) => ({ label: 'Look at it', value: `It ${doubt}` })),
      ];
    case 'launch':
      return [
        { label: 'Experiment', value: subject.experiment },
        ...(subject.trial ? [{ label: 'Trial', value: trialKeepsNothing }] : []),
        ...stageFacts(subject.stage),
        { label: 'Steps', value: subject.steps.map((step) => step.join(' ')).join(' → ') },
        ...secretFacts(subject.secrets),
        { label: 'Environment', value: subject.environment },
        ...(subject.plan ? [{ label: 'Runs', value: subject.plan }] : []),
        { label: 'Cap', value: formatDuration(subject.capSeconds) },
        ...(subject.forecast ? [{ label: 'Forecast', value: forecastInWords(subject.forecast) }] : []),
        ...memoryFacts(subject.ladder),
        ...endFacts(subject.rules),
      ];
    case 'spend':
      return [
        { label: 'For', value: subject.what },
        { label: 'Amount', value: subject.amount },
      ];
    case 'publish':
      return [
        { label: 'What', value: subject.what },
        { label: 'To', value: subject.target },
      ];
  }
}

function stageFacts(stage: 'pilot' | 'full' | undefined): PanelFact[] {
  const words = stageInWords(stage);
  return words ? [{ label: 'Stage', value: words }] : [];
}

function memoryFacts(ladder: readonly Rung[] | undefined): PanelFact[] {
  const [start, next] = [startsWith(ladder), ifMemoryRunsOut(ladder)];
  return [
    ...(start ? [{ label: 'Starts with', value: `${start} (a trial ran out of memory)` }] : []),
    ...(next ? [{ label: 'If memory runs out', value: next }] : []),
  ];
}

function endFacts(rules: StopRules | undefined): PanelFact[] {
  const when = rules && endsItself(rules);
  return when ? [{ label: 'Ends itself', value: when }] : [];
}

function secretFacts(secrets: string[][] | undefined): PanelFact[] {
  const who = whoSeesSecrets(secrets);
  return who ? [{ label: 'Secrets', value: who }] : [];
}

function mappingInWords({ mapping }: RecipeSource): string {
  return mappingParts(mapping)
    .map(({ text }) => text.trim())
    .join(' → ')
    .replaceAll('\n', ' ⏎ ');
}

function leftOut(source: RecipeSource): PanelFact[] {
  return source.excludeRows.length === 0
    ? []
    : [{ label: 'Left out', value: `${formatCount(source.excludeRows.length)} overlapping rows` }];
}
