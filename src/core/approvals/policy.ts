/** What may go ahead without a person, by autonomy. Data, not opinion: the rule's name is shown wherever it decided. */
import type { Autonomy, Decision, Proposal } from '../run/types';
import { scriptDoubts } from './script-doubts';

export interface PolicyFacts {
  autonomy: Autonomy;
  /** Hashes that a person or the policy approved before in this run. */
  approvedHashes: ReadonlySet<string>;
}

export type PolicyAnswer = Pick<Decision, 'verdict'> & { rule: string; reason: string };

/** The policy's answer, or undefined when a person must decide. Publishing always asks, and so does a script that reaches beyond its job, could not be checked, or takes shorter rows because memory ran out. */
export function applyPolicy(proposal: Proposal, facts: PolicyFacts): PolicyAnswer | undefined {
  switch (proposal.subject.kind) {
    case 'publish':
      return undefined;
    case 'dataset':
      return datasetPolicy(proposal.subject, facts);
    case 'script':
    case 'launch':
      return contentPolicy(proposal, facts);
    case 'spend':
      return facts.autonomy === 'autopilot' ? approve('autopilot', 'Within the budget of the run.') : undefined;
  }
}

function datasetPolicy(
  subject: Extract<Proposal['subject'], { kind: 'dataset' }>,
  facts: PolicyFacts,
): PolicyAnswer | undefined {
  const { sheet, overlap, source } = subject;
  const licence = sheet.licence ?? 'none stated';
  if (sheet.licenceVerdict === 'deny')
    return reject('licence-denied', `Its licence is on the deny list: ${sheet.licenceDenied ?? licence}.`);
  if (!overlap) return reject('overlap-unchecked', 'Its overlap with the evaluation was not checked.');
  const left = new Set(source.excludeRows);
  const blocked = overlap.blocked && overlap.flaggedRows.some((row) => !left.has(row));
  if (facts.autonomy !== 'autopilot') return undefined;
  if (blocked) {
    return reject('overlap-blocked', `${overlap.hits} of its ${overlap.rows} rows overlap with the evaluation.`);
  }
  if (sheet.licenceVerdict === 'ask')
    return reject('licence-unclear', `Its licence (${licence}) needs a person's decision.`);
  return approve('autopilot', 'Licence allowed, no overlap with the evaluation.');
}

function contentPolicy(proposal: Proposal, facts: PolicyFacts): PolicyAnswer | undefined {
  if (facts.approvedHashes.has(proposal.hash)) return approve('approved-before', 'Exactly this was approved before.');
  if (proposal.subject.kind === 'script' && needsLook(proposal.subject)) return undefined;
  if (facts.autonomy === 'autopilot') return approve('autopilot', 'Within the budget of the run.');
  if (proposal.kind === 'launch' && facts.autonomy === 'ask-data-and-scripts') {
    return approve('approved-script', 'Runs a script and data that were approved, within the budget.');
  }
  return undefined;
}

/** It reaches beyond its job, nothing is known of it because its check failed, or it trains something else than was meant. */
function needsLook(subject: Extract<Proposal['subject'], { kind: 'script' }>): boolean {
  const { script, findings, unchecked, shorter } = subject;
  return (
    scriptDoubts(script).length > 0 || (unchecked !== undefined && findings === undefined) || shorter !== undefined
  );
}

const approve = (rule: string, reason: string): PolicyAnswer => ({ verdict: 'approve', rule, reason });
const reject = (rule: string, reason: string): PolicyAnswer => ({ verdict: 'reject', rule, reason });
