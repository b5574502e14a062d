/** What a tool is, apart from any agent library: a schema, a description for the model, and a function. */
import type { ChatTemplate } from '../../ports/chat-template';
import type { z } from 'zod';
import type { ApprovalBroker } from '../../approvals/broker';
import type { TeacherSpec } from '../../data/synth/plan';
import type { TeacherPolicy } from '../../data/synth/teacher-policy';
import type { Teacher } from '../../ports/teacher';
import type { LicencePolicy } from '../../data/licence';
import type { TokenCounter } from '../../data/tokens';
import type { Bench } from '../../experiments/bench';
import type { Evaluations } from '../../experiments/evaluations';
import type { ScriptLint } from '../../experiments/script-lint';
import type { Preparation } from '../../experiments/preparation';
import type { Installed } from '../../lookup/installed';
import type { Clock } from '../../ports/common';
import type { Hub } from '../../ports/hub';
import type { CodeHost, Docs, WebPages } from '../../ports/lookup';
import type { Papers } from '../../ports/papers';
import { budgetFacts, spendAt } from '../../run/budget';
import type { Phase } from '../../run/types';
import type { TimeLimit } from '../../time-limit';

export interface Untrusted {
  source: string;
  text: string;
}

export interface ToolOutput {
  /** Trusted: made by us from measured values. */
  facts: Record<string, unknown>;
  /** Text from outside; fenced and labelled before the model sees it. */
  untrusted?: Untrusted[];
  /** Text of ours that the model may adapt. */
  script?: string;
}

export interface ToolCallContext {
  id: string;
  signal: AbortSignal;
}

export interface AgentTool {
  name: string;
  description: string;
  schema: z.ZodObject;
  /** The phase that the run is in, at the least, once this tool is used. */
  phase?: Phase;
  /** For tools that wait for others: a call that takes longer is ended and says who was silent. */
  limit?: TimeLimit;
  run(args: Record<string, unknown>, call: ToolCallContext): Promise<ToolOutput>;
}

/** Types a tool's arguments by its schema; the agent validates them before `run`. */
export function defineTool<S extends z.ZodObject>(tool: {
  name: string;
  description: string;
  schema: S;
  phase?: Phase;
  limit?: TimeLimit;
  run(args: z.infer<S>, call: ToolCallContext): Promise<ToolOutput>;
}): AgentTool {
  return { ...tool, run: (args, call) => tool.run(tool.schema.parse(args), call) };
}

/** The services answer in part before that. */
export const paperLimit: TimeLimit = { ms: 120_000, of: 'The paper services' };

/** Where things are looked up. */
export interface Lookup {
  docs: Docs;
  code: CodeHost;
  web: WebPages;
  installed: Installed;
}

/** What looks at the text of rows. */
export interface RowTools {
  /** ISO 639-1; null where it cannot be told. */
  language: () => Promise<(text: string) => string | null>;
  /** Of the base model where its tokenizer can be had, else an estimate. */
  tokens: () => Promise<TokenCounter>;
  /** Of the base model; null where it has none, or it cannot be had. */
  template: () => Promise<ChatTemplate | null>;
}

/** Models that may write training rows. */
export interface Teachers {
  /** The run's own model at its real address, which the configuration may not name. */
  own: TeacherSpec;
  policy: TeacherPolicy;
  open(spec: TeacherSpec): Promise<Teacher>;
}

/** What the tools work with. */
export interface ToolKit {
  bench: Bench;
  preparation: Preparation;
  evaluations: Evaluations;
  broker: ApprovalBroker;
  hub: Hub;
  papers: Papers;
  lookup: Lookup;
  teachers: Teachers;
  licences: LicencePolicy;
  rowTools: RowTools;
  clock: Clock;
  /** Absent: scripts are proposed without a check. */
  scriptLint?: ScriptLint;
  /** Tested starting scripts by method. */
  startingScripts: Record<string, string>;
}

export function budgetOf(kit: ToolKit): Record<string, number> {
  const { journal } = kit.bench;
  return budgetFacts(journal.config.budget, spendAt(journal.view, kit.clock.now()));
}
