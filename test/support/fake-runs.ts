/** A `Runs` without an engine: it holds lists of events and shows what they reduce to. Tests move it along by adding events. */
import { previewEdited, type PreviewAnswer } from '../../src/core/approvals/source-preview';
import { MlInternError } from '../../src/core/errors';
import { reduce } from '../../src/core/run/reducer';
import type { EventData, EventType, RunEvent } from '../../src/core/run/events';
import type { DecisionInput, MetricPoint, RunHandle, Runs, RunSummary } from '../../src/core/run/runs';
import type { TelemetryPart, TelemetrySample } from '../../src/core/run/telemetry';
import type { Decision, Proposal, Publication, RunConfig, TreeAsk } from '../../src/core/run/types';
import type { RunView } from '../../src/core/run/view';

type Listener<A extends unknown[]> = (...values: A) => void;

class Listeners<A extends unknown[]> {
  private readonly all = new Set<Listener<A>>();
  add = (listener: Listener<A>): (() => void) => {
    this.all.add(listener);
    return () => this.all.delete(listener);
  };
  tell(...values: A): void {
    for (const listener of [...this.all]) listener(...values);
  }
}

export class FakeRun implements RunHandle {
  readonly changes = new Listeners<[RunView]>();
  readonly points = new Listeners<[string, MetricPoint[]]>();
  readonly speech = new Listeners<[string]>();
  readonly decisions: (DecisionInput & { proposal: string })[] = [];
  readonly told: string[] = [];
  readonly asked: TreeAsk[] = [];
  readonly series = new Map<string, MetricPoint[]>();
  readonly telemetry = new Map<string, TelemetrySample[]>();
  private settle: (view: RunView) => void = () => undefined;
  readonly done = new Promise<RunView>((resolve) => (this.settle = resolve));
  readonly onChange = this.changes.add;
  readonly onMetrics = this.points.add;
  readonly onSpeech = this.speech.add;

  constructor(
    readonly id: string,
    private events: RunEvent[],
  ) {}

  view(): RunView {
    return reduce(this.events);
  }

  add<T extends EventType>(type: T, data: EventData[T]): void {
    const seq = this.events.length + 1;
    this.replace([...this.events, { v: 1, seq, time: new Date().toISOString(), type, data } as RunEvent]);
  }

  replace(events: RunEvent[]): void {
    this.events = events;
    this.changes.tell(this.view());
  }

  measure(job: string, points: MetricPoint[]): void {
    this.series.set(job, [...(this.series.get(job) ?? []), ...points]);
    this.points.tell(job, points);
  }

  async decide(proposal: string, input: DecisionInput): Promise<Decision> {
    const entry = this.view().proposals.find((each) => each.proposal.id === proposal);
    if (entry === undefined || entry.proposal.hash !== input.hash) {
      throw new MlInternError('not-approved', 'The proposal is not what was shown.', { next: 'Open it again.' });
    }
    if (entry.decision !== null) return entry.decision;
    this.decisions.push({ ...input, proposal });
    const { verdict, hash, reason, surface } = input;
    const decision: Decision = {
      proposal,
      verdict,
      hash,
      by: 'person',
      surface,
      ...(reason === undefined ? {} : { reason }),
    };
    this.add('proposal.decided', { decision });
    return decision;
  }

  async say(text: string): Promise<void> {
    this.told.push(text);
  }

  async stop(): Promise<void> {
    this.add('run.stopped', { by: 'person', message: 'Stopped.' });
    this.end();
  }

  end(): void {
    this.settle(this.view());
  }
}

export class FakeRuns implements Runs {
  private readonly listeners = new Listeners<[]>();
  private readonly all = new Map<string, FakeRun>();
  private readonly driven = new Set<string>();
  readonly onDidChange = this.listeners.add;
  disposed = false;

  put(run: FakeRun, active = true): void {
    this.all.set(run.id, run);
    if (active) this.driven.add(run.id);
    void run.done.then(() => this.driven.delete(run.id));
    this.listeners.tell();
  }

  async list(): Promise<RunSummary[]> {
    return [...this.all.values()].map((run) => {
      const { id, name, config, state, phase, createdAt } = run.view();
      return { id, name, goal: config?.goal ?? '', state, phase, createdAt, active: this.driven.has(id) };
    });
  }

  async askOfTree(id: string, ask: TreeAsk): Promise<void> {
    this.find(id).asked.push(ask);
    this.find(id).add('tree.asked', ask);
  }

  never = (): Promise<[]> => Promise.resolve([]);
  approvePublication = async (id: string, proposal: Proposal, surface: string): Promise<void> => {
    const run = this.find(id);
    run.add('proposal.made', { proposal });
    const { hash } = proposal;
    run.add('proposal.decided', {
      decision: { proposal: proposal.id, hash, verdict: 'approve', by: 'person', surface },
    });
  };
  recordPublication = async (id: string, publication: Publication): Promise<void> =>
    this.find(id).add('publication.made', publication);
  allowAgain = (): Promise<boolean> => Promise.resolve(false);

  async view(id: string): Promise<RunView> {
    return this.find(id).view();
  }

  folder(id: string): string {
    return `/fake/ml-intern/${id}`;
  }

  async metrics(id: string, job: string): Promise<MetricPoint[]> {
    return this.find(id).series.get(job) ?? [];
  }

  async telemetry(id: string, job: string, from: number | null): Promise<TelemetryPart> {
    const samples = this.find(id).telemetry.get(job) ?? [];
    return { samples: samples.slice(from ?? 0), next: samples.length };
  }

  async previewSource(id: string, proposal: string, text: string): Promise<PreviewAnswer> {
    const found = this.find(id)
      .view()
      .proposals.find((entry) => entry.proposal.id === proposal);
    if (found?.proposal.subject.kind !== 'dataset') throw new Error(`No dataset ${proposal}.`);
    const { subject } = found.proposal;
    return previewEdited(subject, text, subject.rows ?? [], null);
  }

  async start(_config: RunConfig): Promise<RunHandle> {
    throw new Error('A fake does not start runs; put one.');
  }

  async resume(id: string): Promise<RunHandle> {
    this.driven.add(id);
    return this.find(id);
  }

  async decide(id: string, proposal: string, decision: DecisionInput): Promise<Decision> {
    return this.find(id).decide(proposal, decision);
  }

  active(): RunHandle[] {
    return [...this.all.values()].filter(({ id }) => this.driven.has(id));
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }

  private find(id: string): FakeRun {
    const run = this.all.get(id);
    if (run === undefined)
      throw new MlInternError('run-not-found', `There is no run ${id}.`, { next: 'List the runs.' });
    return run;
  }
}
