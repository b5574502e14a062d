/** The stand-in model's mind: which phase the work is in, and the first sensible step that is still allowed. */
import type { ChatMessage, OfferedTool, PlannedCall, Reply } from './chat';
import { closing, summary } from './closing';
import { data } from './data';
import { baseline, experimenting } from './experiments';
import { readMemory, type Memory } from './memory';
import { planUpdate, type PhaseName } from './plan';
import { research } from './research';
import { withoutRepeats, type Phase } from './step';

const phases: [PhaseName, Phase][] = [
  ['research', research],
  ['data', data],
  ['baseline', baseline],
  ['experiments', experimenting],
  ['closing', closing],
];

export function decide(messages: readonly ChatMessage[], tools: readonly OfferedTool[]): Reply {
  const memory = readMemory(messages);
  if (tools.length === 0) return { text: summary(memory), toolCalls: [] };
  const allowed = (calls: readonly PlannedCall[]): PlannedCall[] => permitted(memory, calls, tools);
  for (const [name, phase] of phases) {
    for (const step of phase(memory)) {
      const toolCalls = allowed(step.calls);
      if (toolCalls.length > 0)
        return { text: step.text, toolCalls: [...allowed(planUpdate(memory, name)), ...toolCalls] };
    }
  }
  return { text: summary(memory), toolCalls: [] };
}

/** Only tools that are offered, only arguments that they know, and nothing that was tried in vain before. */
function permitted(memory: Memory, calls: readonly PlannedCall[], tools: readonly OfferedTool[]): PlannedCall[] {
  return calls.flatMap((planned) => {
    const tool = tools.find((candidate) => candidate.function.name === planned.name);
    if (!tool) return [];
    const known = tool.function.parameters?.properties;
    const args = known
      ? Object.fromEntries(Object.entries(planned.args).filter(([key]) => key in known))
      : planned.args;
    const fitting = { name: planned.name, args };
    return withoutRepeats(memory, fitting) ? [fitting] : [];
  });
}
