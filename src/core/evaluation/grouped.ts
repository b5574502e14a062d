/** Outcomes item by item: an item that was asked several times counts once, by the mean of its outcomes. */
import type { ItemResult } from '../run/types';
import { meanOf } from './bootstrap';

export interface ItemOutcome {
  id: string;
  /** From 0 to 1. */
  score: number;
  /** In at least half of its answers. */
  correct: boolean;
  valid: boolean;
}

export interface Grouped {
  items: ItemOutcome[];
  /** Every item was asked once, and its outcome is right or wrong: a proportion. */
  binary: boolean;
}

export function gradeOf({ score, correct }: Pick<ItemResult, 'score' | 'correct'>): number {
  return score ?? (correct ? 1 : 0);
}

/** Answers to the same item are not independent, so it is items that are drawn, compared and counted (Miller 2024, section 2.2). */
export function grouped(results: readonly ItemResult[]): Grouped {
  const byId = new Map<string, ItemResult[]>();
  for (const result of results) {
    const known = byId.get(result.id);
    if (known) known.push(result);
    else byId.set(result.id, [result]);
  }
  const items = [...byId].map(([id, answers]) => outcomeOf(id, answers));
  const binary =
    items.length === results.length && results.every((result) => gradeOf(result) === Number(result.correct));
  return { items, binary };
}

function outcomeOf(id: string, answers: readonly ItemResult[]): ItemOutcome {
  const half = (holds: (answer: ItemResult) => boolean): boolean => 2 * answers.filter(holds).length >= answers.length;
  // What was counted as right was read, whatever else is said of it.
  return {
    ...{ id, score: meanOf(answers.map(gradeOf)) },
    ...{ correct: half(({ correct }) => correct), valid: half(({ valid, correct }) => valid || correct) },
  };
}
