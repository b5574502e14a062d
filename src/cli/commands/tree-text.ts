/** The tree of experiments for people. Pure. */
import type { Changed, ExperimentChanges } from '../../core/run/changes';
import {
  lengthInWords,
  pilotsInWords,
  pooledInWords,
  repeatsInWords,
  type ExperimentTree,
  type TreeNode,
} from '../../core/run/tree';
import type { ExperimentView } from '../../core/run/view';
import { differenceText, percent, plain, points, scoreText, shorten, table } from '../format';

export interface CountedChanges {
  config: ExperimentChanges['config'];
  recipe: ExperimentChanges['recipe'];
  script: { added: number; removed: number };
}

type Node = TreeNode & { changes: CountedChanges };

export function treeText({
  nodes,
  baseline,
  planned,
  pilotSeconds,
  selection,
  queries,
}: Omit<ExperimentTree, 'nodes'> & { nodes: Node[] }): string {
  const base = ['base model', baseline === null ? '–' : scoreText(baseline), '–', '–', ''];
  const header = ['experiment', 'score on dev items', 'to its parent', 'verdict', 'outcome'];
  const failed = nodes.filter(({ failure }) => failure !== null);
  const parts = [
    table([header, base, ...nodes.map(row)]),
    nodes.flatMap(pooledLine).join('\n'),
    nodes.map(changedLine).filter(Boolean).join('\n'),
    failed.length === 0
      ? ''
      : ['Failed', ...failed.map(({ id, failure }) => `  ${id}: ${shorten(plain(failure ?? ''), 300)}`)].join('\n'),
    pilotsInWords(pilotSeconds) ?? '',
    `Verdicts are corrected for ${planned} experiments (Holm). Scored on dev items ${queries.dev} times, on promotion items ${queries.promotion} times.`,
    selection === null
      ? ''
      : `The best of ${selection.tried} scores ${percent(selection.best)}; on new items ${percent(selection.expected)} is to be expected. If all were equally good, the best would stand ${points(selection.luck)} points above their mean by luck.`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function row({ id, depth, stage, repeats, dev, toParent, toBaseline, outcome, pruned }: Node): string[] {
  const comparison = toParent ?? toBaseline;
  const name = `${'  '.repeat(depth)}└ ${id}`;
  const difference = comparison === null ? '–' : differenceText(comparison);
  return [
    name,
    dev === null ? '–' : scoreText(dev),
    difference,
    comparison?.verdict ?? '–',
    [pruned ? 'stopped by you' : outcome, lengthInWords(stage), repeatsInWords(repeats)]
      .filter((words) => words !== null)
      .join(', '),
  ];
}

function pooledLine({ id, pooled }: Node): string[] {
  if (pooled === null) return [];
  const { toBaseline } = pooled;
  const against = toBaseline ? `; to the base model ${differenceText(toBaseline)}, ${toBaseline.verdict}` : '';
  return [`${id} ${pooledInWords(pooled, scoreText)}${against}`];
}

const mostChanges = 6;

function changedLine({ id, parent, changes: { config, recipe, script } }: Node): string {
  const lines = script.added + script.removed > 0 ? [`script +${script.added} −${script.removed}`] : [];
  const all = [...(parent === null ? [] : [...config, ...recipe].map(changeText)), ...lines];
  const more = all.length > mostChanges ? [`and ${all.length - mostChanges} more`] : [];
  return all.length === 0 ? '' : `${id} changes ${[...all.slice(0, mostChanges), ...more].join(', ')}`;
}

function changeText({ path, from, to }: Changed): string {
  const show = (value: unknown): string => (value === undefined ? 'none' : shorten(plain(JSON.stringify(value)), 60));
  return `${plain(path)}: ${show(from)} → ${show(to)}`;
}

export function changesText({ id, parent }: ExperimentView, { config, recipe, script }: ExperimentChanges): string {
  const part = (name: string, lines: string[]): string =>
    [`${name}${lines.length === 0 ? ': as before' : ''}`, ...lines].join('\n');
  return [
    `${id} against ${parent ?? 'the starting script'}`,
    part(
      'Configuration',
      config.map((each) => `  ${changeText(each)}`),
    ),
    part(
      'Recipe',
      recipe.map((each) => `  ${changeText(each)}`),
    ),
    part(
      'Script',
      script.map((line) => `  ${line[0] ?? ''}${plainCode(line.slice(1))}`),
    ),
  ].join('\n\n');
}

/** Indentation is kept; nothing in it may move the cursor. */
function plainCode(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${plain(line)}`;
}
