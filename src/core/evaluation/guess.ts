/** What blind guessing would score: below that, a model does not even answer in the asked form. */
import type { Benchmark, BenchmarkItem, GuessRate } from '../run/types';

const mostExact = 4000;

/** Null where the answers are open and the benchmark does not tell itself. The bounds hold 95 % of the scores that guessing would get on as many items. */
export function guessRate(
  benchmark: Pick<Benchmark, 'options' | 'guessRate'>,
  items: readonly BenchmarkItem[],
): GuessRate | null {
  const { options, guessRate: told } = benchmark;
  const chances = items.map(({ choices }) => told ?? 1 / (choices?.length ?? options?.length ?? Infinity));
  const value = chances.reduce((sum, chance) => sum + chance, 0) / items.length;
  if (items.length === 0 || (told === undefined && chances.some((chance) => chance === 0))) return null;
  return {
    value,
    ...spreadOf(chances),
    commonest: (options || told === undefined ? commonest(items) : undefined) ?? value,
    n: items.length,
  };
}

/** The share that one fixed answer gets: more than guessing where the answers are uneven. Choices of an item's own come in any order. */
function commonest(items: readonly BenchmarkItem[]): number | undefined {
  if (items.some(({ choices }) => choices !== undefined)) return undefined;
  const counts = new Map<string, number>();
  for (const { answer } of items) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return Math.max(...counts.values()) / items.length;
}

/** Quantiles of the sum of independent guesses with chances of their own (the Poisson binomial distribution). */
function spreadOf(chances: readonly number[]): { low: number; high: number } {
  const n = chances.length;
  if (n > mostExact) {
    const mean = chances.reduce((sum, chance) => sum + chance, 0) / n;
    const half = (1.96 * Math.sqrt(chances.reduce((sum, chance) => sum + chance * (1 - chance), 0))) / n;
    return { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
  }
  const weights = distribution(chances);
  return { low: quantile(weights, 0.025) / n, high: quantile(weights, 0.975) / n };
}

function distribution(chances: readonly number[]): Float64Array {
  const weights = new Float64Array(chances.length + 1);
  weights[0] = 1;
  for (const [done, chance] of chances.entries()) {
    for (let k = done + 1; k >= 0; k--) {
      weights[k] = (weights[k] ?? 0) * (1 - chance) + (k > 0 ? (weights[k - 1] ?? 0) * chance : 0);
    }
  }
  return weights;
}

function quantile(weights: Float64Array, share: number): number {
  let sum = 0;
  return Math.max(
    0,
    weights.findIndex((weight) => (sum += weight) >= share - 1e-12),
  );
}
