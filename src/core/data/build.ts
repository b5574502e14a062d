/** Has the box's Python compile a recipe to training rows, outside of any run. */
import { z } from 'zod';
import { runProgram, type ProgramPlace } from '../box/program';
import type { Recipe } from '../run/recipe';
import { renderedSchema, waterfallSchema } from './waterfall';

export interface BuildOrder {
  recipe: Recipe;
  /** Folder there; relative paths count from the home folder. */
  out: string;
}

export interface BuildWatch {
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
}

const resultSchema = z.object({
  ...{ rows: z.number(), file: z.string(), sha256: z.string(), waterfall: waterfallSchema },
  /** Present where the recipe names a tokenizer. */
  rendering: renderedSchema.optional(),
});
export type BuildResult = z.infer<typeof resultSchema>;

const program = { name: 'The compiling', module: 'recipe', progress: z.string(), result: resultSchema };

export function compileRecipe(place: ProgramPlace, order: BuildOrder, watch: BuildWatch = {}): Promise<BuildResult> {
  return runProgram(place, program, order, watch);
}
