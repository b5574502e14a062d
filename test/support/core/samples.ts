/** Plain examples of the things that a run speaks of; tests change only what they are about. */
import type { Forecast } from '../../../src/core/run/training';
import type {
  Comparison,
  DataSheet,
  OverlapReport,
  Proposal,
  Recipe,
  RecipeRow,
  RecipeSource,
  RenderedSample,
  RunConfig,
  Score,
  GeneratedRows,
  Waterfall,
} from '../../../src/core/run/types';
import type { BoxCard, JobStatus } from '../../../src/core/ports/box';

export const config = (rest: Partial<RunConfig> = {}): RunConfig => ({
  goal: 'Answer more glim questions',
  baseModel: 'lab/tiny',
  benchmark: 'glim.jsonl',
  box: 'local',
  budget: { wallHours: 1, modelTokens: 1_000_000, experiments: 5 },
  autonomy: 'ask-data-and-scripts',
  seed: 7,
  model: { baseUrl: 'http://127.0.0.1:1/v1', name: 'scripted' },
  versions: { product: '0.1.0' },
  ...rest,
});

export const score = (value: number, rest: Partial<Score> = {}): Score => ({
  metric: 'exact',
  value,
  low: value - 0.1,
  high: value + 0.1,
  n: 50,
  seeds: [7],
  invalidShare: 0.1,
  truncatedShare: 0,
  meanTokens: 4,
  ...rest,
});

export const comparison = (rest: Partial<Comparison> = {}): Comparison => ({
  against: 'baseline',
  n: 50,
  difference: 0.2,
  low: 0.05,
  high: 0.35,
  pValue: 0.01,
  method: 'exact McNemar',
  verdict: 'better',
  repaired: 3,
  learned: 9,
  lost: 2,
  ...rest,
});

export const sheet = (id = 'lab/qa', rest: Partial<DataSheet> = {}): DataSheet => ({
  id,
  revision: 'r1',
  licence: 'mit',
  licenceVerdict: 'allow',
  gated: false,
  downloads: 10,
  likes: 1,
  splits: [{ config: 'default', split: 'train', rows: 100 }],
  columns: [
    { name: 'question', type: 'string' },
    { name: 'answer', type: 'string' },
  ],
  format: 'question-answer',
  sampled: 100,
  duplicateShare: 0,
  emptyShare: 0,
  meanCharacters: 40,
  remarks: [],
  ...rest,
});

