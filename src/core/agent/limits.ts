/** What an agent is given, and when its part of the run is over. */
import type { Clock } from '../ports/common';
import type { ModelEndpoint } from '../ports/model';
import { spendAt, spentCap } from '../run/budget';
import type { Journal } from '../run/journal';
import type { Toolbox } from './toolbox';

export interface AgentOptions {
  endpoint: ModelEndpoint;
  systemPrompt: string;
  /** The model's context window. */
  contextTokens: number;
  toolbox: Toolbox;
  journal: Journal;
  clock: Clock;
  signal: AbortSignal;
  /** Called before each model call, e.g. to read the standing instructions again. */
  refresh: () => Promise<void>;
  onSpeech: (text: string) => void;
}

/** Why the agent's part of the run is over. */
export type AgentEnding = { ending: 'agent-finished' } | { ending: 'budget-spent'; cap: string };

export function endingOf({ journal, clock }: Pick<AgentOptions, 'journal' | 'clock'>): AgentEnding | undefined {
  if (journal.view.finish) return { ending: 'agent-finished' };
  const cap = spentCap(journal.config.budget, spendAt(journal.view, clock.now()));
  return cap === undefined ? undefined : { ending: 'budget-spent', cap };
}
