/** Tools for scores. They reach dev items only; the promotion split belongs to the service. */
import { z } from 'zod';
import type { EvaluatedItem } from '../../experiments/evaluator';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

const wrongShown = 8;

export function scoreTools(kit: ToolKit): AgentTool[] {
  return [
    defineTool({
      name: 'evaluate',
      description:
        'Score the base model ("baseline") or a trained experiment on the dev items, with interval, invalid share and paired comparisons.',
      schema: z.object({ experiment: z.string().describe('"baseline" or an experiment id') }),
      phase: 'baseline',
      async run({ experiment }) {
        const { score, items, toParent, toBaseline } = await kit.evaluations.evaluate(experiment, 'dev');
        return {
          facts: { experiment, score, toParent, toBaseline, budget: budgetOf(kit) },
          untrusted: [{ source: `some wrong answers of ${experiment}`, text: wrongAnswers(kit, items) }],
        };
      },
    }),
    defineTool({
      name: 'compare',
      description:
        'Paired comparison of two evaluated targets over the same dev items; says better, worse or no evidence for the first.',
      schema: z.object({ a: z.string(), b: z.string() }),
      async run({ a, b }) {
        return { facts: { a, b, comparison: await kit.evaluations.compare(a, b, 'dev') } };
      },
    }),
  ];
}

function wrongAnswers(kit: ToolKit, items: readonly EvaluatedItem[]): string {
  const asked = new Map(kit.bench.loaded.splits.dev.map((item) => [item.id, item]));
  const wrong = items.filter((item) => !item.correct).slice(0, wrongShown);
  return wrong
    .map((item) => {
      const { question = '', answer = '' } = asked.get(item.id) ?? {};
      return JSON.stringify({
        question,
        expected: answer,
        generated: (item.generation ?? '').slice(0, 200),
        valid: item.valid,
      });
    })
    .join('\n');
}
