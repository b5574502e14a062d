/** What a launch asks for, in words; the same in the editor and on the command line. */
import type { StopRules } from '../ports/box';
import type { Rung } from './training';

/** When the job ends itself, e.g. `when the loss becomes NaN or its GPUs idle for 15 minutes`. */
export function endsItself({ nan, divergence, idleGpuSeconds }: StopRules): string | undefined {
  const reasons = [
    ...(nan ? ['a metric becomes NaN or infinite'] : []),
    ...(divergence ? [`the loss stays above ${divergence} times its lowest`] : []),
    ...(idleGpuSeconds ? [`its GPUs idle for ${Math.round(idleGpuSeconds / 60)} minutes`] : []),
  ];
  return reasons.length === 0 ? undefined : `when ${reasons.join(' or ')}`;
}

/** Which steps see which secrets; undefined where it is not known. */
export function whoSeesSecrets(secrets: readonly (readonly string[])[] | undefined): string | undefined {
  if (secrets === undefined) return undefined;
  const seeing = secrets.flatMap((names, at) => (names.length === 0 ? [] : [`step ${at + 1} (${names.join(', ')})`]));
  return seeing.length === 0 ? 'none' : `${seeing.join(' and ')}; no other step sees any`;
}

/** What the job is changed to, one after the other, should memory run out; undefined where it would only fail. */
export function ifMemoryRunsOut(ladder: readonly Rung[] | undefined): string | undefined {
  const changes = (ladder ?? []).slice(1).map(({ change }) => change);
  return changes.length === 0 ? undefined : changes.join(', then ');
}

/** How the configuration that runs differs from the one as written, because a trial ran out of memory. */
export function startsWith(ladder: readonly Rung[] | undefined): string | undefined {
  const first = ladder?.[0];
  return first === undefined || first.change === asWritten ? undefined : first.change;
}

/** Whether it is a pilot, for people; undefined in runs of earlier versions. */
export function stageInWords(stage: 'pilot' | 'full' | undefined): string | undefined {
  if (stage === undefined) return undefined;
  return stage === 'pilot' ? 'a pilot: no longer than every new idea gets' : 'at full length: its pilot held up';
}

/** What a person should know of a trial beside its steps and its cap. */
export const trialKeepsNothing = 'measures time and memory; it trains nothing that is kept';

export const asWritten = 'as written';
