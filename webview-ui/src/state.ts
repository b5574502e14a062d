/** The panel's state: a pure reducer of what the host says. Series are thinned out as they grow, so memory stays bounded. */
import type { HostToPanel, PanelPoint, PanelReading } from '../../src/core/protocol/messages';
import type { PanelView } from '../../src/core/protocol/panel-view';
import { decimate } from './charts/decimate';

export interface State {
  view: PanelView | null;
  /** Points by job. */
  series: Record<string, PanelPoint[]>;
  /** What the machine does, of one job. */
  telemetry: { job: string; readings: PanelReading[] } | null;
  /** What the model is saying right now; empty once it is in the log. */
  speech: string;
  refusal: { message: string; next: string } | null;
}

export const initialState: State = { view: null, series: {}, telemetry: null, speech: '', refusal: null };

/** Most points drawn and kept for a job. */
export const mostPoints = 2000;
const mostSeries = 24;
const mostSpeech = 4000;

export type Action = HostToPanel | { type: 'dismissed' };

export function reduce(state: State, message: Action): State {
  switch (message.type) {
    case 'dismissed':
      return { ...state, refusal: null };
    case 'snapshot':
      return withView(state, message.view);
    case 'metrics':
      return { ...state, series: withPoints(state.series, message) };
    case 'telemetry':
      return { ...state, telemetry: withReadings(state.telemetry, message) };
    case 'speech':
      return { ...state, speech: (state.speech + message.text).slice(-mostSpeech) };
    case 'refused':
      return { ...state, refusal: { message: message.message, next: message.next } };
  }
}

/** What was being said is in the log as soon as the talk grows by it. */
function withView(state: State, view: PanelView): State {
  const before = state.view?.talk.at(-1)?.seq ?? -1;
  const said = (view.talk.at(-1)?.seq ?? -1) > before;
  const over = said || (view.state !== 'running' && view.state !== 'waiting');
  return { ...state, view, speech: over ? '' : state.speech };
}

type MetricsMessage = Extract<HostToPanel, { type: 'metrics' }>;

function withPoints(series: State['series'], { job, points, whole }: MetricsMessage): State['series'] {
  const known = whole ? [] : (series[job] ?? []);
  const last = known.at(-1)?.step ?? -Infinity;
  // A batch may overlap with what the whole series brought already; training and evaluation share a step.
  const atLast = new Set(known.filter(({ step }) => step === last).map((point) => JSON.stringify(point)));
  const fresh = points.filter(
    (point) => point.step > last || (point.step === last && !atLast.has(JSON.stringify(point))),
  );
  const all = [...known, ...fresh];
  const kept = all.length > mostPoints ? decimate(all, mostPoints, ({ loss }) => loss) : all;
  return newest({ ...series, [job]: kept });
}

type TelemetryMessage = Extract<HostToPanel, { type: 'telemetry' }>;

function withReadings(known: State['telemetry'], { job, readings, whole }: TelemetryMessage): State['telemetry'] {
  const before = whole || known?.job !== job ? [] : known.readings;
  const all = [...before, ...readings];
  const busy = ({ gpus, cpuPercent }: PanelReading): number | null => gpus[0]?.busyPercent ?? cpuPercent;
  return { job, readings: all.length > mostPoints ? decimate(all, mostPoints, busy) : all };
}

function newest(series: State['series']): State['series'] {
  const entries = Object.entries(series);
  return entries.length <= mostSeries ? series : Object.fromEntries(entries.slice(-mostSeries));
}
