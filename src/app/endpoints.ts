/** Which services a run talks to, and the secrets that belong to each. */
import type { PaperServicesOptions } from '../adapters/papers/paper-services';
import type { RunConfig } from '../core/run/types';
import type { PracticeWorldInfo } from '../practice/world-file';
import type { AppOptions } from './options';
import { paperEndpoints } from './papers';

export interface Endpoints {
  hub: string;
  viewer: string;
  hubToken: () => Promise<string | undefined>;
  papers: Omit<PaperServicesOptions, 'clock'>;
  model: { baseUrl: string; model: string; apiKey: () => Promise<string | undefined> };
  /** Secrets that jobs on the box get in their environment. */
  jobSecrets: () => Promise<Record<string, string>>;
}

export function endpointsOf(config: RunConfig, options: AppOptions, world?: PracticeWorldInfo): Endpoints {
  return world ? practiceEndpoints(world) : realEndpoints(config, options);
}

function realEndpoints(config: RunConfig, options: AppOptions): Endpoints {
  const { settings, secrets } = options;
  const hubToken = () => secrets.get(`hub:${settings.hubEndpoint}`);
  return {
    hub: settings.hubEndpoint,
    viewer: settings.viewerEndpoint,
    hubToken,
    papers: paperEndpoints(options),
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
    papers: { hub: papers, arxiv, semanticScholar, arxivSpacingMs: 0 },
    model: { baseUrl: modelUrl, model: modelName, apiKey: async () => undefined },
    jobSecrets: async () => ({}),
  };
}
