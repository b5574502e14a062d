/** What an experiment changes: script, recipe and configuration against its parent. */
import { lineDiff } from '../text/line-diff';
import type { ExperimentView } from './view';

/** Absent: it is not there on that side. */
export interface Changed {
  path: string;
  from?: unknown;
  to?: unknown;
}

export interface ExperimentChanges {
  config: Changed[];
  recipe: Changed[];
  /** Lines as `lineDiff` marks them. */
  script: string[];
}

interface Compared {
  experiment: Pick<ExperimentView, 'config' | 'recipe'>;
  script: string;
}

/** A draft has no parent: what it is compared with is the script that it was begun from. */
export function changesOf(child: Compared, parent: Compared | null, startingScript = ''): ExperimentChanges {
  return {
    config: changedPaths(parent?.experiment.config ?? {}, child.experiment.config),
    recipe: changedPaths(parent?.experiment.recipe ?? {}, child.experiment.recipe),
    script: lineDiff(parent?.script ?? startingScript, child.script),
  };
}

/** The script that a draft was most likely begun from: the one that it differs least from. */
export function nearestScript<S extends { text: string }>(script: string, starting: readonly S[]): S | undefined {
  const distance = ({ text }: S): number => lineDiff(text, script).length;
  return starting.toSorted((a, b) => distance(a) - distance(b))[0];
}

export function changedPaths(before: object, after: object): Changed[] {
  const [from, to] = [leaves(before), leaves(after)];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((path) => {
    if (from.has(path) && to.has(path) && JSON.stringify(from.get(path)) === JSON.stringify(to.get(path))) return [];
    return [
      { path, ...(from.has(path) ? { from: from.get(path) } : {}), ...(to.has(path) ? { to: to.get(path) } : {}) },
    ];
  });
}

/** Long lists, such as rows to leave out, are one value. */
const longestList = 20;

function leaves(value: unknown, path = ''): Map<string, unknown> {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || (isList && value.length > longestList))
    return new Map([[path, value]]);
  const entries = Object.entries(value as Record<string, unknown>).filter(([, inner]) => inner !== undefined);
  if (entries.length === 0) return path === '' ? new Map() : new Map([[path, value]]);
  return new Map(entries.flatMap(([key, inner]) => [...leaves(inner, path === '' ? key : `${path}.${key}`)]));
}
