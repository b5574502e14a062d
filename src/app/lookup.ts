/** Where a run's agent looks things up. */
import { GitHub } from '../adapters/github/github';
import { HfDocs } from '../adapters/hf-docs/hf-docs';
import { openPdfLate } from '../adapters/papers/pdf-pages';
import { systemClock as clock } from '../adapters/system/clock';
import { WebReader } from '../adapters/web/web-reader';
import type { Lookup } from '../core/agent/tools/tool';
import type { Bench } from '../core/experiments/bench';
import type { Preparation } from '../core/experiments/preparation';
import { Installed } from '../core/lookup/installed';
import type { Box } from '../core/ports/box';
import type { Endpoints } from './endpoints';

export interface LookedInto {
  box: Box;
  preparation: Preparation;
  environmentSets: Bench['environmentSets'];
}

export function openLookup({ box, preparation, environmentSets }: LookedInto, endpoints: Endpoints): Lookup {
  const { hub, hubToken, gitHub, pages } = endpoints;
  const kept = pages.cache === undefined ? {} : { cache: pages.cache };
  return {
    docs: new HfDocs({ endpoint: hub, token: hubToken, clock, ...kept }),
    code: new GitHub({ ...gitHub, clock }),
    web: new WebReader({ ...pages, clock, openPdf: openPdfLate }),
    installed: new Installed({
      box,
      environment: () => preparation.environment('train'),
      requirements: environmentSets.train.requirements,
    }),
  };
}
