/** The agent's tools as a set, and the one way to run a call: checked, ended by a signal, bounded, recorded. */
import { unlessAborted } from '../box/abort';
import { MlInternError, onlyPersonCanMend, toMlInternError } from '../errors';
import type { ToolCall } from '../run/events';
import { phases, type Phase } from '../run/types';
import type { Journal } from '../run/journal';
import type { Store } from '../ports/store';
import { withinLimit } from '../time-limit';
import { renderError, renderOutput, type Rendered } from './tools/render';
import type { RunView } from '../run/view';
import type { AgentTool, ToolOutput } from './tools/tool';

export interface ToolboxOptions {
  tools: readonly AgentTool[];
  journal: Journal;
  store: Store;
  runFolder: string;
}

export interface ToolResult {
  ok: boolean;
  content: string;
}

export class Toolbox {
  constructor(private readonly options: ToolboxOptions) {}

  get tools(): readonly AgentTool[] {
    return this.options.tools;
  }

  /** Runs a call and records its result. Throws on a stop and on what only a person can mend; any other failure is an answer that the model can act on. */
  async call(call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
    signal.throwIfAborted();
    try {
      const output = await unlessAborted(this.run(call, signal), signal);
      return await this.finish(call, true, renderOutput(output, fullTextPath(call.id)));
    } catch (error) {
      if (signal.aborted || onlyPersonCanMend(error)) throw error;
      return this.finish(call, false, { content: renderError(toMlInternError(error)) });
    }
  }

  private async run(call: ToolCall, signal: AbortSignal): Promise<ToolOutput> {
    const tool = this.options.tools.find(({ name }) => name === call.name);
    if (!tool) {
      const names = this.options.tools.map(({ name }) => name).join(', ');
      throw new MlInternError('bad-input', `There is no tool ${call.name}.`, { next: `Use one of: ${names}.` });
    }
    const checked = tool.schema.safeParse(call.args);
    if (!checked.success) {
      const problems = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
      throw new MlInternError('bad-input', `Wrong arguments: ${problems.join('; ')}`, {
        next: 'Call it again with arguments that fit its schema.',
      });
    }
    if (tool.phase) await enterPhase(this.options.journal, tool.phase);
    const run = (until: AbortSignal) => tool.run(checked.data, { id: call.id, signal: until });
    return tool.limit === undefined ? run(signal) : withinLimit(tool.limit, signal, run);
  }

  private async finish(call: ToolCall, ok: boolean, { content, full }: Rendered): Promise<ToolResult> {
    const fullText = fullTextPath(call.id);
    if (full !== undefined) await this.options.store.write(`${this.options.runFolder}/${fullText}`, full);
    await this.options.journal.record('tool.returned', {
      callId: call.id,
      name: call.name,
      ok,
      content,
      ...(full === undefined ? {} : { fullText }),
    });
    return { ok, content };
  }
}

/** Phases only go forward. */
export async function enterPhase(journal: Journal, phase: Phase): Promise<void> {
  const isLater = ({ phase: current }: RunView) => current === null || phases.indexOf(phase) > phases.indexOf(current);
  await journal.recordIf(isLater, 'phase.entered', { phase });
}

function fullTextPath(callId: string): string {
  return `tool-results/${callId.replace(/[^A-Za-z0-9_-]/g, '_')}.txt`;
}
