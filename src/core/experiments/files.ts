/** The files of an experiment as they lie in its folder and in the job's work folder; their hashes are what is approved. */
import { contentHash, sha256 } from '../hash';
import type { Recipe } from '../run/types';

export interface ExperimentContent {
  script: string;
  config: Record<string, unknown>;
  recipe: Recipe;
}

export function experimentFiles({ script, config, recipe }: ExperimentContent): Record<string, string> {
  return { 'train.py': script, 'config.json': pretty(config), 'recipe.json': pretty(recipe) };
}

export function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function fileHashes(files: Record<string, string | Uint8Array>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, sha256(content)]));
}

/** SHA-256 that stands for script, configuration and recipe together. */
export function scriptHash(content: ExperimentContent): string {
  return contentHash(fileHashes(experimentFiles(content)));
}
