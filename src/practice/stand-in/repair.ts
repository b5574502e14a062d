/** What to change after a job failed; one second try, and only where a change can help. */
import { argument, callsTo, type Memory } from './memory';
import { scaled, type Config } from './numbers';
import type { Experiment } from './recall-experiments';

const hopeless = ['not-approved', 'environment', 'import-error', 'disk-full'];

export function correction(memory: Memory, failed: Experiment): { config: Config; why: string } | null {
  if (!failed.job || failed.evaluation) return null;
  const kind = failureKind(memory, failed);
  if (hopeless.includes(kind)) return null;
  if (kind === 'oom') {
    const halved = scaled(failed.config, 'batch_size', 0.5);
    const config = halved.gradient_accumulation === undefined ? halved : scaled(halved, 'gradient_accumulation', 2);
    return { config, why: 'half the batch, since memory ran out.' };
  }
  if (kind === 'nan')
    return {
      config: scaled(failed.config, 'learning_rate', 0.3),
      why: 'a lower learning rate, since the loss was no number.',
    };
  if (kind === 'timeout')
    return {
      config: scaled(scaled(failed.config, 'max_steps', 0.5), 'epochs', 0.5),
      why: 'half as long, since time ran out.',
    };
  if (kind === 'stopped') return null;
  return { config: failed.config, why: 'unchanged, since nothing in its log calls for a change.' };
}

function failureKind(memory: Memory, failed: Experiment): string {
  if (failed.job?.state === 'stopped') return 'stopped';
  const declared = failed.job?.failure?.class ?? 'exit';
  const log = callsTo(memory, 'read_log')
    .filter((call) => argument(call, 'job') === failed.job?.id)
    .flatMap((call) => call.answer?.blocks.map((block) => block.text) ?? [])
    .join('\n');
  if (declared.startsWith('oom') || /out of memory|MemoryError/i.test(log)) return 'oom';
  return declared;
}
