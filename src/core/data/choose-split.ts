/** Which split is meant when not all of it is said: `train` where there is one. */
import { MlInternError } from '../errors';

interface SplitName {
  config: string;
  split: string;
}

export function chooseSplit(id: string, splits: readonly SplitName[], config?: string, split?: string): SplitName {
  const fitting = splits.filter(
    (known) => (config === undefined || known.config === config) && (split === undefined || known.split === split),
  );
  const chosen =
    fitting.find((known) => known.config === 'default' && known.split === 'train') ??
    fitting.find((known) => known.split === 'train') ??
    fitting[0];
  if (!chosen) {
    const known = splits.map((one) => `${one.config}/${one.split}`).join(', ') || 'none';
    throw new MlInternError('bad-input', `${id} has no split ${config ?? '*'}/${split ?? '*'}.`, {
      next: `Choose one of: ${known}.`,
    });
  }
  return { config: chosen.config, split: chosen.split };
}
