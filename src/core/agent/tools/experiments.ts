/** Tools for experiments: the starting script, writing one for approval, closing an experiment. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { refuseSameData } from '../../experiments/drafts';
import { checkRows, methodNames, startingMethods } from '../../experiments/methods';
import { openRepeats } from '../../experiments/repeats';
import { failuresOf } from '../../run/tree';
import { refusePruned } from '../../run/tree-asks';
import { mixtureSchema, recipeOf, sourceSchema } from './experiment-recipe';
import { leftOf, tryExperiment, type NewExperiment } from './new-experiment';
import { repeatExperiment } from './repeat-experiment';
import { budgetOf, defineTool, type AgentTool, type ToolKit } from './tool';

const writeScriptSchema = z.object({
  slug: z.string().describe('Two to four words with hyphens, e.g. "clean-sft"'),
  parent: z.string().nullable().describe('Experiment that this one changes, or null for a draft from the base model'),
  hypothesis: z.string().describe('What is expected to happen and why'),
  sources: z.array(sourceSchema),
  mixture: mixtureSchema.optional().describe('Over all sources: longest row, duplicates, caps'),
  config: z
    .record(z.string(), z.unknown())
    .describe('Keys of the starting script, e.g. learning_rate, max_steps, batch_size'),
  script: z
    .string()
    .optional()
    .describe("Full text of train.py; omitted: the parent's script as it was approved, or the starting script"),
});
type WriteScript = z.infer<typeof writeScriptSchema>;

/** Keys of the configuration that the service sets; the agent cannot point training elsewhere. */
const serviceKeys = ['base_model', 'data', 'output'] as const;

export function experimentTools(kit: ToolKit): AgentTool[] {
  return [startingScript(kit), writeScript(kit), repeatExperiment(kit), recordExperiment(kit)];
}

function startingScript(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'starting_script',
    description:
      'A tested, plain TRL script to adapt, which reads config.json beside it; without a method, the list of methods.',
    schema: z.object({
      method: z.enum(methodNames).optional().describe('sft, dpo, grpo or distill. What each is for: call it without'),
    }),
    async run({ method }) {
      if (method === undefined) {
        const methods = methodNames.map((name) => ({ method: name, ...pick(startingMethods[name]) }));
        return { facts: { methods, adapters: adaptersNote } };
      }
      const script = kit.startingScripts[method];
      if (script === undefined)
        throw new MlInternError('bad-input', `There is no starting script for ${method}.`, {
          next: `Use one of ${methodNames.join(', ')}.`,
        });
      const configKeys = [
        ...new Set([...script.matchAll(/config(?:\.get\(|\[)\s*"([a-z_]+)"/g)].map((match) => match[1])),
      ];
      const { data, when } = startingMethods[method];
      return { facts: { method, data, when, adapters: adaptersNote, configKeys }, script };
    },
  });
}

const adaptersNote =
  'config.method of every script: full, lora or qlora (4-bit, with an NVIDIA GPU); adapters need about ten times the learning rate.';

function pick({ data, when }: { data: string; when: string }) {
  return { data, when };
}

function writeScript(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'write_script',
    description:
      'Write the training script, recipe and configuration of a new experiment and propose them for approval.',
    schema: writeScriptSchema,
    phase: 'experiments',
    run: (args, call) => tryExperiment(kit, call, args, () => newExperiment(kit, args)),
  });
}

async function newExperiment(kit: ToolKit, args: WriteScript): Promise<NewExperiment> {
  const { view } = kit.bench.journal;
  const parent = args.parent === null ? null : view.experiments.find(({ id }) => id === args.parent);
  if (parent === undefined)
    throw new MlInternError('bad-input', `There is no experiment ${args.parent}.`, {
      next: 'Use an id that write_script returned, or null.',
    });
  if (parent) refusePruned(view, parent.id);
  const recipe = await recipeOf(kit, args.sources, args.mixture);
  const parentScript = parent
    ? ((await kit.bench.store.read(`${kit.bench.runFolder}/${parent.folder}/train.py`)) ?? null)
    : null;
  const script = args.script ?? parentScript ?? kit.startingScripts['sft'] ?? '';
  checkRows(script, recipe);
  const config = await fullConfig(kit, args.config);
  refuseSameData(view, { parent: args.parent, recipe, config });
  const { slug, hypothesis } = args;
  return { slug, hypothesis, script, config, recipe, parent: parent?.id ?? null, parentScript };
}

async function fullConfig(kit: ToolKit, config: Record<string, unknown>): Promise<Record<string, unknown>> {
  const own = serviceKeys.filter((key) => key in config);
  if (own.length > 0) {
    throw new MlInternError('bad-input', `The service sets ${own.join(', ')}.`, {
      next: 'Leave these keys out of config.',
    });
  }
  const { path } = await kit.preparation.baseModel();
  return {
    base_model: path,
    data: 'data/train.jsonl',
    output: '../artifacts/model',
    seed: kit.bench.journal.config.seed,
    ...config,
  };
}

function recordExperiment(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'record_experiment',
    description: 'Close an experiment with its outcome and what was learned, so that it is not tried again.',
    schema: z.object({
      experiment: z.string(),
      outcome: z.enum(['promising', 'not promoted', 'failed']),
      note: z.string(),
    }),
    async run({ experiment, outcome, note }) {
      const { journal } = kit.bench;
      const known = journal.view.experiments.find(({ id }) => id === experiment);
      if (!known)
        throw new MlInternError('bad-input', `There is no experiment ${experiment}.`, {
          next: 'Use an id that write_script returned.',
        });
      if (outcome === 'promising' && known.dev === null) {
        throw new MlInternError('bad-input', `${experiment} has no score, so it cannot be called promising.`, {
          next: 'Evaluate it first.',
        });
      }
      await journal.record('experiment.closed', { experiment, outcome, note });
      const failures = failuresOf(journal.view);
      const repeats = openRepeats(journal.view, leftOf(kit)).map((open) => open.experiment);
      return {
        facts: {
          ok: true,
          ...(failures.length === 0 ? {} : { failures }),
          ...(repeats.length === 0 ? {} : { repeatBeforeFinish: repeats }),
          budget: budgetOf(kit),
        },
      };
    },
  });
}
