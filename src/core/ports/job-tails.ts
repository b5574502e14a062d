/** Where a job's logs are to be followed from when only their last lines are wanted. */
import type { JobFile } from './box';

export interface JobTails {
  /** The offsets from which each log has its last `lines` lines (fewer where the lines are very long). */
  tailFrom(id: string, lines: number, signal?: AbortSignal): Promise<Partial<Record<JobFile, number>>>;
}
