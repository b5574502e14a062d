/** What is asked, in words for a terminal: the short form, the long form, and what of it can be edited. */
import { scriptDoubts } from '../core/approvals/script-doubts';
import { sourceText } from '../core/approvals/source-text';
import { marked } from '../core/data/lint/marked';
import { useInWords } from '../core/data/mapping-use';
import { sampleOf, type SampleRow } from '../core/data/sample-rows';
import type { StopRules } from '../core/ports/box';
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
import type { DataSheet, MappingUse, OverlapReport, Proposal } from '../core/run/types';
import { count, percent, plain, shorten, plainLine } from './format';

/** The short form: what is asked, why, and what speaks for and against it. */
export function proposalText(proposal: Proposal): string {
  const facts = subjectFacts(proposal).map((fact) => `  ${fact}`);
  return [
    `${proposal.kind.toUpperCase()}: ${plain(proposal.title)}`,
    `  why: ${shorten(plain(proposal.why), 400)}`,
    ...facts,
  ].join('\n');
}

function subjectFacts({ subject }: Proposal): string[] {
  switch (subject.kind) {
    case 'dataset':
      return datasetFacts(subject.sheet, subject.overlap, subject.use);

    case 'script':
      return [
        `experiment: ${subject.experiment}, parent: ${subject.parent ?? 'base model'}`,
        `config: ${JSON.stringify(subject.config)}`,
        ...(subject.unchecked ? [`not checked: ${plain(subject.unchecked)}`] : []),
        ...(subject.shorter ? [shorterInWords(subject.shorter)] : []),
        ...scriptDoubts(subject.script).map((doubt) => `look at it: it ${doubt}`),
      ];
    case 'launch':
      return [
        `experiment: ${subject.experiment}, at most ${Math.round(subject.capSeconds / 60)} minutes on the box`,
        ...(subject.trial ? [`a trial: ${trialKeepsNothing}`] : []),
        ...stageLines(subject.stage),
        ...(subject.plan ? [`runs ${subject.plan}`] : []),
        ...secretLines(subject.secrets),
        ...(subject.forecast ? [`forecast: ${forecastInWords(subject.forecast)}`] : []),
        ...ladderLines(subject.ladder),
        ...endLines(subject.rules),
      ];
    case 'spend':
      return [`${plain(subject.what)}: ${plain(subject.amount)}`];
    case 'publish':
      return [`${plain(subject.what)} to ${plain(subject.target)}`];
  }
}

function datasetFacts(sheet: DataSheet, overlap: OverlapReport | null, use: MappingUse | undefined): string[] {
  const rows = sheet.splits.reduce((sum, split) => sum + (split.rows ?? 0), 0);
  const share = sheet.usableShare === undefined || use ? '' : `, usable: ${percent(sheet.usableShare)}`;
  return [
    `licence: ${plain(sheet.licence ?? 'none stated')} (${sheet.licenceVerdict}), rows: ${count(rows)}, duplicates: ${percent(sheet.duplicateShare)}${share}`,
    ...(use ? [`usable: ${useInWords(use).usable}`, `would be cut: ${useInWords(use).cut}`] : []),
    ...(sheet.licenceConflict === undefined ? [] : [`licence: ${plain(sheet.licenceConflict)}`]),
    overlap === null
      ? 'overlap with the benchmark: not checked'
      : `overlap with the benchmark: ${overlap.hits} hits in ${count(overlap.rows)} rows`,
    ...(sheet.file === undefined ? [] : [`content: ${plain(sheet.revision)}`]),
    ...sheet.remarks.map((remark) => `note: ${plain(remark)}`),
  ];
}

function stageLines(stage: 'pilot' | 'full' | undefined): string[] {
  const words = stageInWords(stage);
  return words ? [words] : [];
}

function ladderLines(ladder: readonly Rung[] | undefined): string[] {
  const [start, next] = [startsWith(ladder), ifMemoryRunsOut(ladder)];
  return [
    ...(start ? [`starts with ${plain(start)}: a trial ran out of memory`] : []),
    ...(next ? [`if memory runs out: ${plain(next)}`] : []),
  ];
}

function endLines(rules: StopRules | undefined): string[] {
  const when = rules && endsItself(rules);
  return when ? [`ends itself ${when}`] : [];
}

function secretLines(secrets: string[][] | undefined): string[] {
  const who = whoSeesSecrets(secrets);
  return who ? [`secrets: ${who}`] : [];
}

/** The long form: the script itself, or everything that is known as JSON. Control characters are shown, not obeyed. */
export function proposalDetails(proposal: Proposal): string {
  const { subject, hash } = proposal;
  return [...plainText(detailsOf(subject)), ...sampleText(sampleOf(proposal)), `sha256 ${hash}`].join('\n');
}

function detailsOf(subject: Proposal['subject']): string {
  if (subject.kind === 'script') return subject.script;
  if (subject.kind !== 'dataset') return JSON.stringify(subject, null, 2);
  const { rows: _, ...known } = subject;
  return `${JSON.stringify(known, null, 2)}\nHow its rows are used:\n${sourceText(subject.source)}`;
}

/** Rows as the model will see them, but for the marks of its chat template. */
export function sampleText(sample: readonly SampleRow[]): string[] {
  if (sample.length === 0) return [];
  const rows = sample.flatMap(({ spans, problem }, index) => [
    `Row ${index + 1}:`,
    ...(problem === null ? plainText(marked(spans)).map((line) => `  ${line}`) : [`  cannot be used: ${problem}`]),
  ]);
  return ['', 'What the model will see of it; what it is trained on stands between ⟦ and ⟧:', ...rows, ''];
}

const plainText = (text: string): string[] => text.split('\n').map((line) => plainLine(line));

/** What of a proposal can be edited before it is approved. */
export function editableText({
  subject,
}: Proposal): { kind: 'script' | 'source'; text: string; file: string } | undefined {
  if (subject.kind === 'script') return { kind: 'script', text: subject.script, file: 'train.py' };
  if (subject.kind === 'dataset') return { kind: 'source', text: sourceText(subject.source), file: 'rows.json' };
  return undefined;
}
