/** RunView -> PanelView: what the panel needs and no more, so that a long run stays cheap to send and to draw. */
import { forecastInWords } from '../../core/experiments/forecast';
import {
  type PanelApproval,
  type PanelComparison,
  type PanelDataset,
  type PanelExperiment,
  type PanelFact,
  type PanelMeter,
  type PanelPaper,
  type PanelScore,
  type PanelView,
} from '../../core/protocol/panel-view';
import { referenceName, scoreRemarks } from '../../core/evaluation/score-words';
import { finalStates } from '../../core/ports/box';
import { lengthInWords, pooledInWords, repeatsInWords, stageAsLaunched } from '../../core/run/tree';
import { type Comparison, phases, type Score } from '../../core/run/types';
import type { DatasetView, ExperimentView, ProposalView, RunView } from '../../core/run/view';
import { onlySeen, seenLine } from '../../core/text/unseen';
import { jobWords } from '../job-words';
import { datasetFacts, proposalFacts, publicationFact, recipeInWords, runFacts, settingsInWords } from '../facts';
import { brief, formatCompact, formatDuration, formatScore } from '../format';
import { latestUse, projectRecipes, projectSample, projectWaterfalls } from './project-data';
import { waitingDataset } from '../proposals/pending';

const decidedShown = 40;
const talkShown = 200;
const textShown = 4000;

export interface Situation {
  active: boolean;
  trusted: boolean;
  /** Milliseconds since the epoch: time passes between events too. */
  now: number;
}

export function projectRun(view: RunView, situation: Situation): PanelView {
  return {
    id: view.id,
    name: view.name,
    goal: view.config?.goal ?? '',
    facts: [...(view.config === null ? [] : runFacts(view.config)), ...view.publications.map(publicationFact)],
    practice: view.config?.practice !== undefined,
    state: view.state,
    active: situation.active,
    trusted: situation.trusted,
    phase: view.phase,
    phases: [...phases],
    ending: view.ending ?? '',
    summary: view.summary,
    contact: view.contact,
    hasReport: view.report !== null,
    meters: meters(view, situation),
    plan: view.plan,
    papers: view.papers.map(projectPaper),
    recipes: projectRecipes(view.recipeTable),
    waterfalls: projectWaterfalls(view.experiments),
    datasets: view.datasets.map((dataset) => projectDataset(dataset, view.proposals)),
    approvals: projectApprovals(view.proposals),
    baseline: view.baseline.dev === null ? null : projectScore(view.baseline.dev),
    published: view.published.map(({ model, value, source }) => {
      return { name: seenLine(model), value, source: seenLine(source) };
    }),
    references: view.references.map((one) => ({ name: seenLine(referenceName(one)), score: projectScore(one.score) })),
    experiments: view.experiments.map((experiment) => projectExperiment(experiment, view)),
    jobs: view.jobs.map((job) => ({
      id: job.id,
      kind: job.kind,
      doing: jobWords[job.kind],
      startedAt: job.startedAt,
      experiment: job.experiment,
      state: job.state,
      live: !finalStates.has(job.state),
      note: job.note ?? '',
      wallSeconds: job.wallSeconds,
      capSeconds: job.capSeconds,
      failure: job.failure?.message ?? '',
      ...(job.findings ? { marks: job.findings.map(({ step, message: text }) => ({ step, text })) } : {}),
    })),
    promotion: projectPromotion(view),
    problems: view.problems.slice(-20).map(({ time, message, next }) => ({ time, message, next })),
    talk: view.talk.slice(-talkShown).map((item) => ({ ...item, text: item.text.slice(0, textShown) })),
  };
}

function projectPaper({ id, title, url, notes }: RunView['papers'][number]): PanelPaper {
  const seen = notes.map(({ claim, quote, place }) => ({
    ...{ claim: seenLine(claim), quote: onlySeen(quote).text, place: seenLine(place) },
  }));
  return { id, title: seenLine(title), url, notes: seen };
}

/** A licence, a column, a mapping: words of whoever made the data. */
function seenFact({ label, value }: PanelFact): PanelFact {
  return { label, value: onlySeen(value).text };
}

function projectScore(score: Score): PanelScore {
  const { metric, value, low, high, n, invalidShare, truncatedShare, meanTokens } = score;
  const remarks = scoreRemarks(score);
  return {
    ...{ metric, value, low, high, n, invalidShare, truncatedShare, meanTokens },
    ...(remarks.length === 0 ? {} : { remarks }),
  };
}

function projectComparison(comparison: Comparison | null): PanelComparison | null {
  return comparison === null ? null : { ...comparison };
}

function projectPromotion(view: RunView): PanelView['promotion'] {
  const promotion = view.promotion;
  if (promotion === null) return null;
  return {
    experiment: promotion.experiment,
    verdict: promotion.verdict,
    baseline: projectScore(promotion.baseline),
    best: projectScore(promotion.best),
    difference: projectComparison(promotion.difference),
    reason: promotion.reason,
  };
}

