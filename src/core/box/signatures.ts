/** Signatures as installed on a box, asked for through its command line. */
import { z } from 'zod';
import type { Signature, Signatures } from '../ports/lookup';
import type { Ask } from './ask';
import { text } from './schema';

/** More than the box allows itself, so that its own words come first. */
const timeoutMs = 5 * 60_000;
const mostParameters = 1000;

const words = text(500);
const name = text(200);

const parameter = z.object({
  name,
  kind: text(30),
  required: z.boolean(),
  default: words.nullable(),
  type: words.nullable(),
  choices: z.array(words).max(100).default([]),
  help: text(1000).default(''),
  from: name.nullable(),
  deprecated: text(1000).nullable(),
});

const found = z.object({
  name,
  found: z.literal(true),
  kind: text(30),
  path: words,
  package: name,
  version: text(100).nullable(),
  bases: z.array(words).max(100),
  doc: text(20_000),
  members: z.array(name).max(2000),
  deprecated: text(1000).nullable(),
  needs: z.array(name).max(50),
  parameters: z.array(parameter).max(mostParameters).nullable(),
  anyKeyword: z.boolean(),
  returns: words.nullable().default(null),
  renamed: z.record(z.string(), words.nullable()).default({}),
  warnings: z.array(text(1000)).max(100).default([]),
  choices: z.array(words).max(100).default([]),
  value: words.nullable().default(null),
});

const unknown = z.object({
  name,
  found: z.literal(false),
  problem: text(30),
  message: words,
  suggestions: z.array(name).max(20),
});

const answer = z.object({ signatures: z.array(z.discriminatedUnion('found', [found, unknown])).max(50) });

export function boxSignatures(ask: Ask): Signatures {
  return {
    signatures: async (environment, names, signal): Promise<Signature[]> => {
      const stdin = JSON.stringify({ names });
      return (await ask(answer, ['signatures', environment], { stdin, signal, timeoutMs })).signatures;
    },
  };
}
