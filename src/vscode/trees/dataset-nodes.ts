/** Rows of the Datasets tree: per run what the agent looked at, what it wants to use, and why. */
import type { DatasetView, ProposalView, RunView } from '../../core/run/view';
import { datasetFacts, overlapInWords } from '../facts';
import { brief } from '../format';
import { waitingDataset } from '../proposals/pending';
import type { TreeNode } from './node';

const order: readonly DatasetView['status'][] = ['proposed', 'used', 'seen', 'refused'];

/** One run's datasets stand alone; several runs get a level of their own. */
export function datasetNodes(views: readonly RunView[]): TreeNode[] {
  const withData = views.filter((view) => view.datasets.length > 0);
  const [first, ...others] = withData;
  if (first === undefined) return [];
  if (others.length === 0) return nodesOf(first);
  return withData.map((view, index) => ({
    id: `datasets/${view.id}`,
    label: view.name,
    description: `${view.datasets.length} datasets`,
    icon: 'beaker',
    run: view.id,
    expanded: index === 0 || view.state === 'waiting',
    children: nodesOf(view),
  }));
}

function nodesOf(view: RunView): TreeNode[] {
  return view.datasets
    .toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
    .map((dataset) => datasetNode(view, dataset, waitingDataset(dataset.id, view.proposals)));
}

function datasetNode(view: RunView, dataset: DatasetView, waiting: ProposalView | undefined): TreeNode {
  const status = waiting === undefined ? statusInWords(dataset) : 'waiting for you';
  const why = waiting?.proposal.why ?? dataset.reason;
  const licence = dataset.sheet?.licence ?? undefined;
  const id = `dataset/${view.id}/${dataset.id}`;
  return {
    id,
    label: dataset.id,
    description: [status, licence].filter((part) => part !== undefined).join(' · '),
    tooltip: why,
    ...icon(dataset, waiting),
    kind: waiting === undefined ? `dataset ${dataset.status}` : 'dataset proposed',
    spoken: `Dataset ${dataset.id}, ${status}${licence === undefined ? '' : `, licence ${licence}`}`,
    run: view.id,
    ...(waiting === undefined ? {} : { proposal: waiting.proposal.id, command: 'mlIntern.approval.open' }),
    children: details(id, dataset, waiting),
  };
}

function statusInWords(dataset: DatasetView): string {
  if (dataset.status === 'used') return dataset.decidedBy === 'policy' ? 'accepted by the policy' : 'accepted';
  if (dataset.status === 'refused') {
    if (dataset.decidedBy === 'agent') return 'set aside by the agent';
    return dataset.decidedBy === 'policy' ? 'refused by the policy' : 'rejected';
  }
  return dataset.status === 'seen' ? 'looked at' : 'proposed';
}

function icon(dataset: DatasetView, waiting: ProposalView | undefined): Pick<TreeNode, 'icon' | 'iconColor'> {
  if (waiting !== undefined) return { icon: 'bell-dot', iconColor: 'charts.yellow' };
  if (dataset.status === 'used') return { icon: 'pass', iconColor: 'charts.green' };
  if (dataset.status === 'refused') return { icon: 'circle-slash', iconColor: 'charts.red' };
  return { icon: 'database' };
}

function details(id: string, dataset: DatasetView, waiting: ProposalView | undefined): TreeNode[] {
  const fact = (label: string, value: string, icon: string): TreeNode => ({
    id: `${id}/${label}`,
    label,
    description: brief(value, 160),
    tooltip: value,
    icon,
    spoken: `${label}: ${value}`,
  });
  const why = waiting?.proposal.why ?? dataset.reason;
  const overlapping = (dataset.overlap?.hits ?? 0) > 0;
  return [
    ...(why === '' ? [] : [fact(dataset.status === 'refused' ? 'Why not' : 'Why', why, 'comment')]),
    ...(dataset.sheet === null
      ? []
      : datasetFacts(dataset.sheet)
          .filter(({ value }) => value !== '')
          .map(({ label, value }) => fact(label, value, factIcons[label] ?? 'circle-small'))),
    fact('Overlap with the benchmark', overlapInWords(dataset.overlap), overlapping ? 'warning' : 'shield'),
    ...examples(id, dataset),
    ...(dataset.sheet?.remarks ?? []).map((remark, index) => fact(`Remark ${index + 1}`, remark, 'info')),
  ];
}

const factIcons: Record<string, string> = { Licence: 'law', Rows: 'list-ordered', Format: 'json', Columns: 'table' };

function examples(id: string, dataset: DatasetView): TreeNode[] {
  return (dataset.overlap?.examples ?? []).slice(0, 3).map((example, index) => ({
    id: `${id}/example ${index}`,
    label: `Row ${example.row}`,
    description: brief(example.rowText, 120),
    tooltip: `Row: ${example.rowText}\n\nEvaluation item: ${example.itemText}`,
    icon: 'quote',
  }));
}
