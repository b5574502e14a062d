/** The practice benchmark: short questions about half of the invented things. */
import type { BenchmarkItem } from '../../core/run/types';
import { attributes, fill, type Fact } from './facts';
import { seededRandom } from './random';
import type { BenchmarkSettings } from './types';

export const promptTemplate = 'Question: {question}\nAnswer:';

export function makeItems(asked: readonly Fact[], seed: number): BenchmarkItem[] {
  const items = asked.map((fact) => ({ question: ask(fact, 0), answer: fact.value }));
  return seededRandom(seed, 'benchmark')
    .shuffled(items)
    .map((item, index) => ({ id: `q${String(index + 1).padStart(3, '0')}`, ...item }));
}

export function makeSettings(): BenchmarkSettings {
  return {
    name: 'almanac-qa',
    description: 'Short questions about invented things; one word answers each.',
    licence: 'cc-by-4.0',
    metric: 'exact',
    prompt: promptTemplate,
    answerPattern: '^\\s*([A-Za-z]+)\\s*$',
    options: attributes.flatMap((attribute) => attribute.values),
    maxTokens: 8,
    // It knows no examples from its pretraining, and a practice run should be quick.
    references: { shots: 0 },
  };
}

/** The question for a fact in its `wording`-th way. */
export function ask(fact: Fact, wording: number): string {
  const { questions } = fact.attribute;
  return fill(questions[wording % questions.length] ?? '', fact);
}
