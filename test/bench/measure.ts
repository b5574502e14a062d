/** Times two ways of doing the same in turns, so that whatever else the machine does meets both. */

type Action = () => Promise<unknown>;

export async function sideBySide(
  repetitions: number,
  ours: Action,
  peer: Action,
): Promise<{ ours: number; peer: number }> {
  return inTurns(repetitions, { ours, peer });
}

/** The median time of each, after one turn that does not count. */
export async function inTurns<Name extends string>(
  repetitions: number,
  actions: Record<Name, Action>,
): Promise<Record<Name, number>> {
  const times = new Map<string, number[]>();
  for (let turn = -1; turn < repetitions; turn++) {
    for (const [name, action] of Object.entries<Action>(actions)) {
      const taken = await timed(action);
      if (turn >= 0) times.set(name, [...(times.get(name) ?? []), taken]);
    }
  }
  const medians = [...times].map(([name, each]) => [name, quantile(each, 0.5)]);
  return Object.fromEntries(medians) as Record<Name, number>;
}

export async function timed(action: Action): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
