/** Which services a run talks to, and the secrets that belong to each. */
import type { RunConfig } from '../core/run/types';
import type { PracticeWorldInfo } from '../practice/world-file';
import type { AppOptions } from './options';

export interface Endpoints {
  hub: string;
  viewer: string;
  hubToken: () => Promise<string | undefined>;
  papers: { hub: string; arxiv: string; arxivHtml: string; semanticScholar: string; arxivSpacingMs: number };
  model: { baseUrl: string; model: string; apiKey: () => Promise<string | undefined> };
  /** Secrets that jobs on the box get in their environment. */
  jobSecrets: () => Promise<Record<string, string>>;
}

export function endpointsOf(config: RunConfig, options: AppOptions, world?: PracticeWorldInfo): Endpoints {
  return world ? practiceEndpoints(world) : realEndpoints(config, options);
}

function realEndpoints(config: RunConfig, { settings, secrets }: AppOptions): Endpoints {
  const hubToken = () => secrets.get(`hub:${settings.hubEndpoint}`);
  return {
    hub: settings.hubEndpoint,
    viewer: settings.viewerEndpoint,
    hubToken,
    papers: {
      hub: settings.hubEndpoint,
      arxiv: 'https://export.arxiv.org',
      arxivHtml: 'https://arxiv.org',
      semanticScholar: 'https://api.semanticscholar.org',
      arxivSpacingMs: 3000,
    },
    model: {
      baseUrl: config.model.baseUrl,
      model: config.model.name,
      apiKey: () => secrets.get(`model:${config.model.baseUrl}`),
    },
    jobSecrets: async (): Promise<Record<string, string>> => {
      const token = await hubToken();
      return token === undefined ? {} : { HF_TOKEN: token };
    },
  };
}

function practiceEndpoints(world: PracticeWorldInfo): Endpoints {
  const { hub, viewer, papers, arxiv, semanticScholar, modelUrl, modelName } = world;
  return {
    hub,
    viewer,
    hubToken: async () => undefined,
    papers: { hub: papers, arxiv, arxivHtml: arxiv, semanticScholar, arxivSpacingMs: 0 },
    model: { baseUrl: modelUrl, model: modelName, apiKey: async () => undefined },
    jobSecrets: async () => ({}),
  };
}
