/** What a job on the box does, in words. */
import type { JobKind } from '../core/ports/box';

export const jobWords: Record<JobKind, string> = {
  environment: 'building the environment',
  model: 'fetching the base model',
  overlap: 'checking for overlap',
  sheet: 'counting rows',
  serve: 'serving a model',
  train: 'training',
  evaluate: 'evaluating',
  pretrain: 'pretraining the practice base model',
};
