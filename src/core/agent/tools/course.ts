/** Tools for the run's course: the plan, and the end. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { defineTool, type AgentTool, type ToolKit } from './tool';

export function courseTools(kit: ToolKit): AgentTool[] {
  const { journal } = kit.bench;
  return [
    defineTool({
      name: 'plan',
      description: 'Write down or update the plan that the person sees. Send the whole list each time.',
      schema: z.object({ items: z.array(z.object({ text: z.string(), state: z.enum(['todo', 'doing', 'done']) })) }),
      phase: 'research',
      async run({ items }) {
        await journal.record('plan.updated', { items });
        return { facts: { ok: true } };
      },
    }),
    defineTool({
      name: 'finish',
      description:
        'End the work: the goal is met, or nothing promising is left to try. Name the best experiment; the service then decides on the promotion split, which you cannot see.',
      schema: z.object({
        summary: z.string(),
        best: z.string().nullable().describe('Id of the best experiment, e.g. "02-clean-sft", or null'),
      }),
      async run({ summary, best }) {
        const scored = journal.view.experiments.find(({ id, dev }) => id === best && dev !== null);
        if (best !== null && !scored) {
          throw new MlInternError('bad-input', `${best} is not an experiment with a dev score.`, {
            next: 'Name an evaluated experiment, or null.',
          });
        }
        await journal.recordIf((view) => view.finish === null, 'agent.finished', { summary, best });
        return { facts: { ok: true } };
      },
    }),
  ];
}
