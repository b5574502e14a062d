/** Rows of a run's experiments as the tree that they are: each below the one that it came from, with what it was worth. */
import { finalStates } from '../../core/ports/box';
import { pooledInWords, treeOf, type TreeNode as Experiment } from '../../core/run/tree';
import type { RunView } from '../../core/run/view';
import { brief, formatDifference, formatScore, formatValue } from '../format';
import { jobWords } from '../job-words';
import type { TreeNode } from './node';

export function experimentNodes(view: RunView): TreeNode[] {
  const { nodes } = treeOf(view);
  const known = new Set(nodes.map(({ id }) => id));
  const below = (parent: string | null): TreeNode[] =>
    nodes
      .filter((node) => (node.parent !== null && known.has(node.parent) ? node.parent : null) === parent)
      .map((node) => ({ ...experimentNode(view, node), expanded: true, children: below(node.id) }));
  return [...baselineNode(view), ...below(null)];
}

function baselineNode({ id, baseline: { dev } }: RunView): TreeNode[] {
  if (dev === null) return [];
  return [
    {
      id: `run/${id}/baseline`,
      label: 'baseline',
      description: formatScore(dev),
      icon: 'circle-outline',
      kind: 'baseline',
      run: id,
      command: 'mlIntern.run.open',
    },
  ];
}

function experimentNode(view: RunView, experiment: Experiment): TreeNode {
  const { id, dev, pruned } = experiment;
  const state = stateOf(view, experiment);
  const verdict = verdictOf(experiment)?.verdict ?? '';
  const kind = ['experiment', ...(view.state === 'finished' ? [] : ['askable', ...(pruned ? [] : ['stoppable'])])];
  return {
    id: `run/${view.id}/${id}`,
    label: id,
    description: [dev === null ? '' : formatScore(dev), verdict, state].filter((part) => part !== '').join(' · '),
    tooltip: tooltip(experiment),
    ...icon(experiment),
    kind: kind.join(' '),
    spoken: spoken(experiment, state),
    run: view.id,
    experiment: id,
    command: 'mlIntern.run.open',
  };
}

/** What its jobs do right now, else what came of it, with the cause where it failed. */
function stateOf({ jobs }: RunView, { id, outcome, failure, pruned }: Experiment): string {
  const running = jobs.findLast((job) => job.experiment === id && !finalStates.has(job.state));
  if (running !== undefined) return jobWords[running.kind];
  if (pruned && outcome === 'open') return 'stopped by you';
  return failure === null ? outcome : `${outcome}: ${brief(failure, 80)}`;
}

/** A draft has no parent: it is compared with the base model. */
function verdictOf({ toParent, toBaseline }: Experiment): Experiment['toParent'] {
  return toParent ?? toBaseline;
}

function tooltip(experiment: Experiment): string {
  const { hypothesis, note, failure, pruned, pooled } = experiment;
  const comparison = verdictOf(experiment);
  const against =
    comparison === null
      ? ''
      : `${formatDifference(comparison)} against ${comparison.against}: ${comparison.verdict} (n = ${comparison.n})`;
  const parts = [
    hypothesis,
    against,
    pooled === null ? '' : `${experiment.id} ${pooledInWords(pooled, formatScore)}`,
    failure === null ? '' : `Why it failed: ${failure}`,
    failure === note ? '' : note,
    pruned ? 'You stopped the work on it.' : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function spoken(experiment: Experiment, state: string): string {
  const { id, parent, dev } = experiment;
  const comparison = verdictOf(experiment);
  return [
    `Experiment ${id} from ${parent ?? 'the base model'}`,
    dev === null
      ? 'not scored'
      : `score ${formatValue(dev.value)}, interval ${formatValue(dev.low)} to ${formatValue(dev.high)}`,
    ...(comparison === null ? [] : [`against ${comparison.against}: ${comparison.verdict}`]),
    state,
  ].join(', ');
}

function icon({ outcome, pruned }: Experiment): Pick<TreeNode, 'icon' | 'iconColor'> {
  if (pruned) return { icon: 'circle-slash' };
  switch (outcome) {
    case 'promoted':
      return { icon: 'star-full', iconColor: 'charts.green' };
    case 'promising':
      return { icon: 'arrow-up', iconColor: 'charts.green' };
    case 'not promoted':
      return { icon: 'arrow-down', iconColor: 'charts.yellow' };
    case 'failed':
      return { icon: 'error', iconColor: 'charts.red' };
    case 'open':
      return { icon: 'beaker' };
  }
}
