/** Which services a run talks to, and the secrets that belong to each. */
import { publicGitHub, type GitHubOptions } from '../adapters/github/client';
import type { PaperServicesOptions } from '../adapters/papers/paper-services';
import type { WebReaderOptions } from '../adapters/web/web-reader';
import { hubToken } from '../core/experiments/bench';
import type { RunConfig } from '../core/run/types';
import type { PracticeWorldInfo } from '../practice/world-file';
import { viewerOf, type HubEndpoints } from './hub';
import type { AppOptions } from './options';
import { paperEndpoints } from './papers';
import { openWeb } from './web';

export interface Endpoints extends HubEndpoints {
  papers: Omit<PaperServicesOptions, 'clock'>;
  gitHub: Omit<GitHubOptions, 'clock'>;
  pages: Pick<WebReaderOptions, 'allow' | 'cache'>;
  model: { baseUrl: string; model: string; apiKey: () => Promise<string | undefined> };
  /** What jobs that read from the Hub need. */
  hubSecrets: () => Promise<Record<string, string>>;
}

const gitHubSecret = `github:${publicGitHub.api}`;

export function endpointsOf(config: RunConfig, options: AppOptions, world?: PracticeWorldInfo): Endpoints {
  return world ? practiceEndpoints(world) : realEndpoints(config, options);
}

function realEndpoints(config: RunConfig, options: AppOptions): Endpoints {
  const { settings, secrets } = options;
  const tokenOfHub = () => secrets.get(`hub:${settings.hubEndpoint}`);
  return {
    hub: settings.hubEndpoint,
    viewer: viewerOf(settings),
    hubToken: tokenOfHub,
    papers: paperEndpoints(options),
    gitHub: { ...publicGitHub, token: () => secrets.get(gitHubSecret), cache: openWeb(options) },
    pages: { allow: [], cache: openWeb(options) },
    model: {
      baseUrl: config.model.baseUrl,
      model: config.model.name,
      apiKey: () => secrets.get(`model:${config.model.baseUrl}`),
    },
    hubSecrets: async (): Promise<Record<string, string>> => {
      const token = await tokenOfHub();
      return token === undefined ? {} : { [hubToken]: token };
    },
  };
}

function practiceEndpoints(world: PracticeWorldInfo): Endpoints {
  const { hub, viewer, papers, arxiv, semanticScholar, gitHub, modelUrl, modelName } = world;
  return {
    hub,
    viewer,
    hubToken: async () => undefined,
    gitHub: { api: `${gitHub}/api`, raw: `${gitHub}/raw`, codeload: `${gitHub}/codeload` },
    pages: { allow: [hub, arxiv, gitHub] },
    papers: { hub: papers, arxiv, semanticScholar, arxivSpacingMs: 0 },
    model: { baseUrl: modelUrl, model: modelName, apiKey: async () => undefined },
    hubSecrets: async () => ({}),
  };
}
