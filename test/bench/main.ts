/** `npm run bench`: names the suites; `npm run bench -- box` runs one. */
import { Command } from 'commander';
import { type Row, rowText } from './row';
import { suites } from './suites';

async function main(name: string | undefined, options: { json?: boolean }): Promise<void> {
  if (name === undefined) {
    for (const suite of suites) console.log(`${suite.name.padEnd(8)} ${suite.what}`);
    return;
  }
  const suite = suites.find((each) => each.name === name);
  if (!suite) throw new Error(`There is no suite ${name}; there are: ${suites.map((each) => each.name).join(', ')}.`);
  const rows: Row[] = [];
  const note = (text: string) => console.error(text);
  await suite.run(note, (row) => {
    rows.push(row);
    note(rowText(row));
  });
  if (options.json) console.log(JSON.stringify({ suite: name, rows }));
  process.exitCode = rows.every(({ holds }) => holds !== false) ? 0 : 1;
}

new Command('bench')
  .description('Measures, beside a peer in the same run; without a name it lists the suites.')
  .argument('[suite]')
  .option('--json', 'print one object on stdout, everything else on stderr')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
