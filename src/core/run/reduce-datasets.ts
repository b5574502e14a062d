/** Reducers for datasets and proposals. */
import type { EventData } from './events';
import type { Reducers } from './reduction';
import type { Decision } from './types';
import type { DatasetView, RunView } from './view';

function updateDataset(view: RunView, id: string, change: (dataset: DatasetView) => DatasetView): RunView {
  const fresh: DatasetView = { id, sheet: null, overlap: null, status: 'seen', reason: '', decidedBy: null };
  const known = view.datasets.find((dataset) => dataset.id === id);
  const changed = change(known ?? fresh);
  const datasets = known
    ? view.datasets.map((dataset) => (dataset.id === id ? changed : dataset))
    : [...view.datasets, changed];
  return { ...view, datasets };
}

function decide(view: RunView, decision: Decision): RunView {
  const open = view.proposals.find(({ proposal }) => proposal.id === decision.proposal);
  if (!open || open.decision) return view;
  const decided = {
    ...view,
    proposals: view.proposals.map((entry) => (entry === open ? { ...entry, decision } : entry)),
  };
  const { subject, why } = open.proposal;
  if (subject.kind !== 'dataset') return decided;
  return updateDataset(decided, subject.sheet.id, (dataset) => ({
    ...dataset,
    status: decision.verdict === 'approve' ? 'used' : 'refused',
    reason: decision.verdict === 'approve' ? why : (decision.reason ?? decision.rule ?? ''),
    decidedBy: decision.by,
  }));
}

export const datasetReducers: Reducers = {
  'dataset.inspected': (view, { sheet }) => updateDataset(view, sheet.id, (dataset) => ({ ...dataset, sheet })),
  'overlap.checked': (view, { report }) =>
    updateDataset(view, report.dataset, (dataset) => ({ ...dataset, overlap: report })),
  'dataset.set-aside': (view, { id, reason }) =>
    // What the agent sets aside after a refusal stays refused by whom it was, for the reason that was given.
    updateDataset(view, id, (dataset) =>
      dataset.status === 'refused' ? dataset : { ...dataset, status: 'refused', reason, decidedBy: 'agent' },
    ),
  'rows.generated': (view, { rows }) => ({
    ...paid(view, rows),
    generated: [...view.generated.filter(({ file }) => file !== rows.file), rows],
  }),
  'teacher.paid': paid,
  'proposal.made': (view, { proposal }, { time }) => {
    if (view.proposals.some((entry) => entry.proposal.id === proposal.id)) return view;
    const made = { ...view, proposals: [...view.proposals, { proposal, madeAt: time, decision: null }] };
    const { subject } = proposal;
    if (subject.kind !== 'dataset') return made;
    return updateDataset(made, subject.sheet.id, (dataset) => ({
      ...dataset,
      status: 'proposed',
      reason: proposal.why,
      decidedBy: null,
    }));
  },
  'proposal.decided': (view, { decision }) => decide(view, decision),
};

/** Events tell what a file cost in all: what was counted of it before is not counted again. */
function paid(view: RunView, { file, inputTokens, outputTokens }: EventData['teacher.paid']): RunView {
  const before = view.taught[file] ?? { inputTokens: 0, outputTokens: 0 };
  return {
    ...view,
    taught: { ...view.taught, [file]: { inputTokens, outputTokens } },
    spend: {
      ...view.spend,
      inputTokens: view.spend.inputTokens + inputTokens - before.inputTokens,
      outputTokens: view.spend.outputTokens + outputTokens - before.outputTokens,
    },
  };
}
