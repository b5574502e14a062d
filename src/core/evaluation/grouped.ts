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
  /** Without those that have no grade. */
  items: ItemOutcome[];
  /** Every item was asked once, and its outcome is right or wrong: a proportion. */
  binary: boolean;
}

/** No grade says nothing about the answer: it must not count as wrong. */
export const isGraded = ({ score }: Pick<ItemResult, 'score'>): boolean => score !== null;

/** Of an answer that has a grade. */
export function gradeOf({ score, correct }: Pick<ItemResult, 'score' | 'correct'>): number {
  return score ?? (correct ? 1 : 0);
}

/** Answers to the same item are not independent, so it is items that are drawn, compared and counted (Miller 2024, section 2.2). */
export function grouped(all: readonly ItemResult[]): Grouped {
  const results = all.filter(isGraded);
  const binary = results.every((result) => gradeOf(result) === Number(result.correct));
  if (new Set(results.map(({ id }) => id)).size === results.length) return { items: results.map(outcomeOfOne), binary };
  const byId = new Map<string, ItemResult[]>();
  for (const result of results) {
    const known = byId.get(result.id);
    if (known) known.push(result);
    else byId.set(result.id, [result]);
  }
  return { items: [...byId].map(([id, answers]) => outcomeOf(id, answers)), binary: false };
}

function outcomeOf(id: string, answers: readonly ItemResult[]): ItemOutcome {
  const half = (holds: (answer: ItemResult) => boolean): boolean => 2 * answers.filter(holds).length >= answers.length;
  return { id, score: meanOf(answers.map(gradeOf)), correct: half(({ correct }) => correct), valid: half(isValid) };
}

/** What was counted as right was read, whatever else is said of it. */
const isValid = ({ valid, correct }: ItemResult): boolean => valid || correct;

const outcomeOfOne = (answer: ItemResult): ItemOutcome => {
  return { id: answer.id, score: gradeOf(answer), correct: answer.correct, valid: isValid(answer) };
};
