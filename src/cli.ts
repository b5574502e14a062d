#!/usr/bin/env node
/** The command `ml-intern`: thin on purpose. What a command needs is loaded when it runs. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { runCli } from './cli/program';
import { processTerminal } from './cli/terminal';

const productRoot = resolve(__dirname, '..');
const { env } = process;

// A reader that went away (`ml-intern runs list | head -1`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

void runCli(process.argv.slice(2), {
  terminal: processTerminal(env),
  env,
  productRoot,
  home: env['ML_INTERN_HOME'] || join(homedir(), '.ml-intern'),
  cwd: process.cwd(),
  version: (JSON.parse(readFileSync(join(productRoot, 'package.json'), 'utf8')) as { version: string }).version,
  command: calledAs(process.argv[1] ?? ''),
  loadApp: () => import('./app/main'),
}).then((code) => {
  process.exitCode = code;
  // Whatever still holds the event loop open must not keep the person waiting.
  setTimeout(() => process.exit(code), 1000).unref();
});

/** `ml-intern` when it was found on the PATH, otherwise what works from this folder. */
function calledAs(script: string): string {
  return basename(script) === 'ml-intern' ? 'ml-intern' : `node ${relative(process.cwd(), script)}`;
}
