/** Tools for scores. They reach dev items only; the promotion split belongs to the service. */
import { z } from 'zod';
import { failuresOf } from '../../doctor/doctor';
import type { EvaluatedItem } from '../../experiments/evaluator';
import { goodKeeper } from '../../experiments/keep-good';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

const wrongShown = 8;

export function scoreTools(kit: ToolKit): AgentTool[] {
  const keepGood = goodKeeper(kit.bench, kit.preparation);
  return [
    defineTool({
      name: 'evaluate',
      description:
        'Score the base model ("baseline") or a trained experiment on the dev items, with interval, invalid share and paired comparisons. The doctor examines a model that is the best so far.',
      schema: z.object({ experiment: z.string().describe('"baseline" or an experiment id') }),
      phase: 'baseline',
      async run({ experiment }) {
        const { score, items, toParent, toBaseline } = await kit.evaluations.evaluate(experiment, 'dev');
        const examined = await keepGood(experiment);
        const doctor = examined && { ok: examined.ok, failures: failuresOf(examined) };
        return {
          facts: { experiment, score, toParent, toBaseline, ...(doctor ? { doctor } : {}), budget: budgetOf(kit) },
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
