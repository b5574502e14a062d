/** The tool that trains an experiment once more with another seed: exactly its script, data and configuration otherwise. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { unusedSeed } from '../../experiments/repeats';
import { approvedContent } from '../../experiments/training';
import { refusePruned } from '../../run/tree-asks';
import type { ExperimentView, RunView } from '../../run/view';
import { tryExperiment } from './new-experiment';
import { defineTool, type AgentTool, type ToolKit } from './tool';

export function repeatExperiment(kit: ToolKit): AgentTool {
  return defineTool({
    name: 'repeat_experiment',
    description:
      'Propose an experiment once more with another seed and nothing else changed. Launch, wait for and evaluate it like any other: its score is then pooled with that of the first.',
    schema: z.object({
      experiment: z.string(),
      seed: z.number().int().min(0).optional().describe('Default: the next that was not used'),
    }),
    phase: 'experiments',
    async run({ experiment: asked, seed }, call) {
      const { journal, store, runFolder } = kit.bench;
      const root = rootOf(journal.view, asked);
      const slug = `${root.slug}-seed`;
      const hypothesis = `Repeats ${root.id} with another seed: is its score more than luck?`;
      return tryExperiment(kit, call, { slug, hypothesis }, async () => {
        const { script, config, recipe } = await approvedContent(kit.bench, root);
        const parent = journal.view.experiments.find(({ id }) => id === root.parent);
        const parentScript = parent ? ((await store.read(`${runFolder}/${parent.folder}/train.py`)) ?? null) : null;
        const other = { ...config, seed: seed ?? unusedSeed(journal.view, root) };
        return { slug, hypothesis, script, config: other, recipe, parent: root.parent, parentScript };
      });
    },
  });
}

/** The repeat of a repeat repeats the first. */
function rootOf({ experiments }: RunView, asked: string): ExperimentView {
  const named = experiments.find(({ id }) => id === asked);
  const root = experiments.find(({ id }) => id === named?.repeats) ?? named;
  if (root) {
    refusePruned({ experiments }, root.id);
    return root;
  }
  throw new MlInternError('bad-input', `There is no experiment ${asked}.`, {
    next: 'Use an id that write_script returned.',
  });
}
