/** How a part of the box asks the box's command line for one answer. */
import type { z } from 'zod';
import type { ExecOptions } from '../ports/shell';

export type Ask = <T>(schema: z.ZodType<T>, words: string[], options: ExecOptions) => Promise<T>;
