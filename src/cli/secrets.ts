/** Secrets of the CLI come from the environment, each bound to the one address that the person named for it. */
import type { Logger, Secrets } from '../core/ports/common';

export interface SecretBindings {
  /** Base URL that ML_INTERN_MODEL_API_KEY may be sent to. A run's own file does not count: it may come from a stranger. */
  modelUrl: string | undefined;
  /** The same for ML_INTERN_JUDGE_API_KEY. */
  judgeUrl: string | undefined;
  hubEndpoint: string;
  semanticScholar: string;
}

/** Keys of services whose address the person names. */
const namedKeys = [
  { kind: 'model', variable: 'ML_INTERN_MODEL_API_KEY', binding: 'modelUrl', option: '--model-url' },
  { kind: 'judge', variable: 'ML_INTERN_JUDGE_API_KEY', binding: 'judgeUrl', option: '--judge-url' },
] as const;

/** Takes the secrets out of `env`, so that no child process inherits them. */
export function takeSecrets(env: NodeJS.ProcessEnv, bindings: SecretBindings, logger: Logger): Secrets {
  const keys = namedKeys.map((each) => ({ ...each, key: take(env, each.variable) }));
  const hubToken = take(env, 'HF_TOKEN');
  const scholarKey = take(env, 'S2_API_KEY');
  const gitHubToken = take(env, 'GITHUB_TOKEN');
  const known = new Map<string, string>();
  for (const { kind, binding, key } of keys) {
    const address = bindings[binding];
    if (key && address) known.set(name(kind, address), key);
  }
  if (hubToken) known.set(name('hub', bindings.hubEndpoint), hubToken);
  if (scholarKey) known.set(name('semantic-scholar', bindings.semanticScholar), scholarKey);
  if (gitHubToken) known.set(name('github', 'https://api.github.com'), gitHubToken);
  const warned = new Set<string>();
  return {
    get(wanted) {
      const colon = wanted.indexOf(':');
      const found = known.get(name(wanted.slice(0, colon), wanted.slice(colon + 1)));
      const withheld = keys.find(({ kind, key }) => key !== undefined && kind === wanted.slice(0, colon));
      const address = wanted.slice(colon + 1);
      if (found === undefined && withheld && !isLoopback(address) && !warned.has(wanted)) {
        warned.add(wanted);
        logger.warn(
          `${withheld.variable} is not sent to ${address}: name that address with ${withheld.option} to allow it.`,
        );
      }
      return Promise.resolve(found);
    },
  };
}

/** What was taken out of an environment: a command that opens several parts of the product takes it for each of them. */
const taken = new WeakMap<NodeJS.ProcessEnv, Map<string, string>>();

function take(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const known = taken.get(env) ?? new Map<string, string>();
  taken.set(env, known);
  const value = env[variable]?.trim();
  Reflect.deleteProperty(env, variable);
  if (value) known.set(variable, value);
  return known.get(variable);
}

function name(kind: string, address: string): string {
  return `${kind}:${address.replace(/\/+$/, '')}`;
}

function isLoopback(address: string): boolean {
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${address}/`);
}
