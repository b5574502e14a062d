/**
 * Awaits decisions. A proposal is recorded before anyone is asked, so it survives a reload; its id is the tool call's id, so a repeated
 * call finds the decision that was made. Any surface may decide; the first decision stands.
 */
import { MlInternError } from '../errors';
import type { Notifier } from '../ports/common';
import type { Journal } from '../run/journal';
import type { DecisionInput } from '../run/runs';
import type { Decision, Proposal } from '../run/types';
import type { ProposalView } from '../run/view';
import { approvedHash, decideOn } from './decide';
import { applyPolicy } from './policy';

export class ApprovalBroker {
  private readonly waiting = new Map<string, Set<(decision: Decision) => void>>();
  private queue: Promise<unknown> = Promise.resolve();
  private making: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly journal: Journal,
    private readonly notifier: Notifier,
  ) {}

  /**
   * The proposal of a call, made and recorded when it is not yet known. `make` sees every proposal before it, so that calls made at once
   * cannot take the same number or the same part of the budget.
   */
  propose(id: string, make: () => Promise<Proposal>): Promise<Proposal> {
    const made = this.making.then(async () => {
      const known = this.entry(id)?.proposal;
      if (known) return known;
      const proposal = await make();
      await this.journal.record('proposal.made', { proposal });
      return proposal;
    });
    this.making = made.catch(() => undefined);
    return made;
  }

  /** Resolves with the decision that stands; rejects when `signal` aborts (the proposal stays pending). */
  async request(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    if (signal.aborted) throw stopped();
    const known = await this.propose(proposal.id, () => Promise.resolve(proposal));
    if (known.hash !== proposal.hash) {
      throw new MlInternError('not-approved', 'The proposal changed after it was made.', {
        next: 'Propose it again as a new call.',
      });
    }
    const standing = this.entry(proposal.id)?.decision;
    if (standing) return standing;
    const answer = applyPolicy(proposal, {
      autonomy: this.journal.config.autonomy,
      approvedHashes: this.approvedHashes(),
    });
    if (answer)
      return this.settle(proposal.id, () => ({
        decision: { proposal: proposal.id, hash: proposal.hash, by: 'policy', ...answer },
        isNew: true,
      }));
    this.notifier.notify(`${proposal.title}: your decision is needed.`, 'attention');
    return this.wait(proposal.id, signal);
  }

  /** A surface's decision. Idempotent: a second one returns the first. */
  decide(proposal: string, input: DecisionInput): Promise<Decision> {
    return this.settle(proposal, () => decideOn(this.journal.view, proposal, input));
  }

  private settle(id: string, make: () => { decision: Decision; isNew: boolean }): Promise<Decision> {
    const settled = this.queue.then(async () => {
      const standing = this.entry(id)?.decision;
      const { decision, isNew } = standing ? { decision: standing, isNew: false } : make();
      if (isNew) await this.journal.record('proposal.decided', { decision });
      for (const resolve of this.waiting.get(id) ?? []) resolve(decision);
      this.waiting.delete(id);
      return decision;
    });
    this.queue = settled.catch(() => undefined);
    return settled;
  }

  private wait(id: string, signal: AbortSignal): Promise<Decision> {
    return new Promise((resolve, reject) => {
      const waiters = this.waiting.get(id) ?? new Set();
      const decided = (decision: Decision) => {
        signal.removeEventListener('abort', stop);
        resolve(decision);
      };
      const stop = () => {
        waiters.delete(decided);
        reject(stopped());
      };
      this.waiting.set(id, waiters.add(decided));
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  private entry(id: string): ProposalView | undefined {
    return this.journal.view.proposals.find(({ proposal }) => proposal.id === id);
  }

  private approvedHashes(): Set<string> {
    const decisions = this.journal.view.proposals.flatMap(({ decision }) =>
      decision?.verdict === 'approve' ? [decision] : [],
    );
    return new Set(decisions.map(approvedHash));
  }
}

function stopped(): MlInternError {
  return new MlInternError('cancelled', 'Stopped while waiting for a decision.', {
    next: 'Resume the run; the proposal is still pending.',
  });
}
