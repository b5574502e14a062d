/** Rows of the Runs tree: runs grouped by what they need from a person. */
import type { RunSummary } from '../../core/run/runs';
import type { RunView } from '../../core/run/view';
import { formatDifference, formatDuration, formatValue } from '../format';
import { experimentNodes } from './experiment-nodes';
import type { TreeNode } from './node';

type Group = 'waiting' | 'running' | 'stopped' | 'finished';

const groups: readonly { group: Group; label: string }[] = [
  { group: 'waiting', label: 'Waiting for you' },
  { group: 'running', label: 'Running' },
  { group: 'stopped', label: 'Stopped' },
  { group: 'finished', label: 'Finished' },
];

export function runNodes(summaries: readonly RunSummary[], view: (id: string) => RunView | undefined): TreeNode[] {
  return groups
    .map(({ group, label }) => ({
      id: `group/${group}`,
      label,
      expanded: true,
      children: summaries
        .filter((summary) => groupOf(summary, view(summary.id)) === group)
        .map((summary) => runNode(summary, view(summary.id))),
    }))
    .filter((node) => node.children.length > 0)
    .map((node) => ({ ...node, description: String(node.children.length) }));
}

/** A run that claims to run but that nobody drives was interrupted: it belongs to the stopped ones. */
function groupOf(summary: RunSummary, view: RunView | undefined): Group {
  const state = view?.state ?? summary.state;
  if (state === 'finished' || state === 'stopped') return state;
  if (state === 'waiting') return 'waiting';
  return summary.active ? 'running' : 'stopped';
}

function runNode(summary: RunSummary, view: RunView | undefined): TreeNode {
  const group = groupOf(summary, view);
  const finished = group === 'finished';
  const kind = [
    'run',
    ...(summary.active ? ['active'] : finished ? [] : ['resumable']),
    ...(view?.report ? ['reported'] : []),
    ...(view?.experiments.some(({ dev }) => dev !== null) ? ['scored'] : []),
    ...(view?.lastGood && !summary.active ? ['shippable'] : []),
  ];
  const description = describe(group, view, summary);
  return {
    id: `run/${summary.id}`,
    label: summary.name,
    description,
    tooltip: tooltip(summary, view),
    ...icon(group, view),
    kind: kind.join(' '),
    command: 'mlIntern.run.open',
    spoken: `Run ${summary.name}, ${group}, ${description}`,
    run: summary.id,
    ...(view === undefined || view.experiments.length === 0 ? {} : { children: experimentNodes(view) }),
  };
}

function describe(group: Group, view: RunView | undefined, summary: RunSummary): string {
  const phase = view?.phase ?? summary.phase;
  const best = view === undefined ? undefined : bestScore(view);
  const interrupted = group === 'stopped' && view?.state !== 'stopped';
  const state = group === 'finished' ? resultInWords(view) : interrupted ? 'interrupted' : (phase ?? 'starting');
  return [state, best].filter((part) => part !== undefined && part !== '').join(' · ');
}

export function resultInWords(view: RunView | undefined): string {
  const promotion = view?.promotion;
  if (!promotion) return 'nothing promoted';
  if (promotion.verdict !== 'better' || promotion.difference === null) return 'nothing promoted';
  return `${formatDifference(promotion.difference)} on the promotion split`;
}

function bestScore(view: RunView): string | undefined {
  const scores = view.experiments.map((experiment) => experiment.dev).filter((score) => score !== null);
  const best = scores.toSorted((a, b) => b.value - a.value)[0] ?? view.baseline.dev;
  return best === null ? undefined : `best ${formatValue(best.value)}`;
}

function icon(group: Group, view: RunView | undefined): Pick<TreeNode, 'icon' | 'iconColor'> {
  if (group === 'waiting') return { icon: 'bell-dot', iconColor: 'charts.yellow' };
  if (group === 'running') return { icon: 'sync~spin' };
  if (group === 'stopped') return { icon: 'debug-pause' };
  return view?.promotion?.verdict === 'better'
    ? { icon: 'pass-filled', iconColor: 'charts.green' }
    : { icon: 'circle-outline' };
}

function tooltip(summary: RunSummary, view: RunView | undefined): string {
  const lines = [summary.goal];
  if (view?.config) lines.push(`Base model: ${view.config.baseModel}`, `Box: ${view.config.box}`);
  if (view) lines.push(`Time: ${formatDuration(view.spend.wallSeconds)}`);
  const problem = view?.problems.at(-1);
  if (problem && view?.state === 'stopped') lines.push(`${problem.message} ${problem.next}`);
  return lines.join('\n');
}
