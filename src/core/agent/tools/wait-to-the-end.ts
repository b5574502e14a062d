/** Waits for a launch: through the jobs that follow when memory runs out, and no longer than until a rule flags one. */
import { jobsOfLaunch } from '../../experiments/launches';
import { retryAfterOom } from '../../experiments/oom-retries';
import type { JobView } from '../../run/view';
import type { ToolKit } from './tool';

/** The end of the launch's last job, or how it stands when the time is over or a rule flags it. */
export async function waitToTheEnd(
  kit: Pick<ToolKit, 'bench' | 'preparation'>,
  asked: string,
  limit: AbortSignal,
  signal: AbortSignal,
): Promise<JobView> {
  const { bench, preparation } = kit;
  let id = jobsOfLaunch(bench.journal.view, asked).at(-1)?.id ?? asked;
  for (;;) {
    const flagged = untilFlagged(kit, id);
    try {
      const job = await bench.jobs.wait(id, AbortSignal.any([signal, limit, flagged.signal]));
      const next = await retryAfterOom(bench, preparation, job);
      if (next === null) return bench.jobs.view(id) ?? job;
      id = next.id;
    } catch (error) {
      const still = bench.jobs.view(id);
      if ((limit.aborted || flagged.signal.aborted) && !signal.aborted && still) return still;
      throw error;
    } finally {
      flagged.off();
    }
  }
}

/** Aborts when the job has one finding more than now. */
function untilFlagged(kit: Pick<ToolKit, 'bench'>, id: string): { signal: AbortSignal; off: () => void } {
  const { journal, jobs } = kit.bench;
  const before = jobs.view(id)?.findings?.length ?? 0;
  const controller = new AbortController();
  const off = journal.onChange((view) => {
    const findings = view.jobs.find((job) => job.id === id)?.findings ?? [];
    if (findings.length > before) controller.abort();
  });
  return { signal: controller.signal, off };
}
