/** What the invented run of `story.ts` is made of: its datasets, proposals, scores and script. */
import { createHash } from 'node:crypto';
import type { EventData } from '../../src/core/run/events';
import type {
  Comparison,
  DataSheet,
  OverlapReport,
  Proposal,
  Recipe,
  RunConfig,
  Score,
} from '../../src/core/run/types';

export const storyRun = 'sill-questions-1a2b';

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export const storyConfig: RunConfig = {
  goal: 'Raise lab/pebble-1b on sill-questions',
  baseModel: 'lab/pebble-1b',
  benchmark: 'benchmarks/sill-questions.jsonl',
  box: 'gpu-box',
  budget: { wallHours: 8, gpuHours: 4, modelTokens: 2_000_000, experiments: 8 },
  autonomy: 'ask-data-and-scripts',
  seed: 1,
  model: { baseUrl: 'http://localhost:8000/v1', name: 'careful-70b' },
  practice: { seed: 1 },
  versions: {},
};

const sheet = (id: string, more: Partial<DataSheet> = {}): DataSheet => ({
  id,
  revision: hash(id).slice(0, 40),
  licence: 'apache-2.0',
  licenceVerdict: 'allow',
  gated: false,
  downloads: 1840,
  likes: 12,
  splits: [{ config: 'default', split: 'train', rows: 4200 }],
  columns: [
    { name: 'question', type: 'string' },
    { name: 'answer', type: 'string' },
  ],
  format: 'question and answer',
  sampled: 200,
  duplicateShare: 0.01,
  emptyShare: 0,
  meanCharacters: 84,
  remarks: [],
  ...more,
});

export const sheets = {
  good: sheet('orchard/sill-terse'),
  noisy: sheet('orchard/sill-crowd', {
    duplicateShare: 0.31,
    remarks: ['31 % of the sampled rows are duplicates.', 'Answers run to several sentences.'],
  }),
  closed: sheet('vault/sill-expert', { licence: 'cc-by-nc-nd-4.0', licenceVerdict: 'deny' }),
  leaky: sheet('mirror/sill-complete', { downloads: 91_000, likes: 410 }),
};

export const overlap = (id: string, flagged: number): OverlapReport => ({
  dataset: id,
  revision: hash(id).slice(0, 40),
  config: 'default',
  split: 'train',
  rows: 4200,
  items: 300,
  hits: flagged,
  flaggedRows: Array.from({ length: flagged }, (_, index) => index * 3),
  blocked: flagged > 3,
  examples:
    flagged === 0
      ? []
      : [
          {
            row: 3,
            item: 41,
            score: 0.97,
            rowText: 'Which sill faces the old pier? The northern one.',
            itemText: 'Which sill faces the old pier?',
          },
        ],
});

const source = (id: string, weight = 1): Recipe['sources'][number] => ({
  dataset: { id, revision: hash(id).slice(0, 40), config: 'default', split: 'train' },
  mapping: { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' },
  weight,
  excludeRows: [],
});

export const storyScript = `"""Supervised fine-tuning of one experiment: reads config.json, writes the model."""
import json
from pathlib import Path

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

config = json.loads(Path("config.json").read_text())
rows = load_dataset("json", data_files=config["data"], split="train")
arguments = SFTConfig(
    output_dir=config["output"],
    learning_rate=config["learning_rate"],
    max_steps=config["max_steps"],
    per_device_train_batch_size=config["batch_size"],
    lr_scheduler_type="cosine",
    warmup_ratio=0.05,
    seed=config["seed"],
)
trainer = SFTTrainer(model=config["base_model"], args=arguments, train_dataset=rows)
trainer.train()
trainer.save_model(config["output"])
`;

const datasetProposal = (id: string, of: DataSheet, why: string, flagged = 0): Proposal => ({
  id,
  kind: 'dataset',
  hash: hash(id),
  title: of.id,
  why,
  subject: {
    kind: 'dataset',
    sheet: of,
    source: source(of.id),
    overlap: overlap(of.id, flagged),
    rows: [{ question: 'Which sill is red?', answer: 'the third' }, {}],
  },
});

const scriptProposal = (
  id: string,
  experiment: string,
  why: string,
  script: string,
  parent: string | null,
): Proposal => ({
  id,
  kind: 'script',
  hash: hash(id),
  title: `Train ${experiment}`,
  why,
  subject: {
    kind: 'script',
    experiment,
    script,
    config: { learning_rate: 0.002, max_steps: 240, batch_size: 16 },
    recipe: { seed: 1, sources: [source(sheets.good.id)] },
    parent,
    parentScript: parent === null ? null : storyScript,
  },
});

export const score = (value: number, spread: number, n: number, invalidShare: number): Score => ({
  metric: 'exact',
  value,
  low: Math.max(0, value - spread),
  high: value + spread,
  n,
  seeds: [1],
  invalidShare,
  truncatedShare: 0,
  meanTokens: 3.4,
});

export const comparison = (
  against: string,
  difference: number,
  spread: number,
  verdict: Comparison['verdict'],
): Comparison => ({
  against,
  n: 150,
  difference,
  low: difference - spread,
  high: difference + spread,
  pValue: verdict === 'no evidence' ? 0.31 : 0.0004,
  method: 'paired bootstrap',
  verdict,
  repaired: 14,
  learned: 33,
  lost: 5,
});

export const plan = (done: number): EventData['plan.updated']['items'] =>
  [
    'Read what helped small models answer in few words',
    'Find data with short answers and check it against the benchmark',
    'Measure the base model',
    'Train on terse answers, then vary learning rate and mixture',
    'Decide on items that nobody has seen',
  ].map((text, index) => ({ text, state: index < done ? 'done' : index === done ? 'doing' : 'todo' }));

export const proposals = {
  good: datasetProposal(
    'call-good',
    sheets.good,
    'Short answers in the form that the benchmark asks for; the paper on terse tuning reports the largest gain from such rows.',
  ),
  leaky: datasetProposal('call-leaky', sheets.leaky, 'The largest collection on this subject.', 120),
  closed: datasetProposal('call-closed', sheets.closed, 'Written by experts.'),
  first: scriptProposal(
    'call-first',
    '01-terse',
    'Terse answers should repair the format and teach the subject at once.',
    storyScript,
    null,
  ),
  second: scriptProposal(
    'call-second',
    '02-gentler',
    'A lower learning rate should keep more of what the base model knows.',
    storyScript.replace('"cosine"', '"linear"').replace('warmup_ratio=0.05', 'warmup_ratio=0.1'),
    '01-terse',
  ),
};

export const recipe: Recipe = { seed: 1, sources: [source(sheets.good.id)] };
