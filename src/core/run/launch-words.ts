/** What a launch asks for, in words; the same in the editor and on the command line. */
import type { StopRules } from '../ports/box';

/** When the job ends itself, e.g. `when the loss becomes NaN or its GPUs idle for 15 minutes`. */
export function endsItself({ nan, divergence, idleGpuSeconds }: StopRules): string | undefined {
  const reasons = [
    ...(nan ? ['a metric becomes NaN or infinite'] : []),
    ...(divergence ? [`the loss stays above ${divergence} times its lowest`] : []),
    ...(idleGpuSeconds ? [`its GPUs idle for ${Math.round(idleGpuSeconds / 60)} minutes`] : []),
  ];
  return reasons.length === 0 ? undefined : `when ${reasons.join(' or ')}`;
}
