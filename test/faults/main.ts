/** `npm run faults`: what a job on a box survives, tried against a real sshd. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { reportText, rowText } from './report';
import { runScenarios } from './run';
import { scenarios } from './scenarios';

interface Options {
  short?: boolean;
  json?: boolean;
  write?: boolean;
  seed: string;
  only?: string;
}

async function main(options: Options): Promise<void> {
  const wanted = options.only?.split(',').map((name) => name.trim());
  const chosen = scenarios.filter(({ name }) => wanted === undefined || wanted.includes(name));
  if (chosen.length === 0)
    throw new Error(`No such fault; there are: ${scenarios.map(({ name }) => name).join(', ')}.`);
  const seed = Number(options.seed);
  const choices = { short: options.short === true, seed, atOnce: 3 };
  const rows = await runScenarios(chosen, choices, (row) => console.error(rowText(row)));
  if (options.json) console.log(JSON.stringify({ rows }));
  if (options.write) {
    writeFileSync(join(__dirname, 'README.md'), reportText(rows, scenarios, seed, 'npm run faults -- --write'));
  }
  process.exitCode = rows.every((row) => row.holds || row.skipped !== undefined) ? 0 : 1;
}

new Command('faults')
  .description('Tries what a job on a box survives, against a real sshd on this machine.')
  .option('--short', 'fewer faults and shorter jobs, about a minute in all')
  .option('--json', 'print {"rows": [...]} on stdout, everything else on stderr')
  .option('--write', 'write the table to test/faults/README.md')
  .option('--seed <number>', 'where the random faults begin', '1')
  .option('--only <names>', 'names of rows, separated by commas')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
