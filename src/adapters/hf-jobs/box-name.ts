/** `hf-jobs:FLAVOR`, or `hf-jobs:FLAVOR@ACCOUNT` where another account than the token's own runs and pays. */
import { MlInternError } from '../../core/errors';

export interface HfJobsName {
  flavor: string;
  namespace?: string;
}

const prefix = 'hf-jobs:';
const shape = /^([a-z0-9][a-z0-9-]*)(?:@([\w.-]+))?$/i;

/** Undefined when the name is that of another kind of box. */
export function parseHfJobsName(name: string): HfJobsName | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const [, flavor, namespace] = shape.exec(name.slice(prefix.length)) ?? [];
  if (flavor !== undefined) return { flavor, ...(namespace === undefined ? {} : { namespace }) };
  throw new MlInternError('bad-input', `"${name}" names no hardware of HF Jobs.`, {
    next: 'Write hf-jobs:FLAVOR or hf-jobs:FLAVOR@ACCOUNT, e.g. hf-jobs:a10g-large; `ml-intern box hardware` lists the flavors.',
  });
}
