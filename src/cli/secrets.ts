/** Secrets of the CLI come from the environment, each bound to the one address that the person named for it. */
import type { Logger, Secrets } from '../core/ports/common';

export interface SecretBindings {
  /** Base URL that ML_INTERN_MODEL_API_KEY may be sent to. A run's own file does not count: it may come from a stranger. */
  modelUrl: string | undefined;
  hubEndpoint: string;
  semanticScholar: string;
}

/** Takes the secrets out of `env`, so that no child process inherits them. */
export function takeSecrets(env: NodeJS.ProcessEnv, bindings: SecretBindings, logger: Logger): Secrets {
  const modelKey = take(env, 'ML_INTERN_MODEL_API_KEY');
  const hubToken = take(env, 'HF_TOKEN');
  const scholarKey = take(env, 'S2_API_KEY');
  const gitHubToken = take(env, 'GITHUB_TOKEN');
  const known = new Map<string, string>();
  if (modelKey && bindings.modelUrl) known.set(name('model', bindings.modelUrl), modelKey);
  if (hubToken) known.set(name('hub', bindings.hubEndpoint), hubToken);
  if (scholarKey) known.set(name('semantic-scholar', bindings.semanticScholar), scholarKey);
  if (gitHubToken) known.set(name('github', 'https://api.github.com'), gitHubToken);
  const warned = new Set<string>();
  return {
    get(wanted) {
      const colon = wanted.indexOf(':');
      const found = known.get(name(wanted.slice(0, colon), wanted.slice(colon + 1)));
      const withheld =
        found === undefined && modelKey !== undefined && wanted.startsWith('model:') && !isLoopback(wanted);
      if (withheld && !warned.has(wanted)) {
        warned.add(wanted);
        logger.warn(
          `ML_INTERN_MODEL_API_KEY is not sent to ${wanted.slice(6)}: name that address with --model-url to allow it.`,
        );
      }
      return Promise.resolve(found);
    },
  };
}

function take(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const value = env[variable]?.trim();
  Reflect.deleteProperty(env, variable);
  return value || undefined;
}

function name(kind: string, address: string): string {
  return `${kind}:${address.replace(/\/+$/, '')}`;
}

function isLoopback(secret: string): boolean {
  return /^model:https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${secret}/`);
}
