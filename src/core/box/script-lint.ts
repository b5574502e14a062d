/** The lint of a script over the box's command line. */
import { z } from 'zod';
import type { LintAnswer, ScriptFinding, ScriptLints } from '../ports/script-lints';
import type { Ask } from './ask';
import { text } from './schema';

/** More than the box allows itself for a first import of torch, so that its own words come first. */
const timeoutMs = 8 * 60_000;

const finding = z.object({
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  rule: text(60),
  message: text(600),
  fix: text(600),
}) satisfies z.ZodType<ScriptFinding>;

const answer = z.object({
  errors: z.array(finding).max(500),
  warnings: z.array(finding).max(500),
  environment: text(100).nullable(),
  checked: z.boolean(),
  note: text(1000).optional(),
}) satisfies z.ZodType<LintAnswer>;

export function boxScriptLint(ask: Ask): ScriptLints {
  return {
    lint: (order, signal) => ask(answer, ['lint'], { stdin: JSON.stringify(order), signal, timeoutMs }),
  };
}
