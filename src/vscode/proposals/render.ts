/** The text of a proposal as a person reads it. A script is shown as exactly the text that was proposed, nothing added. */
import { mappingParts } from '../../core/data/mapping/describe';
import { marked } from '../../core/data/lint/marked';
import { sampleOf, type SampleRow } from '../../core/data/sample-rows';
import { onlySeen } from '../../core/text/unseen';
import type { OverlapReport, Proposal, ProposalSubject } from '../../core/run/types';
import { datasetFacts, overlapInWords, proposalFacts } from '../facts';
import { brief } from '../format';
import type { Role } from './documents';

type Dataset = Extract<ProposalSubject, { kind: 'dataset' }>;
type Script = Extract<ProposalSubject, { kind: 'script' }>;

export function documentFile(proposal: Proposal, role: Role): string {
  const { subject } = proposal;
  if (subject.kind === 'script') {
    if (role === 'parent') return `${subject.parent ?? 'parent'}-train.py`;
    return role === 'settings' ? `${subject.experiment}-settings.json` : `${subject.experiment}-train.py`;
  }
  return `${fileName(proposal.title)}.md`;
}

function fileName(title: string): string {
  return brief(title, 60).replaceAll(/[^\p{L}\p{N}._ -]+/gu, '-');
}

export function renderProposal(proposal: Proposal, role: Role): string {
  const { subject } = proposal;
  if (subject.kind === 'script') {
    if (role === 'parent') return subject.parentScript ?? '';
    return role === 'settings' ? settings(subject) : subject.script;
  }
  if (subject.kind === 'dataset') return onlySeen(datasetDocument(proposal, subject)).text;
  return onlySeen(
    [`# ${proposal.title}`, proposal.why, factTable(proposalFacts(proposal)), hashLine(proposal)].join('\n\n') + '\n',
  ).text;
}

function settings(subject: Script): string {
  return `${JSON.stringify({ config: subject.config, recipe: subject.recipe }, null, 2)}\n`;
}

function datasetDocument(proposal: Proposal, { sheet, source, overlap, use }: Dataset): string {
  const remarks = sheet.remarks.map((remark) => `- ${remark}`);
  return (
    [
      `# ${sheet.id}`,
      `## Why\n\n${proposal.why}`,
      `## What is known\n\n${factTable([...datasetFacts(sheet, use), { label: 'Overlap with the benchmark', value: overlapInWords(overlap) }])}`,
      ...(remarks.length === 0 ? [] : [`## Remarks\n\n${remarks.join('\n')}`]),
      `## How its rows are used\n\n${mappingParts(source.mapping)
        .map(({ label, text }) => `${label}:\n\n${fenced(text)}`)
        .join('\n\n')}`,
      ...sample(proposal),
      ...overlapExamples(overlap),
      hashLine(proposal),
    ].join('\n\n') + '\n'
  );
}

function sample(proposal: Proposal): string[] {
  const rows = sampleText(sampleOf(proposal));
  return rows.length === 0 ? [] : [`## What the model will see\n\n${rows.join('\n\n')}`];
}

export function sampleText(sample: readonly SampleRow[]): string[] {
  const rows = sample.map(({ spans, problem }, index) =>
    problem === null ? fenced(marked(spans)) : `Row ${index + 1} cannot be used: ${problem}.`,
  );
  const head = 'Rows as the model will see them; what it is trained on stands between ⟦ and ⟧.';
  return rows.length === 0 ? [] : [head, ...rows];
}

function overlapExamples(overlap: OverlapReport | null): string[] {
  const examples = overlap?.examples ?? [];
  if (examples.length === 0) return [];
  const shown = examples.map(
    ({ row, rowText, itemText }) => `Row ${row}:\n\n${fenced(rowText)}\n\nEvaluation item:\n\n${fenced(itemText)}`,
  );
  return [`## Rows that look like evaluation items\n\n${shown.join('\n\n')}`];
}

function factTable(facts: readonly { label: string; value: string }[]): string {
  const rows = facts.map(({ label, value }) => `| ${cell(label)} | ${cell(value)} |`);
  return ['| | |', '|---|---|', ...rows].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ⏎ ');
const hashLine = (proposal: Proposal): string => `What you approve: \`sha256:${proposal.hash}\``;

/** A fence longer than any in the text, so that foreign text cannot step out of it: also not by marks that something unseen parts. */
function fenced(foreign: string): string {
  const { text } = onlySeen(foreign);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