function projectApprovals(proposals: readonly ProposalView[]): PanelApproval[] {
  const decided = proposals.filter((entry) => entry.decision !== null).slice(-decidedShown);
  const pending = proposals.filter((entry) => entry.decision === null);
  return [...pending, ...decided.reverse()].map(({ proposal, madeAt, decision }) => ({
    id: proposal.id,
    kind: proposal.kind,
    title: seenLine(proposal.title),
    why: brief(proposal.why, 1200),
    hash: proposal.hash,
    madeAt,
    facts: proposalFacts(proposal).map(seenFact),
    decision:
      decision === null
        ? null
        : {
            verdict: decision.verdict,
            by: decision.by,
            rule: decision.rule ?? '',
            reason: decision.reason ?? '',
            edited: decision.edited !== undefined,
          },
  }));
}

function projectDataset(dataset: DatasetView, proposals: readonly ProposalView[]): PanelDataset {
  const { id, status, reason, decidedBy, sheet, overlap } = dataset;
  const waiting = waitingDataset(id, proposals);
  return {
    id,
    status,
    reason: seenLine(reason),
    decidedBy,
    licence: sheet?.licence == null ? null : seenLine(sheet.licence),
    licenceVerdict: sheet?.licenceVerdict ?? null,
    overlap:
      overlap === null
        ? null
        : {
            hits: overlap.hits,
            flaggedRows: overlap.flaggedRows.length,
            rows: overlap.rows,
            blocked: overlap.blocked,
            examples: overlap.examples.slice(0, 3).map(({ row, item, kind, rowText, itemText }) => ({
              place: `Row ${row}, item ${item}${kind === undefined ? '' : `: ${kind}`}`,
              rowText: brief(rowText, 300),
              itemText: brief(itemText, 300),
            })),
          },
    facts: sheet === null ? [] : datasetFacts(sheet, latestUse(id, proposals)).map(seenFact),
    remarks: (sheet?.remarks ?? []).map(seenLine),
    sample: projectSample(id, proposals),
    approval: waiting === undefined ? null : { id: waiting.proposal.id, hash: waiting.proposal.hash },
  };
}

function projectExperiment(experiment: ExperimentView, view: RunView): PanelExperiment {
  const running = view.jobs.find((job) => job.experiment === experiment.id && !finalStates.has(job.state));
  return {
    id: experiment.id,
    slug: experiment.slug,
    parent: experiment.parent,
    hypothesis: experiment.hypothesis,
    sources: recipeInWords(experiment.recipe),
    config: settingsInWords(experiment.oomSteps?.at(-1)?.config ?? experiment.config),
    score: experiment.dev === null ? null : projectScore(experiment.dev),
    comparison: projectComparison(experiment.comparison),
    toBaseline: projectComparison(experiment.toBaseline),
    outcome: experiment.outcome,
    note: experiment.note,
    activity: running === undefined ? '' : jobWords[running.kind],
    ...trainingInWords(experiment, stageAsLaunched(view, experiment)),
  };
}

function trainingInWords(
  { forecast, oomSteps = [], repeats, pooled }: ExperimentView,
  stage: 'pilot' | 'full' | null,
): { training?: string } {
  const parts = [
    lengthInWords(stage),
    repeatsInWords(repeats),
    pooled && pooledInWords(pooled, formatScore),
    forecast && `forecast: ${forecastInWords(forecast)}`,
    ...oomSteps.map(({ change }) => `memory ran out: ${change}`),
  ].filter((part) => part);
  return parts.length === 0 ? {} : { training: parts.join(' · ') };
}

function meters(view: RunView, situation: Situation): PanelMeter[] {
  const { spend, config } = view;
  if (config === null) return [];
  const { budget } = config;
  const tokens = spend.inputTokens + spend.outputTokens;
  const gpuCap = budget.gpuHours === undefined ? null : budget.gpuHours * 3600;
  const wallCap = budget.wallHours * 3600;
  return [
    meter('wall', 'Time', wallSeconds(view, situation), wallCap, formatDuration),
    gpuCap === null && spend.gpuSeconds === 0
      ? meter('box', 'Box time', spend.boxSeconds, null, formatDuration)
      : meter('gpu', 'GPU time', spend.gpuSeconds, gpuCap, formatDuration),
    meter('tokens', 'Model tokens', tokens, budget.modelTokens, formatCompact),
    meter('experiments', 'Experiments', spend.experiments, budget.experiments, String),
  ];
}

function wallSeconds(view: RunView, { active, now }: Situation): number {
  const since = active && view.lastTime !== null ? (now - Date.parse(view.lastTime)) / 1000 : 0;
  return view.spend.wallSeconds + Math.max(0, since);
}

function meter(
  id: string,
  label: string,
  used: number,
  cap: number | null,
  say: (amount: number) => string,
): PanelMeter {
  return { id, label, used, cap, text: cap === null ? say(used) : `${say(used)} of ${say(cap)}` };
}
