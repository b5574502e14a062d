/** The report's account of rows that a model wrote: why, by whom, what was refused, and where each comes from. */
import { experimentsOn } from './data-use';
import type { GeneratedExample } from './recipe';
import { markdownBrief, markdownLine as line, markdownTable } from './report-text';
import type { GeneratedRows } from './types';
import type { RunView } from './view';

const shownText = 160;

/** As `validate.ts` names them. */
const refusalWords: Record<string, string> = {
  malformed: 'no row at all',
  'too-short': 'too short',
  'too-long': 'too long',
  refusal: 'a refusal to answer',
  duplicate: 'asked before',
  unverified: 'a second answer disagreed',
  overlap: 'overlaps with the evaluation',
};

export function generatedRowsSection(view: RunView): string {
  const { generated } = view;
  if (generated.length === 0) return '';
  const head = ['file', 'written by', 'rows', 'asked for', 'refused', 'tokens', 'trained on by'];
  const rows = generated.map((each) => [
    ...[line(each.file), line(each.teacher), String(each.rows), String(each.wanted), String(refusedOf(each))],
    ...[String(each.inputTokens + each.outputTokens), usersOf(view, each)],
  ]);
  return [
    '## Rows that a model wrote',
    'Where each row comes from (teacher, model, request, seed, cell of the plan) stands beside it in its file.',
    markdownTable(head, rows),
    ...generated.map((each) => storyOf(view, each)),
  ].join('\n\n');
}

const refusedOf = ({ rejected }: GeneratedRows): number => Object.values(rejected).reduce((sum, one) => sum + one, 0);

const usersOf = (view: RunView, { file }: GeneratedRows): string =>
  experimentsOn(view, file)
    .map(({ id }) => line(id))
    .join(', ') || 'none';

function storyOf(view: RunView, rows: GeneratedRows): string {
  const { file, coverage = [], examples = [], rejected, ended } = rows;
  const covered = coverage.map(({ cell, wanted, accepted }) => `- ${line(cell)}: ${accepted} of ${wanted} rows`);
  const refused = Object.entries(rejected).map(([reason, count]) => `${count} ${line(refusalWords[reason] ?? reason)}`);
  return [
    `### ${line(file)}`,
    reasonFor(view, rows),
    covered.join('\n'),
    refused.length === 0 ? '' : `Refused: ${refused.join(', ')}.`,
    ended === 'budget' ? 'The budget for them was spent before all were written.' : '',
    markdownTable(['prompt', 'completion', 'where it comes from'], examples.map(exampleCells)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The proposal's own words and who agreed; nothing for rows of an earlier version or of another run. */
function reasonFor(view: RunView, { proposal: id }: GeneratedRows): string {
  const made = view.proposals.find(({ proposal }) => proposal.id === id);
  if (made === undefined) return '';
  const by = made.decision === null ? '' : ` Approved by ${made.decision.by === 'person' ? 'a person' : 'the policy'}.`;
  return `${line(made.proposal.why)}${by}`;
}

function exampleCells({ prompt, completion, model, cell, request, seed, verifiedBy }: GeneratedExample): string[] {
  const checked =
    verifiedBy === null ? 'not checked by a second answer' : `second answer by ${line(verifiedBy)} agreed`;
  return [
    ...[markdownBrief(prompt, shownText), markdownBrief(completion, shownText)],
    `${line(model)}, ${line(cell)}, request ${line(request)}, seed ${seed}; ${checked}`,
  ];
}
