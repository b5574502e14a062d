/** The methods that there is a starting script for: what rows each takes, and when it is the one to choose. */
import { MlInternError } from '../errors';
import type { Mapping } from '../data/mapping';
import type { Recipe } from '../run/types';

/** What a recipe's rows look like; a mapping that does not say gives prompt and completion. */
export type RowShape = NonNullable<Mapping['to']>;

export interface StartingMethod {
  rows: readonly RowShape[];
  /** For the agent: the rows in words. */
  data: string;
  when: string;
}

export const startingMethods = {
  sft: {
    rows: ['messages', 'prompt-completion', 'text'],
    data: '{messages}, {prompt, completion} or {text}',
    when: 'First, and nearly always: good answers are at hand, or the model has to learn a format and when to stop.',
  },
  dpo: {
    rows: ['preference'],
    data: '{prompt, chosen, rejected}',
    when: 'After SFT, where for the same prompt a better and a worse answer are known.',
  },
  grpo: {
    rows: ['prompt-completion'],
    data: '{prompt, completion}, where the completion is only the answer that a response must come to',
    when: 'After SFT, where answers can be checked by a rule and the model is right at least now and then; slow without vLLM.',
  },
  distill: {
    rows: ['messages', 'prompt-completion'],
    data: '{messages} or {prompt, completion}; on-policy uses the prompts alone',
    when: 'A stronger model with the same tokenizer lies on the box and may be used; config needs "teacher", its folder.',
  },
} as const satisfies Record<string, StartingMethod>;

export type MethodName = keyof typeof startingMethods;
export const methodNames = Object.keys(startingMethods) as MethodName[];

const trainers: Record<string, MethodName> = {
  SFTTrainer: 'sft',
  DPOTrainer: 'dpo',
  GRPOTrainer: 'grpo',
  DistillationTrainer: 'distill',
};

/** The method of a script by the trainers that it uses; undefined where it uses none of them, or several methods'. */
export function methodOf(script: string): MethodName | undefined {
  const used = new Set(Object.keys(trainers).filter((name) => new RegExp(`\\b${name}\\b`).test(script)));
  if (used.has('DistillationTrainer')) return 'distill';
  const [only, ...more] = used;
  return only !== undefined && more.length === 0 ? trainers[only] : undefined;
}

/** Rows that the trainer cannot read are found before anything runs. */
export function checkRows(script: string, recipe: Recipe): void {
  const method = methodOf(script);
  if (method === undefined) return;
  const { rows, data } = startingMethods[method];
  const source = recipe.sources.find(({ mapping }) => !(rows as readonly RowShape[]).includes(shapeOf(mapping)));
  if (source === undefined) return;
  throw new MlInternError(
    'bad-input',
    `The script trains with ${method}, which takes ${data}; the rows of ${source.dataset.id} are ${shapeOf(source.mapping)}.`,
    { next: 'Propose the dataset with another mapping, or write a script for another method.' },
  );
}

function shapeOf(mapping: Mapping): RowShape {
  return mapping.to ?? 'prompt-completion';
}
