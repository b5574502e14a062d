/** How a benchmark is asked and graded, as the evaluator on the box takes it. What is absent has the evaluator's default. */

export const benchmarkKinds = ['exact', 'choice', 'numeric', 'regex', 'calls', 'code', 'rubric', 'inspect'] as const;
export type BenchmarkKind = (typeof benchmarkKinds)[number];

export interface Sampling {
  /** Absent or 0: greedy. */
  temperature?: number | undefined;
  topP?: number | undefined;
  /** Answers for each item; its score is their mean. */
  n?: number | undefined;
  stop?: string[] | undefined;
}

/** A model that grades, behind an endpoint that speaks OpenAI's chat completions. Its key is a secret of the job. */
export interface JudgeSettings {
  model: string;
  url: string;
  temperature: number;
  maxTokens?: number | undefined;
  seed?: number | undefined;
  /** In place of the evaluator's own: with {conversation}, {reply} and {criterion}, or {first} and {second}. */
  prompt?: string | undefined;
}

export interface FewShotItem {
  id: string;
  question: string;
  answer: string;
  choices?: string[] | undefined;
  /** The worked answer, shown in place of `answer`. */
  solution?: string | undefined;
}

export interface EvaluatorSettings {
  /** Absent: exact. */
  kind?: BenchmarkKind | undefined;
  /** Before the question, in a turn of its own. */
  system?: string | undefined;
  /** Absent: the model's own chat template. */
  template?: 'none' | 'model' | { text: string } | undefined;
  sampling?: Sampling | undefined;
  fewShot?: { items: FewShotItem[]; n: number; seed: number } | undefined;
  /** choice: the letter that is generated, or the likeliest option. */
  by?: 'generation' | 'likelihood' | undefined;
  /** choice: mixes the options, the same for every model. */
  shuffleSeed?: number | undefined;
  /** choice by likelihood: a character. */
  normalise?: boolean | undefined;
  tolerance?: number | undefined;
  relativeTolerance?: number | undefined;
  numberFrom?: ('boxed' | 'hashes' | 'last')[] | undefined;
  /** regex: the pattern may match anywhere in the answer. */
  search?: boolean | undefined;
  ignoreCase?: boolean | undefined;
  /** code: a program's limits. */
  seconds?: number | undefined;
  memoryMiB?: number | undefined;
  judge?: JudgeSettings | undefined;
  /** rubric: from which score an answer counts as right. */
  passScore?: number | undefined;
  /** inspect: `ifeval`, or a scorer of inspect_ai or inspect_evals as `module:name`. */
  scorer?: string | undefined;
  /** inspect: which part of a scorer's value counts. */
  scoreKey?: string | undefined;
  /** What guessing scores, where it is known. */
  guessRate?: number | undefined;
}
