/** Tools for experiments: the starting script, writing one for approval, closing an experiment. */
import { z } from 'zod';
import { approvedHash } from '../../approvals/decide';
import { MlInternError } from '../../errors';
import { refuseSameData } from '../../experiments/drafts';
import { experimentFiles, scriptHash } from '../../experiments/files';
import { findingsText, refuseErrors } from '../../experiments/script-lint';
import { sha256 } from '../../hash';
import type { Decision, Proposal } from '../../run/types';
import { failuresOf } from '../../run/tree';
import { prunedError } from '../../run/tree-asks';
import type { RunView } from '../../run/view';
import { slugOf } from '../../slug';
import { checkRows, methodNames, startingMethods } from '../../experiments/methods';
import { mixtureSchema, recipeOf, sourceSchema } from './experiment-recipe';
import { budgetOf, defineTool, type AgentTool, type ToolCallContext, type ToolKit } from './tool';

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
  return [startingScript(kit), writeScript(kit), recordExperiment(kit)];
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
    async run(args, call) {
      const proposal = await kit.broker.propose(call.id, () => proposeScript(kit, args, call));
      const decision = await kit.broker.request(proposal, call.signal);
      const { subject } = proposal;
      if (subject.kind !== 'script') throw new TypeError('A script proposal has a script subject.');
      if (decision.verdict === 'approve') await createExperiment(kit, args, subject, decision);
      const { verdict, by, rule, reason } = decision;
      return {
        facts: {
          experiment: subject.experiment,
          decision: verdict === 'approve' ? 'approved' : 'rejected',
          by,
          ...(rule ? { rule } : {}),
          ...(reason ? { reason } : {}),
          ...(decision.edited ? { edited: true } : {}),
          ...(subject.findings?.length ? { scriptWarnings: findingsText(subject.findings) } : {}),
          ...(verdict === 'reject' ? { note: 'Nothing was run and no file was changed.' } : {}),
          budget: budgetOf(kit),
        },
      };
    },
  });
}

async function proposeScript(kit: ToolKit, args: WriteScript, call: ToolCallContext): Promise<Proposal> {
  const { view, config } = kit.bench.journal;
  const scripts = view.proposals.filter(({ proposal }) => proposal.kind === 'script');
  // Each script that was not rejected is an experiment, or may become one.
  if (scripts.filter(({ decision }) => decision?.verdict !== 'reject').length >= config.budget.experiments) {
    throw new MlInternError('budget-spent', `All ${config.budget.experiments} experiments of the budget are used.`, {
      next: 'Call finish with the best experiment.',
    });
  }
  const parent = args.parent === null ? null : view.experiments.find(({ id }) => id === args.parent);
  if (parent === undefined)
    throw new MlInternError('bad-input', `There is no experiment ${args.parent}.`, {
      next: 'Use an id that write_script returned, or null.',
    });
  if (parent?.pruned) throw prunedError(parent.id);
  const recipe = await recipeOf(kit, args.sources, args.mixture);
  const parentScript = parent
    ? ((await kit.bench.store.read(`${kit.bench.runFolder}/${parent.folder}/train.py`)) ?? null)
    : null;
  const script = args.script ?? parentScript ?? kit.startingScripts['sft'] ?? '';
  checkRows(script, recipe);
  const full = await fullConfig(kit, args.config);
  refuseSameData(view, { parent: args.parent, recipe, config: full });
  const number = String(scripts.length + 1).padStart(2, '0');
  const experiment = `${number}-${slugOf(args.slug, 40, 'experiment')}`;
  const subject = {
    kind: 'script' as const,
    experiment,
    script,
    config: full,
    recipe,
    parent: parent?.id ?? null,
    parentScript,
  };
  const found = (await kit.scriptLint?.check(subject, call.signal)) ?? null;
  if (found !== null) refuseErrors(found);
  return {
    id: call.id,
    kind: 'script',
    hash: scriptHash(subject),
    title: `Script of experiment ${experiment}`,
    why: args.hypothesis,
    subject: { ...subject, ...(found === null ? {} : { findings: found.warnings }) },
  };
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

type ScriptSubject = Extract<Proposal['subject'], { kind: 'script' }>;

async function createExperiment(
  kit: ToolKit,
  args: WriteScript,
  subject: ScriptSubject,
  decision: Decision,
): Promise<void> {
  const { bench } = kit;
  const { experiment: id, parent, recipe, config } = subject;
  const isNew = ({ experiments }: RunView) => !experiments.some((known) => known.id === id);
  if (!isNew(bench.journal.view)) return;
  const folder = `experiments/${id}`;
  const script = decision.edited?.script ?? subject.script;
  const files = experimentFiles({ script, config, recipe });
  for (const [path, text] of Object.entries(files))
    await bench.store.write(`${bench.runFolder}/${folder}/${path}`, text);
  const slug = slugOf(args.slug, 40, 'experiment');
  await bench.journal.recordIf(isNew, 'experiment.created', {
    id,
    slug,
    parent,
    hypothesis: args.hypothesis,
    recipe,
    config,
    scriptHash: approvedHash(decision),
    codeHash: sha256(script),
    folder,
  });
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
      return { facts: { ok: true, ...(failures.length === 0 ? {} : { failures }), budget: budgetOf(kit) } };
    },
  });
}
