/** The wheelhouse of a box over its command line. */
import { z } from 'zod';
import type { Wheelhouse, WheelhouseAnswer } from '../ports/wheelhouse';
import type { Ask } from './ask';
import { amount, text } from './schema';

const takeTimeoutMs = 10 * 60_000;

/** What comes from the box ends in the command line of this machine's pip. */
const answer = z.object({
  folder: text(4096),
  wheels: amount,
  python: z.string().regex(/^3\.\d{1,2}$/),
  machine: z.string().regex(/^\w{1,30}$/),
  glibc: z.string().regex(/^2\.\d{1,3}$/),
  accelerator: z.enum(['cpu', 'cuda']),
}) satisfies z.ZodType<WheelhouseAnswer>;

export function boxWheelhouse(ask: Ask): Wheelhouse {
  return {
    wheelhouse: (wheels, oldestPython, signal) => {
      const stdin = JSON.stringify({ wheels: wheels.map(({ name, sha256 }) => [name, sha256]) });
      return ask(answer, ['wheelhouse', '--python', oldestPython], { stdin, signal, timeoutMs: takeTimeoutMs });
    },
  };
}
