/** `reduce(events) -> RunView`: pure, and the only reader of the log's meaning. Unknown event types are skipped. */
import type { AnyEvent, RunEvent } from './events';
import { datasetReducers } from './reduce-datasets';
import { experimentReducers } from './reduce-experiments';
import { lifecycleReducers } from './reduce-lifecycle';
import type { EventContext, Reducers } from './reduction';
import type { RunView } from './view';

const reducers: Reducers = { ...lifecycleReducers, ...datasetReducers, ...experimentReducers };

export function emptyView(): RunView {
  return {
    id: '',
    name: '',
    config: null,
    state: 'new',
    phase: null,
    createdAt: null,
    lastSeq: 0,
    lastTime: null,
    plan: [],
    papers: [],
    recipeTable: [],
    datasets: [],
    generated: [],
    taught: {},
    proposals: [],
    experiments: [],
    baseline: { dev: null, promotion: null },
    references: [],
    guess: { dev: null, promotion: null },
    askedWith: null,
    published: [],
    baseModelLicence: null,
    queries: { dev: 0, promotion: 0 },
    jobs: [],
    finish: null,
    promotion: null,
    lastGood: null,
    held: null,
    publications: [],
    spend: { wallSeconds: 0, gpuSeconds: 0, boxSeconds: 0, inputTokens: 0, outputTokens: 0, experiments: 0 },
    problems: [],
    talk: [],
    ending: null,
    summary: '',
    contact: 'connected',
    report: null,
  };
}

export function reduce(events: readonly AnyEvent[]): RunView {
  return events.reduce(applyEvent, emptyView());
}

export function applyEvent(view: RunView, event: AnyEvent): RunView {
  const timed = passTime(view, event);
  const known = event as RunEvent;
  const reducer = (Object.hasOwn(reducers, known.type) ? reducers[known.type] : undefined) as
    ((view: RunView, data: unknown, context: EventContext) => RunView) | undefined;
  const next = reducer ? reducer(timed, known.data, event) : timed;
  return { ...next, state: stateOf(next), lastSeq: event.seq, lastTime: event.time };
}

/** Time counts while a process drives the run and nobody is waited for; the gap before a `run.started` is time when nobody did. */
function passTime(view: RunView, event: AnyEvent): RunView {
  if (view.state !== 'running' || event.type === 'run.started' || view.lastTime === null) return view;
  const seconds = Math.max(0, (Date.parse(event.time) - Date.parse(view.lastTime)) / 1000);
  return { ...view, spend: { ...view.spend, wallSeconds: view.spend.wallSeconds + seconds } };
}

function isDriven(view: RunView): boolean {
  return view.state === 'running' || view.state === 'waiting';
}

function stateOf(view: RunView): RunView['state'] {
  if (!isDriven(view)) return view.state;
  return view.proposals.some(({ decision }) => decision === null) ? 'waiting' : 'running';
}
