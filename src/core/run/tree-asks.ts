/** What a person asks of the tree of experiments: to branch from one, to repeat one, to stop one with all that descends from it. */
import { MlInternError } from '../errors';
import { finalStates } from '../ports/box';
import type { Jobs } from './jobs';
import type { Journal } from './journal';
import { subtreeOf } from './tree';
import type { TreeAsk } from './types';
import type { ExperimentView, JobView, RunView } from './view';

/** Records it, and tells the agent before its next step. */
export async function askOfTree(journal: Journal, ask: TreeAsk): Promise<void> {
  const { view } = journal;
  if (view.state === 'finished')
    throw new MlInternError('bad-input', `The run ${view.id} has finished.`, { next: 'Start a new run.' });
  const experiment = view.experiments.find(({ id }) => id === ask.experiment);
  if (!experiment) {
    throw new MlInternError('bad-input', `There is no experiment ${ask.experiment}.`, {
      next: `Use one of: ${view.experiments.map(({ id }) => id).join(', ') || 'none was tried yet'}.`,
    });
  }
  await journal.record('tree.asked', ask);
  await journal.record('person.said', { source: 'feedback', text: wordsOf(view, experiment, ask) });
}

function wordsOf({ experiments }: RunView, { id }: ExperimentView, { action, note }: TreeAsk): string {
  const said = note.trim() === '' ? '' : ` ${note.trim()}`;
  if (action === 'branch') return `Try a new experiment with the parent ${id}.${said}`;
  if (action === 'prune')
    return `Stop the work on ${subtreeOf(experiments, id).join(', ')}; change none of them further.${said}`;
  return `Repeat ${id} with another seed and nothing else changed (repeat_experiment).${said}`;
}

/** To be asked again after every wait: a person may have stopped the work meanwhile. */
export function refusePruned({ experiments }: Pick<RunView, 'experiments'>, id: string): void {
  if (experiments.find((one) => one.id === id)?.pruned !== true) return;
  throw new MlInternError('bad-input', `A person stopped the work on ${id}.`, {
    next: 'Go on from another experiment, or from the base model.',
  });
}

/** Ends the trainings, and the trials before them, of experiments that a person stopped. */
export async function stopPruned({ view }: Journal, jobs: Pick<Jobs, 'stop'>): Promise<void> {
  const pruned = new Set(view.experiments.filter((one) => one.pruned).map(({ id }) => id));
  const isPruned = ({ experiment, trialOf }: JobView): boolean => pruned.has(experiment ?? trialOf ?? '');
  const open = view.jobs.filter((job) => isPruned(job) && !finalStates.has(job.state));
  for (const { id } of open) await jobs.stop(id);
}
