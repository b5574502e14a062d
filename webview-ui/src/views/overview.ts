/** The first look: result, live training, scores, plan, data and what the agent is doing. */
import type { PanelDataset, PanelPromotion, PanelScore, PanelView } from '../../../src/core/protocol/panel-view';
import { drawPromotion } from '../charts/promotion-chart';
import { drawScores, scorePoints } from '../charts/score-chart';
import { sized } from '../charts/sized';
import { type Child, h, icon } from '../dom';
import { capital, clock, interval, signed, value } from '../format';
import { answerCells, answerHeads, badge, comparisonText, countText, empty } from './parts';
import { briefStatus } from './datasets';

export function drawResult(promotion: PanelPromotion | null): Child[] {
  if (promotion === null) return [];
  const { difference, verdict, experiment } = promotion;
  const won = verdict === 'better';
  return [
    h(
      'div',
      { class: 'result' },
      h(
        'div',
        { class: 'headline' },
        h(
          'div',
          { class: `big ${won ? 'good' : ''}` },
          difference === null ? value(promotion.best.value) : signed(difference.difference),
        ),
        h(
          'div',
          {},
          badge(won ? 'Promoted' : 'Nothing promoted', won ? 'good' : 'neutral', won ? 'star-full' : 'dash'),
        ),
        h('div', { class: 'muted' }, experiment ?? 'no experiment'),
        h(
          'div',
          { class: 'muted small' },
          `${promotion.best.metric}, on ${promotion.best.n} items that nobody trained or tuned on`,
        ),
      ),
      sized((width) => drawPromotion(promotion, width)),
    ),
    h(
      'table',
      { class: 'scores' },
      resultHead(),
      h('tbody', {}, resultRow('Baseline', promotion.baseline), resultRow('Best', promotion.best)),
    ),
    difference === null ? null : h('p', { class: 'small number' }, `Paired difference ${comparisonText(difference)}`),
    promotion.reason === '' ? null : h('p', { class: 'muted' }, promotion.reason),
  ];
}

function resultHead(): HTMLElement {
  const heads = ['', 'Score', '95 % interval', ...answerHeads, 'n'];
  return h(
    'thead',
    {},
    h(
      'tr',
      {},
      heads.map((head) => (head === '' ? h('td', {}) : h('th', { scope: 'col' }, head))),
    ),
  );
}

function resultRow(label: string, score: PanelScore): HTMLElement {
  const cells = [value(score.value), interval(score), ...answerCells(score), countText(score)];
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, label),
    cells.map((cell) => h('td', { class: 'number' }, cell)),
  );
}

/** Not in the chart: they are no experiments, and no test uses them. */
function drawReferences(references: PanelView['references']): HTMLElement {
  const lines = references.map(({ name, score }) =>
    h(
      'li',
      {},
      `${name}: `,
      h('span', { class: 'number' }, `${value(score.value)} ${interval(score)}`),
      `, n ${countText(score)}`,
    ),
  );
  return h('div', { class: 'small references' }, 'To compare with, on dev items:', h('ul', {}, lines));
}

function drawPublished(published: PanelView['published']): HTMLElement {
  const lines = published.map(({ name, value: share, source }) =>
    h('li', {}, `${name}: `, h('span', { class: 'number' }, value(share)), `, ${source}`),
  );
  return h('div', { class: 'small references' }, 'Published by others, not measured here:', h('ul', {}, lines));
}

export function drawScoreCard({
  baseline,
  references,
  published,
  experiments,
}: Pick<PanelView, 'baseline' | 'references' | 'published' | 'experiments'>): Child[] {
  const points = scorePoints(baseline, experiments);
  if (points.length === 0) {
    return [
      empty('No score yet.', 'The base model is measured first; each experiment then appears with its 95 % interval.'),
    ];
  }
  const rows = points.map(({ id, score, outcome }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, id),
      [value(score.value), interval(score), ...answerCells(score), countText(score), outcome].map((cell) =>
        h('td', {}, cell),
      ),
    ),
  );
  const heads = ['Experiment', 'Dev score', '95 % interval', ...answerHeads, 'n', 'Outcome'];
  return [
    sized((width) => drawScores(points, width)),
    h(
      'ul',
      { class: 'key', 'aria-hidden': 'true' },
      ['baseline', 'open', 'promising', 'not-promoted', 'promoted'].map(keyEntry(points)),
    ),
    references.length === 0 ? null : drawReferences(references),
    published.length === 0 ? null : drawPublished(published),
    h(
      'details',
      { class: 'twin' },
      h('summary', {}, 'Show as a table'),
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            heads.map((head) => h('th', { scope: 'col' }, head)),
          ),
        ),
        h('tbody', {}, rows),
      ),
    ),
  ];
}

const keyMarks: Record<string, string> = {
  baseline: '○',
  open: '○',
  promising: '●',
  'not-promoted': '■',
  promoted: '★',
};

function keyEntry(points: ReturnType<typeof scorePoints>): (name: string) => Child {
  const present = new Set(points.map(({ outcome }) => outcome.replace(' ', '-')));
  return (name) =>
    present.has(name)
      ? h('li', { class: name }, h('span', { class: 'key-mark' }, keyMarks[name] ?? '●'), name.replace('-', ' '))
      : null;
}

/** What the box does right now. */
export function liveJobs(jobs: PanelView['jobs']): PanelView['jobs'] {
  return jobs.filter(({ live }) => live);
}

export function drawJobs(jobs: PanelView['jobs']): Child[] {
  const started = ({ startedAt, state }: PanelView['jobs'][number]): string =>
    startedAt === null ? state : `since ${clock(new Date(startedAt * 1000).toISOString())}`;
  return [
    h(
      'ul',
      { class: 'picks whole' },
      jobs.map((job) => {
        const what = [capital(job.doing), job.experiment].filter((part) => part !== null).join(': ');
        const note = job.note === '' ? null : h('div', { class: 'muted' }, job.note);
        return h(
          'li',
          {},
          h('span', { class: 'grow' }, what, note),
          h('span', { class: 'muted number' }, started(job)),
        );
      }),
    ),
  ];
}

export function drawPlan(plan: PanelView['plan']): Child[] {
  if (plan.length === 0) return [empty('The agent writes its plan here first.')];
  const marks = { todo: 'circle-large-outline', doing: 'play-circle', done: 'pass' } as const;
  const words = { todo: 'to do', doing: 'in progress', done: 'done' } as const;
  return [
    h(
      'ul',
      { class: 'plan' },
      plan.map(({ text, state }) =>
        h(
          'li',
          { class: state },
          icon(marks[state]),
          h('span', {}, text, h('span', { class: 'sr-only' }, ` (${words[state]})`)),
        ),
      ),
    ),
  ];
}

export function drawDataSummary(datasets: readonly PanelDataset[]): Child[] {
  if (datasets.length === 0) return [empty('Datasets appear here when the agent looks at them.')];
  return [
    h(
      'ul',
      { class: 'picks' },
      datasets.map((dataset) => h('li', {}, h('span', { class: 'grow' }, dataset.id), briefStatus(dataset))),
    ),
  ];
}

export function drawProblems(problems: PanelView['problems']): Child[] {
  return [
    h(
      'ul',
      { class: 'problems' },
      problems
        .toReversed()
        .map(({ time, message, next }) =>
          h(
            'li',
            {},
            icon('warning'),
            h('div', { class: 'grow' }, h('div', {}, message), h('div', { class: 'muted' }, next)),
            h('span', { class: 'muted number' }, clock(time)),
          ),
        ),
    ),
  ];
}
