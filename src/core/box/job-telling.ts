/** What following a job yields, as text for people: its output, its metrics, and what happens to it. */
import { finalStates, type JobFile, type JobStatus, type JobUpdate } from '../ports/box';
import { parseMetrics } from '../run/metrics';
import type { MetricPoint } from '../run/runs';

export interface Told {
  from: 'stdout' | 'stderr' | 'metrics' | 'box';
  /** Output comes as it was written, in pieces; all else is one line without its end. */
  text: string;
}

type Decoder = InstanceType<typeof TextDecoder>;

const longestLine = 64 * 1024;

export class JobTelling {
  points = 0;
  last: MetricPoint | null = null;
  status: JobStatus | null = null;
  private readonly decoders = new Map<JobFile, Decoder>();
  private line = '';
  private said = '';

  tell(update: JobUpdate): Told[] {
    if (update.type === 'contact') return [{ from: 'box', text: update.message }];
    if (update.type === 'gap') return [{ from: 'box', text: gapText(update.file, update.next - update.offset) }];
    if (update.type === 'status') return this.state(update.status);
    const text = this.decoder(update.file).decode(update.bytes, { stream: true });
    if (update.file === 'metrics.jsonl') return this.metrics(text);
    if (update.file === 'telemetry.jsonl') return [];
    return [{ from: update.file === 'stdout.log' ? 'stdout' : 'stderr', text: harmless(text) }];
  }

  private state(status: JobStatus): Told[] {
    this.status = status;
    const text = `${status.id}: ${stateText(status)}`;
    if (text === this.said) return [];
    this.said = text;
    return [{ from: 'box', text }];
  }

  private metrics(text: string): Told[] {
    const lines = (this.line + text).split('\n');
    this.line = (lines.pop() ?? '').slice(0, longestLine);
    const points = parseMetrics(lines);
    this.points += points.length;
    this.last = points.at(-1) ?? this.last;
    return points.map((point) => ({ from: 'metrics', text: metricText(point) }));
  }

  private decoder(file: JobFile): Decoder {
    const decoder = this.decoders.get(file) ?? new TextDecoder();
    this.decoders.set(file, decoder);
    return decoder;
  }
}

/** The state with what it waits for, or why it ended. */
export function stateText({ state, note, failure, exitCode }: JobStatus): string {
  if (failure !== null) return `${state} (${failure.class}): ${oneLine(failure.message)}`;
  if (note !== null && !finalStates.has(state)) return `${state}, ${oneLine(note)}`;
  return state === 'failed' && exitCode !== null ? `${state} with exit code ${exitCode}` : state;
}

export function metricText(point: MetricPoint): string {
  const parts = [`step ${point.step}${point.total_steps ? ` of ${point.total_steps}` : ''}`];
  if (typeof point.loss === 'number') parts.push(`loss ${point.loss.toFixed(4)}`);
  if (typeof point.eval_loss === 'number') parts.push(`eval loss ${point.eval_loss.toFixed(4)}`);
  if (typeof point.eta_seconds === 'number') parts.push(`${Math.round(point.eta_seconds)} s left`);
  return parts.join(', ');
}

/** A job's output may colour or move nothing; line ends, tabs and the returns of progress bars stay. */
export function harmless(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '');
}

function oneLine(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim();
}

function gapText(file: JobFile, bytes: number): string {
  return `${file}: ${bytes} bytes are no longer on the box; it goes on behind them.`;
}
