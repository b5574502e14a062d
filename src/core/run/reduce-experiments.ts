/** Reducers for jobs, experiments and the promotion. */
import { finalStates } from '../ports/box';
import type { Reducers } from './reduction';
import type { ExperimentView, RunView } from './view';

function updateExperiment(view: RunView, id: string, change: (experiment: ExperimentView) => ExperimentView): RunView {
  return {
    ...view,
    experiments: view.experiments.map((experiment) => (experiment.id === id ? change(experiment) : experiment)),
  };
}

function addSpend(view: RunView, wallSeconds: number, gpuSeconds: number): RunView {
  const { spend } = view;
  return {
    ...view,
    spend: { ...spend, boxSeconds: spend.boxSeconds + wallSeconds, gpuSeconds: spend.gpuSeconds + gpuSeconds },
  };
}

export const experimentReducers: Reducers = {
  'job.submitted': (view, { id, kind, experiment, capSeconds, folder }) => {
    if (view.jobs.some((job) => job.id === id)) return view;
    const job = {
      id,
      kind,
      experiment,
      state: 'queued' as const,
      note: null,
      capSeconds,
      wallSeconds: 0,
      gpuSeconds: 0,
      startedAt: null,
      endedAt: null,
      failure: null,
      folder,
    };
    const added = { ...view, jobs: [...view.jobs, job] };
    return experiment ? updateExperiment(added, experiment, (of) => ({ ...of, jobs: [...of.jobs, id] })) : added;
  },
  'job.changed': (view, change) => {
    const before = view.jobs.find((job) => job.id === change.id);
    if (!before) return view;
    const jobs = view.jobs.map((job) => (job === before ? { ...job, note: null, ...change } : job));
    const ended = finalStates.has(change.state) && !finalStates.has(before.state);
    return ended ? addSpend({ ...view, jobs }, change.wallSeconds, change.gpuSeconds) : { ...view, jobs };
  },
  'experiment.created': (view, { id, slug, parent, hypothesis, recipe, config, scriptHash, folder }) => ({
    ...view,
    spend: { ...view.spend, experiments: view.spend.experiments + 1 },
    experiments: [
      ...view.experiments,
      {
        id,
        slug,
        parent,
        hypothesis,
        recipe,
        config,
        scriptHash,
        folder,
        jobs: [],
        waterfall: null,
        rendered: null,
        dev: null,
        comparison: null,
        toBaseline: null,
        promotion: null,
        outcome: 'open',
        note: '',
      },
    ],
  }),
  'recipe.compiled': (view, { experiment, waterfall, rendered = null }) =>
    updateExperiment(view, experiment, (of) => ({ ...of, waterfall, rendered })),
  'experiment.forecast': (view, { experiment, forecast }) =>
    updateExperiment(view, experiment, (of) => ({ ...of, forecast })),
  'oom.step': (view, step) =>
    updateExperiment(view, step.experiment, (of) =>
      of.oomSteps?.some(({ failed }) => failed === step.failed)
        ? of
        : { ...of, oomSteps: [...(of.oomSteps ?? []), step] },
    ),
  'job.flagged': (view, { job: id, finding }) => ({
    ...view,
    jobs: view.jobs.map((job) => (job.id === id ? { ...job, findings: [...(job.findings ?? []), finding] } : job)),
  }),
  'experiment.scored': (before, { experiment, split, score, comparison, toBaseline }) => {
    const view = { ...before, queries: { ...before.queries, [split]: before.queries[split] + 1 } };
    if (experiment === 'baseline') return { ...view, baseline: { ...view.baseline, [split]: score } };
    return updateExperiment(view, experiment, (of) =>
      split === 'dev' ? { ...of, dev: score, comparison, toBaseline } : { ...of, promotion: score },
    );
  },
  'experiment.closed': (view, { experiment, outcome, note }) =>
    updateExperiment(view, experiment, (of) => ({ ...of, outcome, note })),
  'agent.finished': (view, finish) => ({ ...view, finish }),
  'promotion.decided': (view, promotion) => {
    const decided = { ...view, promotion };
    if (promotion.experiment === null || promotion.verdict !== 'better') return decided;
    return updateExperiment(decided, promotion.experiment, (of) => ({ ...of, outcome: 'promoted' }));
  },
};
