/** The numbers that the stand-in starts from. Tuned for the practice world's tiny base model on two CPU cores. */

export const recommendedConfig: Readonly<Record<string, number>> = {
  learning_rate: 1e-3,
  max_steps: 120,
  batch_size: 32,
  max_length: 64,
};

/** How much longer "more training" is. */
export const longerBy = 1.5;
export const lowerRateBy = 0.5;

/** Wall-clock cap of one training job. */
export const capMinutes = 10;
/** How long one wait may take before the agent looks again. */
export const waitMinutes = 3;

export const mostDrafts = 3;
export const leastExperiments = 3;
/** When the conversation says nothing about a budget. */
export const mostExperiments = 6;
/** Below this no new experiment is started, whatever past ones took. */
export const leastMinutes = 2;
