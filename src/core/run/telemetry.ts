/** What the machine and a job's GPUs did while the job ran, out of the lines that the box records. */
import { z } from 'zod';

/** Null: this machine cannot tell. */
const figure = z.number().nullable();

const sampleSchema = z.object({
  /** Seconds since the epoch, by the box's clock. */
  time: z.number(),
  gpus: z
    .array(z.object({ index: z.number(), utilisation: figure, memoryMiB: figure, watts: figure, celsius: figure }))
    .max(64),
  /** Of all CPUs together. */
  cpuPercent: figure,
  memoryMiB: figure,
  diskFreeMiB: figure,
  job: z.object({
    /** Of one CPU, so 400 means four of them. */
    cpuPercent: figure,
    memoryMiB: figure,
  }),
});

export type TelemetrySample = z.infer<typeof sampleSchema>;

export interface TelemetryPart {
  samples: TelemetrySample[];
  /** The byte to go on reading from. */
  next: number;
}

/** Most bytes that are read at once. */
export const telemetryBytes = 1 << 20;

const newline = 10;

/** `bytes` as they lie at `start` of the file, at most `telemetryBytes`; a last line that is not whole yet is read the next time. */
export function telemetryPart(bytes: Uint8Array, start: number): TelemetryPart {
  const whole = bytes.lastIndexOf(newline) + 1;
  // No line is that long: a hole where the box threw records away, or what a job wrote there.
  const read = whole === 0 && bytes.length >= telemetryBytes ? bytes.length : whole;
  const lines = new TextDecoder().decode(bytes.subarray(0, read)).split('\n');
  return { samples: lines.flatMap(sampleOf), next: start + read };
}

/** A job can write to its own folder: what is no sample is skipped. */
function sampleOf(line: string): TelemetrySample[] {
  try {
    const parsed = sampleSchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
