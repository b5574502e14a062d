/** What a row of the fault table is made of. */

export interface Conditions {
  /** Fewer faults and shorter jobs, for every `npm test`. */
  short: boolean;
  seed: number;
  /** Ends every wait when the scenario's time is over. */
  signal: AbortSignal;
}

export interface Figures {
  faults: number;
  jobsLost: number;
  bytesLost: number;
  bytesDoubled: number;
  /** As the client told it at the end, with the class of a failure. */
  state: string;
  expectedState: string;
  /** The longest time from a fault to the moment the client told of it, or did what it is there for. */
  secondsToNotice: number;
  /** What else was looked at and did not hold. */
  broken: string[];
}

export interface Scenario {
  name: string;
  /** What happens, and what `secondsToNotice` counts, in a sentence for the table. */
  what: string;
  limitSeconds: number;
  /** Why it cannot be tried on this machine, where that is so. */
  obstacle?: () => string | undefined;
  run(conditions: Conditions): Promise<Figures>;
}

export function holds(figures: Figures): boolean {
  const { jobsLost, bytesLost, bytesDoubled, state, expectedState, broken } = figures;
  return jobsLost + bytesLost + bytesDoubled + broken.length === 0 && state === expectedState;
}
