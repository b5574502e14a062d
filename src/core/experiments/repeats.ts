/** Repeats: the same script, data and configuration with another seed, to tell what was learned from what was luck. */
import { jsonHash } from '../hash';

export function seedOf(config: Record<string, unknown>): number | null {
  return typeof config['seed'] === 'number' ? config['seed'] : null;
}

/** Configurations that differ in their seed and in nothing else. */
export function differInSeedOnly(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return seedOf(a) !== seedOf(b) && jsonHash({ ...a, seed: null }) === jsonHash({ ...b, seed: null });
}
