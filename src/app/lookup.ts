/** Where a run's agent looks things up. */
import type { Lookup } from '../core/agent/tools/tool';
import type { Preparation } from '../core/experiments/preparation';
import { Installed } from '../core/lookup/installed';
import type { Box } from '../core/ports/box';

export function openLookup(box: Box, preparation: Preparation): Lookup {
  const environment = () => preparation.environment('train');
  return { installed: new Installed({ box, environment }) };
}
