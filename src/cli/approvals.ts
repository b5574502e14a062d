/** Asks a person at the terminal about each proposal: approve, reject with a reason, show it in full, edit a script. */
import type { StopRules } from '../core/ports/box';
import { endsItself } from '../core/run/launch-words';
import type { Proposal } from '../core/run/types';
import type { DecisionInput, RunHandle } from '../core/run/runs';
import { count, percent, plain, shorten } from './format';
import type { Terminal } from './terminal';

/** Resolves to false when the person has no more answers (the input ended): the run then waits for another surface. */
export async function askAbout(
  proposal: Proposal,
  handle: RunHandle,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  terminal.err(`\n${proposalText(proposal)}\n`);
  const script = proposal.subject.kind === 'script' ? proposal.subject.script : undefined;
  const choices =
    script === undefined ? '[y] approve  [n] reject  [s] show' : '[y] approve  [n] reject  [s] show  [e] edit';
  for (;;) {
    const answer = await terminal.ask(`${choices} > `, signal);
    if (answer === undefined) return false;
    const decision = await decisionFor(answer.trim().toLowerCase(), proposal, terminal, signal);
    if (decision === undefined) continue;
    await handle.decide(proposal.id, { ...decision, hash: proposal.hash, surface: 'cli' });
    return true;
  }
}

type Answered = Pick<DecisionInput, 'verdict' | 'reason' | 'editedScript'>;

async function decisionFor(
  answer: string,
  proposal: Proposal,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Answered | undefined> {
  const { subject } = proposal;
  switch (answer) {
    case 'y':
    case 'yes':
      return { verdict: 'approve' };
    case 'n':
    case 'no': {
      const reason = (await terminal.ask('Why (the agent reads this)? > ', signal))?.trim();
      return { verdict: 'reject', ...(reason ? { reason } : {}) };
    }
    case 's':
    case 'show':
      terminal.err(`${proposalDetails(proposal)}\n`);
      return undefined;
    case 'e':
    case 'edit': {
      if (subject.kind !== 'script') return undefined;
      const edited = await terminal.edit(subject.script, 'train.py');
      const sure = await terminal.ask(
        edited === subject.script ? 'Unchanged. Approve it? [y/n] > ' : 'Approve your version? [y/n] > ',
        signal,
      );
      if (sure?.trim().toLowerCase() !== 'y') return undefined;
      return edited === subject.script ? { verdict: 'approve' } : { verdict: 'approve', editedScript: edited };
    }
    default:
      terminal.err('Please answer y, n, s or (for a script) e.\n');
      return undefined;
  }
}

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
    case 'dataset': {
      const { sheet, overlap } = subject;
      const rows = sheet.splits.reduce((sum, split) => sum + (split.rows ?? 0), 0);
      return [
        `licence: ${plain(sheet.licence ?? 'none stated')} (${sheet.licenceVerdict}), rows: ${count(rows)}, duplicates: ${percent(sheet.duplicateShare)}`,
        overlap === null
          ? 'overlap with the benchmark: not checked'
          : `overlap with the benchmark: ${overlap.hits} hits in ${count(overlap.rows)} rows`,
        ...sheet.remarks.map((remark) => `note: ${plain(remark)}`),
      ];
    }
    case 'script':
      return [
        `experiment: ${subject.experiment}, parent: ${subject.parent ?? 'base model'}`,
        `config: ${JSON.stringify(subject.config)}`,
      ];
    case 'launch':
      return [
        `experiment: ${subject.experiment}, at most ${Math.round(subject.capSeconds / 60)} minutes on the box`,
        ...(subject.plan ? [`runs ${subject.plan}`] : []),
        ...endLines(subject.rules),
      ];
    case 'spend':
      return [`${plain(subject.what)}: ${plain(subject.amount)}`];
    case 'publish':
      return [`${plain(subject.what)} to ${plain(subject.target)}`];
  }
}

function endLines(rules: StopRules | undefined): string[] {
  const when = rules && endsItself(rules);
  return when ? [`ends itself ${when}`] : [];
}

/** The long form: the script itself, or everything that is known as JSON. Control characters are shown, not obeyed. */
export function proposalDetails({ subject, hash }: Proposal): string {
  const text = subject.kind === 'script' ? subject.script : JSON.stringify(subject, null, 2);
  return [...text.split('\n').map((line) => plainLine(line)), `sha256 ${hash}`].join('\n');
}

function plainLine(line: string): string {
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  return indent + plain(line.slice(indent.length));
}
