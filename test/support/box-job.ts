/** Job requests and what following them gives, for tests of boxes. */
import { contentHash, sha256 } from '../../src/core/hash';
import type { Box, JobContent, JobFile, JobRequest, JobStatus, JobUpdate } from '../../src/core/ports/box';

let made = 0;

/** A job that runs a Python program as `main.py` on the box's own Python. */
export function pythonJob(program: string, more: Partial<JobContent> = {}): JobRequest {
  const content: JobContent = {
    steps: [['{python}', 'main.py']],
    env: {},
    files: { 'main.py': sha256(program) },
    environment: null,
    capSeconds: 120,
    ...more,
  };
  const id = `job-${process.pid}-${++made}`;
  return { id, run: 'test', kind: 'train', content, approvedHash: contentHash(content), files: { 'main.py': program } };
}

export interface Followed {
  states: string[];
  contacts: string[];
  files: Record<JobFile, string>;
  last: JobStatus | undefined;
}

export async function followToEnd(
  box: Box,
  id: string,
  onUpdate: (update: JobUpdate, so: Followed) => void | Promise<void> = () => undefined,
): Promise<Followed> {
  const bytes: Record<JobFile, Buffer[]> = {
    'metrics.jsonl': [],
    'stdout.log': [],
    'stderr.log': [],
    'telemetry.jsonl': [],
  };
  const so: Followed = {
    states: [],
    contacts: [],
    files: { 'metrics.jsonl': '', 'stdout.log': '', 'stderr.log': '', 'telemetry.jsonl': '' },
    last: undefined,
  };
  for await (const update of box.follow(id, {})) {
    if (update.type === 'data') {
      const before = bytes[update.file].reduce((sum, each) => sum + each.length, 0);
      if (update.offset !== before)
        throw new Error(`gap or repetition in ${update.file} at ${update.offset}, expected ${before}`);
      bytes[update.file].push(Buffer.from(update.bytes));
      so.files[update.file] = Buffer.concat(bytes[update.file]).toString();
    } else if (update.type === 'contact') {
      so.contacts.push(update.state);
    } else if (update.type === 'status') {
      if (so.states.at(-1) !== update.status.state) so.states.push(update.status.state);
      so.last = update.status;
    }
    await onUpdate(update, so);
  }
  return so;
}
