/** Wheels on a box that reaches no package index. */

export interface Wheel {
  name: string;
  sha256: string;
}

export interface WheelhouseAnswer {
  folder: string;
  /** How many wheels lie there now. */
  wheels: number;
  /** For what they must be made: the Python that environments get, e.g. `3.11`; the processor; the C library. */
  python: string;
  machine: string;
  glibc: string;
  accelerator: 'cpu' | 'cuda';
}

export interface Wheelhouse {
  /** Takes wheels in that were pushed before; none: only tells. `oldestPython` is what the environments need. */
  wheelhouse(wheels: readonly Wheel[], oldestPython: string, signal?: AbortSignal): Promise<WheelhouseAnswer>;
}
