/** One line of a benchmark: what was measured, beside the peer where there is one, and whether the goal is met. */

export interface Row {
  name: string;
  value: number;
  unit: string;
  peer: string | null;
  peerValue: number | null;
  /** How many times as fast as the peer we are. */
  ratio: number | null;
  goal: string | null;
  holds: boolean | null;
}

interface Speeds {
  /** Milliseconds, ours and the peer's. */
  ours: number;
  peer: number;
}

/** At least so many times the peer's speed, for so many megabytes moved. */
export function throughputRow(name: string, megabytes: number, peer: string, speeds: Speeds, atLeast?: number): Row {
  const rate = (ms: number) => rounded((megabytes * 1000) / ms);
  const ratio = rounded(speeds.peer / speeds.ours);
  const goal = atLeast === undefined ? null : `at least ${atLeast}x ${peer}`;
  const [value, peerValue] = [rate(speeds.ours), rate(speeds.peer)];
  const holds = atLeast === undefined ? null : ratio >= atLeast;
  return { name, value, unit: 'MB/s', peer, peerValue, ratio, goal, holds };
}

export function durationRow(name: string, peer: string, speeds: Speeds, atLeast?: number): Row {
  const ratio = rounded(speeds.peer / speeds.ours);
  const goal = atLeast === undefined ? null : `at least ${atLeast}x as fast as ${peer}`;
  const [value, peerValue] = [rounded(speeds.ours), rounded(speeds.peer)];
  return {
    name,
    value,
    unit: 'ms',
    peer,
    peerValue,
    ratio,
    goal,
    holds: atLeast === undefined ? null : ratio >= atLeast,
  };
}

export function soleRow(name: string, value: number, unit: string, below?: number): Row {
  const goal = below === undefined ? null : `below ${below} ${unit}`;
  const holds = below === undefined ? null : value < below;
  return { name, value: rounded(value), unit, peer: null, peerValue: null, ratio: null, goal, holds };
}

export function rowText({ name, value, unit, peer, peerValue, ratio, goal, holds }: Row): string {
  const beside = peer === null ? '' : `${peer}: ${peerValue} ${unit}${ratio === null ? '' : ` (${ratio}x)`}`;
  const verdict = holds === null ? '' : `${holds ? 'holds' : 'MISSED'}: ${goal}`;
  return [name.padEnd(36), `${value} ${unit}`.padStart(14), beside.padEnd(44), verdict].join('  ').trimEnd();
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
