/** The paper services for commands that need no run. */
import { PaperServices, publicPaperServices } from '../adapters/papers/paper-services';
import { systemClock } from '../adapters/system/clock';
import type { Papers } from '../core/ports/papers';
import type { AppOptions } from './options';
import { openWeb } from './web';

type PaperEndpoints = Omit<ConstructorParameters<typeof PaperServices>[0], 'clock'>;

export function openPapers(options: AppOptions): Papers {
  return new PaperServices({ ...paperEndpoints(options), clock: systemClock });
}

/** The public services, or the ones that the person's settings name instead. */
export function paperEndpoints(options: AppOptions): PaperEndpoints {
  const { settings, secrets } = options;
  const named = settings.papers ?? {};
  const semanticScholar = named.semanticScholar ?? publicPaperServices.semanticScholar;
  // A mirror of arXiv has no other place for its queries or a second HTML.
  const { arxiv, arxivApi, ar5iv } =
    named.arxiv === undefined ? publicPaperServices : { ...noPlaces, arxiv: named.arxiv };
  const second = named.ar5iv ?? ar5iv;
  return {
    ...{ hub: settings.hubEndpoint, arxiv, semanticScholar },
    ...(arxivApi !== undefined && { arxivApi }),
    ...(second !== undefined && { ar5iv: second }),
    arxivSpacingMs: named.arxivSpacingMs ?? publicPaperServices.arxivSpacingMs,
    web: openWeb(options),
    token: () => secrets.get(`hub:${settings.hubEndpoint}`),
    semanticScholarKey: () => secrets.get(`semantic-scholar:${semanticScholar}`),
  };
}

const noPlaces: { arxivApi?: string; ar5iv?: string } = {};
