/** The configuration of an experiment: the recommended numbers, what people asked for, and one deliberate change. */
import { callsTo, type Memory } from './memory';
import { recommendedConfig } from './recommended';
import { requestsIn, type Requests } from './requests';
import { experiments } from './recall-experiments';

export type Config = Record<string, number>;

/** What people said about scripts, as feedback or when they rejected one, since a point in the conversation. */
function said(memory: Memory, since: number): { text: string; at: number }[] {
  const rejections = experiments(memory)
    .filter((experiment) => experiment.decision === 'rejected' && experiment.byPerson)
    .map((experiment) => ({ text: experiment.reason, at: experiment.at }));
  return [...memory.feedback, ...rejections].filter((item) => item.at >= since).sort((a, b) => a.at - b.at);
}

export function firstConfig(memory: Memory): Config {
  const keys = configKeys(memory);
  const known = Object.entries(recommendedConfig).filter(([key]) => keys === null || keys.includes(key));
  return withRequests(Object.fromEntries(known), memory, 0);
}

/** A child keeps its parent's numbers and what was asked for since. */
export function childConfig(memory: Memory, parent: { config: Config; at: number }): Config {
  return withRequests(parent.config, memory, parent.at + 1);
}

function withRequests(config: Config, memory: Memory, since: number): Config {
  return said(memory, since).reduce((current, item) => applied(current, requestsIn(item.text)), config);
}

export function applied(config: Config, requests: Requests): Config {
  return requests.changes.reduce<Config>((current, change) => {
    const next = { ...current, [change.key]: rounded(change.apply(current[change.key])) };
    return withoutRival(next, change.key);
  }, config);
}

export function scaled(config: Config, key: string, factor: number): Config {
  const old = config[key];
  if (old === undefined) return config;
  const whole = Number.isInteger(old);
  return { ...config, [key]: whole ? Math.max(1, Math.round(old * factor)) : rounded(old * factor) };
}

/** Steps and epochs both say when to stop: the one asked for last holds. */
function withoutRival(config: Config, key: string): Config {
  const rival = key === 'max_steps' ? 'epochs' : key === 'epochs' ? 'max_steps' : null;
  return rival === null ? config : Object.fromEntries(Object.entries(config).filter(([name]) => name !== rival));
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function configKeys(memory: Memory): string[] | null {
  const keys = callsTo(memory, 'starting_script').flatMap((call) => {
    const value = call.answer?.facts.configKeys;
    return Array.isArray(value) ? [value.filter((key) => typeof key === 'string')] : [];
  });
  return keys.at(-1) ?? null;
}
