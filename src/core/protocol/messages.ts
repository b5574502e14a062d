/** Messages between the editor and the run panel. What comes from the panel is untrusted input and is checked here. */
// The small edition: this file is part of the editor's entry, which must load fast.
import * as z from 'zod/mini';
import { protocolVersion, type PanelView } from './panel-view';

export interface PanelPoint {
  step: number;
  totalSteps: number | null;
  loss: number | null;
  learningRate: number | null;
  evalLoss: number | null;
  etaSeconds: number | null;
}

/** What the machine did at one moment of a job; null: it cannot tell. */
export interface PanelReading {
  /** Unix seconds by the box's clock. */
  time: number;
  gpus: {
    index: number;
    busyPercent: number | null;
    memoryMiB: number | null;
    watts: number | null;
    celsius: number | null;
  }[];
  cpuPercent: number | null;
  memoryMiB: number | null;
  jobMemoryMiB: number | null;
  diskFreeMiB: number | null;
}

/** A snapshot is always whole, so a panel that was hidden or reloaded needs nothing older. */
export type HostToPanel =
  | { v: typeof protocolVersion; type: 'snapshot'; view: PanelView }
  /** `whole`: the points replace what the panel has of this job. */
  | { v: typeof protocolVersion; type: 'metrics'; job: string; points: PanelPoint[]; whole: boolean }
  /** Of one job at a time: readings of another job replace what the panel has, as does `whole`. */
  | { v: typeof protocolVersion; type: 'telemetry'; job: string; readings: PanelReading[]; whole: boolean }
  | { v: typeof protocolVersion; type: 'speech'; text: string }
  /** Something the person asked for did not work. */
  | { v: typeof protocolVersion; type: 'refused'; message: string; next: string };

const id = z.string().check(z.minLength(1), z.maxLength(300));
const text = z.string().check(z.maxLength(20_000));
const v = z.literal(protocolVersion);

const panelToHostSchema = z.discriminatedUnion('type', [
  z.strictObject({ v, type: z.literal('ready') }),
  z.strictObject({
    v,
    type: z.literal('decide'),
    proposal: id,
    hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    verdict: z.enum(['approve', 'reject']),
    reason: text,
  }),
  z.strictObject({ v, type: z.literal('stop') }),
  z.strictObject({ v, type: z.literal('resume') }),
  z.strictObject({ v, type: z.literal('tell'), text: text.check(z.minLength(1)) }),
  z.strictObject({ v, type: z.literal('openProposal'), proposal: id }),
  z.strictObject({ v, type: z.literal('openExperiment'), experiment: id }),
  z.strictObject({ v, type: z.literal('openPaper'), paper: id }),
  z.strictObject({ v, type: z.literal('openReport') }),
  z.strictObject({ v, type: z.literal('openFolder') }),
]);

export type PanelToHost = z.infer<typeof panelToHostSchema>;

/** The message, or undefined when it is not one of ours (another version, a stranger's, or malformed). */
export function parsePanelMessage(message: unknown): PanelToHost | undefined {
  const parsed = panelToHostSchema.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}

/** What the panel keeps across reloads: never more than where the person was. */
const panelStateSchema = z.object({ runId: id, tab: z.optional(z.string().check(z.maxLength(40))) });

export function parsePanelState(state: unknown): { runId: string } | undefined {
  const parsed = panelStateSchema.safeParse(state);
  return parsed.success ? { runId: parsed.data.runId } : undefined;
}