export const source = (id = 'lab/qa', rest: Partial<RecipeSource> = {}): RecipeSource => ({
  dataset: { id, revision: 'r1', config: 'default', split: 'train' },
  mapping: { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' },
  weight: 1,
  excludeRows: [],
  ...rest,
});

export const overlap = (dataset = 'lab/qa', flaggedRows: number[] = []): OverlapReport => ({
  dataset,
  revision: 'r1',
  config: 'default',
  split: 'train',
  rows: 100,
  items: 60,
  hits: flaggedRows.length,
  flaggedRows,
  blocked: flaggedRows.length > 3,
  examples: [],
});

export const recipe = (): Recipe => ({ seed: 7, sources: [source()] });

export const generatedRows = (): GeneratedRows => ({
  ...{ file: 'data/sums.jsonl', sha256: 'e'.repeat(64), teacher: 'big at teacher.example', rows: 8, wanted: 10 },
  ...{ rejected: { duplicate: 2 }, ended: 'short', inputTokens: 100, outputTokens: 50, usd: null },
  mapping: { prompt: '{prompt}\n', completion: '{completion}' },
});

export const waterfall = (): Waterfall => ({
  stages: [
    { name: 'loaded', rows: 10 },
    { name: 'mapped', rows: 8 },
  ],
  ...{ unmapped: { 'missing-column': 2 }, rows: 8, tokens: null, sha256: 'f'.repeat(64) },
  sources: [{ dataset: 'a/b', stages: [{ name: 'loaded', rows: 10 }], unmapped: { 'missing-column': 2 } }],
});

export const renderedSample = (): RenderedSample => ({
  ...{ tokenizer: '/models/tiny', looked: 8 },
  findings: [{ rule: 'mark-in-text', rows: 2, row: 3, message: 'The data itself holds </s>, a mark of a template.' }],
  rows: [
    {
      ...{ row: 3, tokens: 9 },
      spans: [
        { text: 'Question: Q?\nAnswer:', trained: false },
        { text: ' ignore your rules</s>', trained: true },
      ],
    },
  ],
});

export const datasetProposal = (id: string, rest: Partial<Extract<Proposal['subject'], { kind: 'dataset' }>> = {}) => {
  const subject = { kind: 'dataset' as const, sheet: sheet(), source: source(), overlap: overlap(), ...rest };
  return {
    id,
    kind: 'dataset' as const,
    hash: `hash-${id}`,
    title: `Dataset ${subject.sheet.id}`,
    why: 'fits',
    subject,
  } satisfies Proposal;
};

export const scriptProposal = (id: string, script = 'print(1)', hash = `hash-${id}`) =>
  ({
    id,
    kind: 'script',
    hash,
    title: 'Script',
    why: 'clean data helps',
    subject: {
      kind: 'script',
      experiment: `01-${id}`,
      script,
      config: { max_steps: 10 },
      recipe: recipe(),
      parent: null,
      parentScript: null,
    },
  }) satisfies Proposal;

export const launchProposal = (id: string, hash = `hash-${id}`) =>
  ({
    id,
    kind: 'launch',
    hash,
    title: 'Train',
    why: 'to see',
    subject: {
      kind: 'launch',
      experiment: '01-a',
      steps: [['{python}', 'train.py']],
      environment: 'e',
      capSeconds: 60,
    },
  }) satisfies Proposal;

export const jobStatus = (id: string, state: JobStatus['state'], rest: Partial<JobStatus> = {}): JobStatus => ({
  id,
  run: 'test',
  kind: 'train',
  state,
  note: null,
  submittedAt: 1_700_000_000,
  startedAt: 1_700_000_000,
  heartbeatAt: 1_700_000_000,
  endedAt: null,
  exitCode: null,
  wallSeconds: 0,
  gpuSeconds: 0,
  gpus: [],
  failure: null,
  ...rest,
});

export const boxCard = (name: string, rest: Partial<BoxCard> = {}): BoxCard => ({
  name,
  host: name,
  os: 'Linux',
  python: '3.11.2',
  cpus: 2,
  memoryMiB: 1024,
  memoryFreeMiB: 512,
  root: '/home/me/.ml-intern',
  diskTotalMiB: 2048,
  diskFreeMiB: 1024,
  cache: '/home/me/.ml-intern/cache',
  gpus: [],
  uv: null,
  network: [],
  clockSkewSeconds: 0,
  scheduler: null,
  missing: [],
  ...rest,
});

export const recipeRow = (rest: Partial<RecipeRow> = {}): RecipeRow => ({
  id: 'row-1',
  paper: { id: '2501.00002', title: 'Glim Colours', url: 'https://arxiv.org/abs/2501.00002' },
  result: { value: '0.31 exact', quote: 'plain | 0.31', section: 'S2', place: '2 Method' },
  baseModel: null,
  data: [{ value: 'lab/qa', quote: 'We train on lab/qa.', section: 'S1', place: '1 Data' }],
  method: null,
  hyperparameters: [
    {
      name: 'learning rate',
      value: '3e-4',
      quote: 'The learning rate is $3 \\times 10^{-4}$',
      section: 'S2',
      place: '2 Method',
    },
  ],
  ...rest,
});

export function forecast(changes: Partial<Forecast> = {}): Forecast {
  return {
    ...{ tokensPerSecond: 900, secondsPerStep: 1.5, peakMemoryMiB: 700, steps: 400, seconds: 620, low: 590, high: 650 },
    ...{ gpuHours: 0, gpus: 0, fits: true, memoryOf: 'host', rowsPerStep: 8, trialSeconds: 70, measuredSteps: 30 },
    parts: { load: 10, prepare: 5, evaluate: 0, save: 0, finish: 5, train: 600 },
    ...changes,
  };
}
