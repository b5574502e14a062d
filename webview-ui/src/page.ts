/** The page: parts are made once and shown the state again and again; each draws itself anew only when its share changed. */
import type { PanelView } from '../../src/core/protocol/panel-view';
import { LossChart } from './charts/loss-chart';
import { h, KeyedList, Section } from './dom';
import type { Host } from './host';
import type { State } from './state';
import { type ApprovalCard, drawApproval, drawDecisions } from './views/approvals';
import { drawDatasets } from './views/datasets';
import { drawExperiments } from './views/experiments';
import { drawHeader, headerSlice } from './views/header';
import {
  drawDataSummary,
  drawJobs,
  drawPlan,
  drawProblems,
  drawResult,
  drawScoreCard,
  liveJobs,
} from './views/overview';
import { Machine } from './views/machine';
import { drawPapers } from './views/papers';
import { drawRecipes, drawWaterfalls } from './views/recipes';
import { button, card, empty } from './views/parts';
import { createTabs, type Tabs } from './views/tabs';
import { Talk } from './views/talk';

export interface PageEvents {
  tab: (id: string) => void;
  dismiss: () => void;
}

export class Page {
  private readonly header: Section<ReturnType<typeof headerSlice>>;
  private readonly refusal: Section<State['refusal']>;
  private readonly pending: KeyedList<ApprovalCard>;
  private readonly sections: ((view: PanelView) => void)[] = [];
  private readonly loss = new LossChart();
  private readonly lossEmpty = empty(
    'Nothing is training yet.',
    'Loss and learning rate of each experiment are drawn here while it trains.',
  );
  private readonly machine = new Machine();
  private readonly talk: Talk;
  private readonly tabs: Tabs;
  private readonly waiting = h(
    'div',
    { class: 'waiting' },
    h('vscode-progress-ring', { 'aria-label': 'Reading the run' }),
    'Reading the run…',
  );

  constructor(
    private readonly root: HTMLElement,
    host: Host,
    tab: string,
    events: PageEvents,
  ) {
    this.header = new Section(h('header', {}), (slice) => drawHeader(slice, host));
    this.refusal = new Section(h('div', { class: 'refusal', role: 'alert' }), (refusal) =>
      drawRefusal(refusal, events.dismiss),
    );
    this.pending = new KeyedList<ApprovalCard>(
      h('section', { class: 'approvals', 'aria-label': 'Waiting for you' }),
      ({ approval }) => approval.id,
      (item) => drawApproval(item, host),
    );
    this.talk = new Talk(host);
    this.tabs = createTabs(this.bodies(host), tab, events.tab);
    root.append(this.waiting);
  }

  show(state: State): void {
    const { view } = state;
    this.refusal.show(state.refusal);
    if (view === null) {
      if (state.refusal !== null) this.root.replaceChildren(this.refusal.element);
      return;
    }
    if (!this.header.element.isConnected) {
      this.root.replaceChildren(this.header.element, this.refusal.element, this.pending.element, this.tabs.element);
    }
    this.header.show(headerSlice(view));
    const pending = view.approvals.filter(({ decision }) => decision === null);
    this.pending.show(pending.map((approval) => ({ approval, trusted: view.trusted })));
    for (const show of this.sections) show(view);
    const drawn = this.loss.show(view.jobs, state.series);
    this.loss.element.hidden = !drawn;
    this.lossEmpty.hidden = drawn;
    this.machine.show(view.jobs, state.telemetry);
    this.talk.show(view.talk, state.speech, view.active);
    this.tabs.count('research', view.papers.length);
    this.tabs.count('data', view.datasets.length);
    this.tabs.count('experiments', view.experiments.length);
  }

  private bodies(host: Host): { id: string; title: string; body: HTMLElement }[] {
    return [
      { id: 'overview', title: 'Overview', body: this.overview() },
      {
        id: 'research',
        title: 'Papers',
        body: this.section(
          ({ papers, recipes }) => ({ papers, recipes }),
          ({ papers, recipes }) => [...drawRecipes(recipes), ...drawPapers(papers, host)],
        ),
      },
      {
        id: 'data',
        title: 'Datasets',
        body: this.section(
          ({ datasets, waterfalls }) => ({ datasets, waterfalls }),
          ({ datasets, waterfalls }) => [...drawDatasets(datasets), ...drawWaterfalls(waterfalls)],
        ),
      },
      {
        id: 'experiments',
        title: 'Experiments',
        body: this.section(
          ({ baseline, experiments }) => ({ baseline, experiments }),
          (slice) => drawExperiments(slice, host),
        ),
      },
      { id: 'decisions', title: 'Decisions', body: this.section((view) => view.approvals, drawDecisions) },
      { id: 'log', title: 'Log', body: this.talk.element },
    ];
  }

  private overview(): HTMLElement {
    const result = this.section((view) => view.promotion, drawResult);
    const resultCard = card('Result', 'star-full', result, 'result-card');
    const scores = this.section(
      ({ baseline, references, published, experiments }) => ({ baseline, references, published, experiments }),
      drawScoreCard,
    );
    const plan = this.section((view) => view.plan, drawPlan);
    const data = this.section((view) => view.datasets, drawDataSummary);
    const problems = card(
      'Problems',
      'warning',
      this.section((view) => view.problems, drawProblems),
      'problem-card',
    );
    const summary = this.section(
      (view) => view.summary,
      (text) => [h('p', {}, text)],
    );
    const summaryCard = card('In the agent’s words', 'sparkle', summary);
    const jobs = card(
      'On the box',
      'server-process',
      this.section((view) => liveJobs(view.jobs), drawJobs),
    );
    this.sections.push((view) => {
      jobs.hidden = liveJobs(view.jobs).length === 0;
      resultCard.hidden = view.promotion === null;
      problems.hidden = view.problems.length === 0;
      summaryCard.hidden = view.summary === '';
    });
    return h(
      'div',
      { class: 'overview' },
      h(
        'div',
        { class: 'column wide' },
        resultCard,
        card('Training', 'graph-line', h('div', {}, this.lossEmpty, this.loss.element)),
        card('Machine', 'pulse', this.machine.element),
        card('Scores on dev items', 'graph-scatter', scores),
      ),
      h(
        'div',
        { class: 'column' },
        problems,
        summaryCard,
        jobs,
        card('Plan', 'checklist', plan),
        card('Data', 'database', data),
      ),
    );
  }

  private section<T>(select: (view: PanelView) => T, draw: (slice: T) => ReturnType<typeof drawPlan>): HTMLElement {
    const section = new Section<T>(h('div', { class: 'section' }), draw);
    this.sections.push((view) => section.show(select(view)));
    return section.element;
  }
}

function drawRefusal(refusal: State['refusal'], dismiss: () => void): ReturnType<typeof drawPlan> {
  if (refusal === null) return [];
  return [
    h(
      'div',
      { class: 'refusal-line' },
      h('span', { class: 'grow' }, `${refusal.message} ${refusal.next}`),
      button('Dismiss', 'close', dismiss),
    ),
  ];
}
