/** Reducers for jobs, experiments and the promotion. */
import { finalStates } from '../ports/box';
import { withExamined, withLastGood, withoutRefused } from './last-good';
import type { Reducers } from './reduction';
import { subtreeOf } from './tree';
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
  'benchmark.loaded': (view, { guess = view.guess, askedWith = null, published = [] }) => {
    return { ...view, guess, askedWith, published };
  },
  'job.submitted': (view, { id, kind, experiment, trialOf, capSeconds, folder }) => {
    if (view.jobs.some((job) => job.id === id)) return view;
    const job = {
      id,
      kind,
      experiment,
      ...(trialOf === undefined ? {} : { trialOf }),
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
  'experiment.created': (
    view,
    { id, slug, parent, hypothesis, recipe, config, scriptHash, codeHash, repeats, folder },
  ) => ({
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
        ...(codeHash === undefined ? {} : { codeHash }),
        ...(repeats === undefined ? {} : { repeats }),
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
  'seeds.pooled': (view, { experiment, ...pooled }) => updateExperiment(view, experiment, (of) => ({ ...of, pooled })),
  'reference.scored': (view, { reference }) => ({
    ...view,
    queries: { ...view.queries, dev: view.queries.dev + 1 },
    references: [...view.references, reference],
  }),
  'experiment.closed': (view, { experiment, outcome, note }) =>
    updateExperiment(view, experiment, (of) => ({ ...of, outcome, note })),
  'doctor.checked': (view, { experiment, job, ok, checks }) => {
    const checked = updateExperiment(view, experiment, (of) => ({ ...of, doctor: { job, ok, checks } }));
    return ok ? withExamined({ ...checked, held: experiment }, experiment) : withoutRefused(checked, experiment);
  },
  'tree.asked': (view, { action, experiment }) => {
    if (action !== 'prune') return view;
    const ids = new Set(subtreeOf(view.experiments, experiment));
    return {
      ...view,
      experiments: view.experiments.map((of) => (ids.has(of.id) ? { ...of, pruned: true as const } : of)),
    };
  },
  'agent.finished': (view, finish) => ({ ...view, finish }),
  'promotion.decided': (view, promotion) => {
    const decided = { ...view, promotion };
    if (promotion.experiment === null || promotion.verdict !== 'better') return decided;
    const promoted = updateExperiment(decided, promotion.experiment, (of) => ({ ...of, outcome: 'promoted' }));
    return withLastGood(promoted, promotion.experiment, 'promoted');
  },
};
