/** What the run panel shows, as the host sends it: plain, bounded data. The panel decides nothing and keeps nothing of it. */

export const protocolVersion = 1;

export interface PanelScore {
  metric: string;
  value: number;
  low: number;
  high: number;
  n: number;
  invalidShare: number;
  truncatedShare: number;
  meanTokens: number;
  /** What a reader must know beside the numbers; absent: nothing. */
  remarks?: string[];
}

export interface PanelComparison {
  against: string;
  n: number;
  difference: number;
  low: number;
  high: number;
  pValue: number;
  method: string;
  verdict: 'better' | 'worse' | 'no evidence';
  repaired: number;
  learned: number;
  lost: number;
}

/** One line of "what there is to know": a label and its value, ready to read. */
export interface PanelFact {
  label: string;
  value: string;
}

export interface PanelMeter {
  id: string;
  label: string;
  used: number;
  /** Null when there is no cap. */
  cap: number | null;
  /** Both amounts in words, e.g. `12 min of 8 h`. */
  text: string;
}

export interface PanelPaper {
  id: string;
  title: string;
  url: string;
  notes: { claim: string; quote: string; place: string }[];
}

/** One recipe of the literature: the texts of its columns, and the words of the paper behind each. */
export interface PanelRecipe {
  columns: string[];
  paper: string;
  url: string;
  quotes: { field: string; quote: string; place: string }[];
}

/** How many rows were left after each stage, source by source, then of all. */
export interface PanelWaterfall {
  experiment: string;
  rows: number;
  stages: { source: string; name: string; rows: number }[];
  /** Rows that could not be mapped, in words; empty when there are none. */
  unmapped: string;
  /** Null where the rows were not rendered. */
  rendered: PanelRendered | null;
}

export interface PanelSpan {
  text: string;
  trained: boolean;
}

/** Some training rows as the model sees them. */
export interface PanelRendered {
  /** How many were looked at, or why none. */
  text: string;
  findings: string[];
  rows: { row: number; spans: PanelSpan[] }[];
}

export interface PanelDecision {
  verdict: 'approve' | 'reject';
  by: 'person' | 'policy';
  rule: string;
  reason: string;
  edited: boolean;
}

export interface PanelApproval {
  id: string;
  kind: 'dataset' | 'script' | 'launch' | 'spend' | 'publish';
  title: string;
  why: string;
  hash: string;
  madeAt: string;
  facts: PanelFact[];
  decision: PanelDecision | null;
}

export interface PanelOverlap {
  hits: number;
  flaggedRows: number;
  rows: number;
  blocked: boolean;
  examples: { place: string; rowText: string; itemText: string }[];
}

export interface PanelDataset {
  id: string;
  status: 'seen' | 'proposed' | 'used' | 'refused';
  reason: string;
  decidedBy: 'person' | 'policy' | 'agent' | null;
  licence: string | null;
  licenceVerdict: 'allow' | 'ask' | 'deny' | null;
  overlap: PanelOverlap | null;
  facts: PanelFact[];
  remarks: string[];
  /** Rows as the model will see them; `problem`: why one cannot be used, else empty. */
  sample: { spans: PanelSpan[]; problem: string }[];
  /** The proposal that waits for a person, where there is one. */
  approval: { id: string; hash: string } | null;
}

export interface PanelExperiment {
  id: string;
  slug: string;
  parent: string | null;
  hypothesis: string;
  sources: string;
  config: string;
  score: PanelScore | null;
  comparison: PanelComparison | null;
  toBaseline: PanelComparison | null;
  outcome: 'open' | 'promising' | 'not promoted' | 'failed' | 'promoted';
  note: string;
  /** What its jobs do now, e.g. `training`, `evaluating`; empty when nothing runs. */
  activity: string;
  /** Whether it trained at full length or is a repeat, its score over all seeds, what a trial said of its training, and what was changed when memory ran out; absent where there is nothing to say. */
  training?: string;
}

export interface PanelJob {
  id: string;
  kind: string;
  /** What it does, in words, e.g. `building the environment`. */
  doing: string;
  /** Unix seconds by the box's clock. */
  startedAt: number | null;
  /** Who it works for, e.g. `01-terse-answers`. */
  experiment: string | null;
  state: string;
  /** It has not ended. */
  live: boolean;
  /** What it waits for, or since when it stalls; empty when there is nothing to say. */
  note: string;
  wallSeconds: number;
  capSeconds: number;
  failure: string;
  /** Where rules saw something in its metrics. */
  marks?: { step: number; text: string }[];
}

export interface PanelPromotion {
  experiment: string | null;
  verdict: 'better' | 'worse' | 'no evidence' | null;
  baseline: PanelScore;
  best: PanelScore;
  difference: PanelComparison | null;
  reason: string;
}

export interface PanelView {
  id: string;
  name: string;
  goal: string;
  facts: PanelFact[];
  practice: boolean;
  state: 'new' | 'running' | 'waiting' | 'stopped' | 'finished';
  /** True while this window drives the run. */
  active: boolean;
  /** False in restricted mode: nothing can be decided or resumed. */
  trusted: boolean;
  phase: string | null;
  phases: string[];
  ending: string;
  summary: string;
  contact: 'connected' | 'lost';
  hasReport: boolean;
  meters: PanelMeter[];
  plan: { text: string; state: 'todo' | 'doing' | 'done' }[];
  papers: PanelPaper[];
  recipes: PanelRecipe[];
  waterfalls: PanelWaterfall[];
  datasets: PanelDataset[];
  approvals: PanelApproval[];
  baseline: PanelScore | null;
  /** Scores to compare with by eye. */
  references: { name: string; score: PanelScore }[];
  /** Figures of others, not measured here. */
  published: { name: string; value: number; source: string }[];
  experiments: PanelExperiment[];
  jobs: PanelJob[];
  promotion: PanelPromotion | null;
  problems: { time: string; message: string; next: string }[];
  talk: { seq: number; time: string; who: 'agent' | 'person' | 'tool'; text: string }[];
}
