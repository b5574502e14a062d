/** A job that writes numbered lines into each of its files, and what a copy of them lacks or has twice. */
import type { JobContent, JobRequest } from '../../src/core/ports/box';
import { pythonJob } from '../support/box-job';

export const watched = ['stdout.log', 'stderr.log', 'metrics.jsonl'] as const;
export type Watched = (typeof watched)[number];
export type Copies = Record<Watched, Buffer>;

/** `LINES` lines at most, `PAUSE_MS` apart; a file `enough` in the job's artifacts ends it earlier. `LAST` is run at the end. */
const program = `
import os, sys, time
folder = os.environ["ML_INTERN_JOB_DIR"]
artifacts = os.path.join(folder, "artifacts")
metrics = open(os.path.join(folder, "metrics.jsonl"), "a") if os.environ["METRICS"] == "1" else None
def put(file, text):
    file.write(text)
    file.flush()
written = 0
while written < int(os.environ["LINES"]) and not os.path.exists(os.path.join(artifacts, "enough")):
    padding = "x" * (written * 7919 % 97)
    put(sys.stdout, "out %d %s \\u00e9\\n" % (written, padding))
    put(sys.stderr, "err %d %s \\u00e9\\n" % (written, padding))
    if metrics:
        put(metrics, '{"step": %d, "time": %d, "loss": 0.5}\\n' % (written, written))
    written += 1
    time.sleep(int(os.environ["PAUSE_MS"]) / 1000)
with open(os.path.join(artifacts, "count"), "w") as file:
    file.write(str(written))
exec(os.environ["LAST"])
`;

export interface NumberedOptions {
  lines: number;
  pauseMs: number;
  metrics?: boolean;
  last?: string;
  content?: Partial<JobContent>;
}

export function numberedJob({ lines, pauseMs, metrics = true, last = '', content }: NumberedOptions): JobRequest {
  const env = { LINES: String(lines), PAUSE_MS: String(pauseMs), METRICS: metrics ? '1' : '0', LAST: last };
  return pythonJob(program, { env, capSeconds: 600, ...content });
}

/** What the job wrote, known without the box. */
export function expectedCopies(lines: number, metrics = true): Copies {
  const text = (line: (n: number) => string) => Buffer.from(Array.from({ length: lines }, (_, n) => line(n)).join(''));
  const padding = (n: number) => 'x'.repeat((n * 7919) % 97);
  return {
    'stdout.log': text((n) => `out ${n} ${padding(n)} é\n`),
    'stderr.log': text((n) => `err ${n} ${padding(n)} é\n`),
    'metrics.jsonl': text((n) => (metrics ? `{"step": ${n}, "time": ${n}, "loss": 0.5}\n` : '')),
  };
}

/** Bytes of the lines that are missing from the copies, and of those that are there once more than they should be. */
export function compareCopies(copies: Copies, expected: Copies): { lost: number; doubled: number; same: boolean } {
  let lost = 0;
  let doubled = 0;
  for (const file of watched) {
    const left = new Set(linesOf(expected[file]));
    for (const line of linesOf(copies[file])) if (!left.delete(line)) doubled += Buffer.byteLength(line) + 1;
    for (const line of left) lost += Buffer.byteLength(line) + 1;
  }
  return { lost, doubled, same: watched.every((file) => copies[file].equals(expected[file])) };
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString().split('\n').slice(0, -1);
}
