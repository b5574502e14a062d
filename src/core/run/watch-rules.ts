/** The rules that watch a training, and which of them end it; the others only tell. */
import { MlInternError } from '../errors';

export const watchRules = ['nan', 'divergence', 'gradient', 'plateau', 'evaluation'] as const;
export type WatchRule = (typeof watchRules)[number];

/** What cannot come to good. A plateau or a worsening evaluation may be wanted: whoever reads of it judges. */
export const usualStopOn: readonly WatchRule[] = ['nan', 'divergence'];

/** As a person named them in `place`; what is no rule is refused. */
export function watchRulesOf(names: readonly unknown[], place: string): WatchRule[] {
  const isRule = (name: unknown): name is WatchRule => watchRules.some((rule) => rule === name);
  const unknown = names.filter((name) => !isRule(name));
  if (unknown.length > 0)
    throw new MlInternError(
      'bad-input',
      `No rule that watches trainings is called ${unknown.map(String).join(', ')}.`,
      {
        next: `Name some of ${watchRules.join(', ')} in ${place}, or none of them.`,
      },
    );
  return [...new Set(names.filter(isRule))];
}

export function stopOnInWords(rules: readonly WatchRule[] = []): string {
  return rules.length === 0 ? 'none: they only tell' : rules.join(', ');
}
