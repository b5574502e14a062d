/** Times two ways of doing the same in turns, so that whatever else the machine does meets both. */

type Action = () => Promise<unknown>;

export async function sideBySide(
  repetitions: number,
  ours: Action,
  peer: Action,
): Promise<{ ours: number; peer: number }> {
  const times = { ours: [] as number[], peer: [] as number[] };
  await ours();
  await peer();
  for (let turn = 0; turn < repetitions; turn++) {
    times.ours.push(await timed(ours));
    times.peer.push(await timed(peer));
  }
  return { ours: quantile(times.ours, 0.5), peer: quantile(times.peer, 0.5) };
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
