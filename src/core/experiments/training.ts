/** Training jobs: what exactly runs for an experiment, and which of its jobs trained it. */
import { MlInternError } from '../errors';
import { contentHash } from '../hash';
import type { JobContent } from '../ports/box';
import { approvedHash } from '../approvals/decide';
import type { ExperimentView, JobView, RunView } from '../run/view';
import { jobContent, type Bench, type WorkOrder } from './bench';
import { experimentFiles, scriptHash } from './files';

/** The latest training job of an experiment. */
export function trainJobOf(view: RunView, experiment: ExperimentView): JobView | undefined {
  return view.jobs.findLast((job) => job.experiment === experiment.id && job.kind === 'train');
}

/** The work order of a launch, from the experiment's files as they lie in the run's folder. They must be what was approved. */
export async function trainingOrder(
  bench: Bench,
  experiment: ExperimentView,
  id: string,
  environment: string,
  capSeconds: number,
): Promise<WorkOrder> {
  const script = await bench.store.read(`${bench.runFolder}/${experiment.folder}/train.py`);
  if (script === undefined) {
    throw new MlInternError('bad-input', `${experiment.folder}/train.py is missing.`, {
      next: 'Write the script again as a new experiment.',
    });
  }
  const content = { script, config: experiment.config, recipe: experiment.recipe };
  if (scriptHash(content) !== experiment.scriptHash || !isApproved(bench.journal.view, experiment.scriptHash)) {
    throw new MlInternError('not-approved', `${experiment.folder}/train.py is not the script that was approved.`, {
      next: 'Propose the changed script as a new experiment; only approved content runs.',
    });
  }
  const steps = [
    ['{python}', '-m', 'ml_intern_box.recipe', 'recipe.json'],
    ['{python}', 'train.py'],
  ];
  return { id, kind: 'train', steps, files: experimentFiles(content), environment, capSeconds };
}

export function launchHash(bench: Bench, order: WorkOrder): { content: JobContent; hash: string } {
  const content = jobContent(bench, order);
  return { content, hash: contentHash(content) };
}

function isApproved(view: RunView, hash: string): boolean {
  return view.proposals.some(
    ({ proposal, decision }) =>
      proposal.kind === 'script' && decision?.verdict === 'approve' && approvedHash(decision) === hash,
  );
}
