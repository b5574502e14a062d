/** Tools for the run's course: the plan, and the end. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { openRepeats } from '../../experiments/repeats';
import { leftOf } from './new-experiment';
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
        if (scored?.dev?.partial) {
          throw new MlInternError('bad-input', `The evaluation of ${scored.id} was stopped early: it was hopeless.`, {
            next: 'Name an experiment that was scored on all dev items, or null.',
          });
        }
        refuseWithoutRepeats(kit);
        await journal.recordIf((view) => view.finish === null, 'agent.finished', { summary, best });
        return { facts: { ok: true } };
      },
    }),
  ];
}

/** The best of several scores is partly the luckiest: before it decides, it is measured again where the budget allows it. */
function refuseWithoutRepeats(kit: ToolKit): void {
  const open = openRepeats(kit.bench.journal.view, leftOf(kit));
  if (open.length === 0) return;
  const next = open.map(({ experiment, repeat }) =>
    repeat === null
      ? `call repeat_experiment with experiment "${experiment}", then launch, wait for and evaluate what it returns`
      : `launch, wait for and evaluate ${repeat}, which repeats ${experiment}`,
  );
  const names = open.map(({ experiment }) => experiment).join(' and ');
  throw new MlInternError(
    'bad-input',
    `Before you finish, the best by dev need a repeat with another seed: ${names}.`,
    {
      next: `Now ${next.join('; ')}. An outcome of failed, or a rejection, also settles it. Then call finish again.`,
    },
  );
}
