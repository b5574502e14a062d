/** The card of a box as seen from here: what the box says of itself, and what only shows from outside. */
import type { z } from 'zod';
import type { BoxCard } from '../ports/box';
import type { cardAnswer } from './schema';

type Told = z.infer<typeof cardAnswer>['card'];
type Lack = BoxCard['missing'][number];

/** A clock this far off breaks certificates, tokens and the order of events. */
const mostSkewSeconds = 60;
/** An environment with PyTorch and one small model need about so much. */
const leastDiskMiB = 5 * 1024;

/** `asked` and `answered` are our times, in milliseconds, around the question. */
export function cardSeenFromHere(name: string, told: Told, asked: number, answered: number): BoxCard {
  const { time, ...rest } = told;
  const clockSkewSeconds = Number((time - (asked + answered) / 2000).toFixed(1));
  const own = [diskLack(name, rest.diskFreeMiB, rest.root), clockLack(clockSkewSeconds)];
  return { name, ...rest, clockSkewSeconds, missing: [...rest.missing, ...own.filter((lack) => lack !== undefined)] };
}

function diskLack(name: string, freeMiB: number, root: string): Lack | undefined {
  if (freeMiB >= leastDiskMiB) return undefined;
  return { what: `disk space under ${root} (${Math.round(freeMiB)} MiB free)`, mend: `ml-intern box clean ${name}` };
}

function clockLack(skewSeconds: number): Lack | undefined {
  if (Math.abs(skewSeconds) <= mostSkewSeconds) return undefined;
  const how = `${Math.round(Math.abs(skewSeconds))} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} this machine's`;
  return { what: `the right time (its clock is ${how})`, mend: 'sudo timedatectl set-ntp true' };
}
