// `npm test`: every stage, also after a failure, then one line with the totals. `--list` names the stages, `--only a,c` chooses.
import { Command } from 'commander';
import { sayAs } from './support/lines';
import { seconds } from './support/process';
import { stages, type Lane, type Stage } from './support/stages';
import { add, nothing, single, tallyText, type Tally } from './support/tally';

interface Choices {
  only?: string;
  list?: boolean;
}

function chosen(only: string | undefined): readonly Stage[] {
  if (only === undefined) {
    return stages;
  }
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !stages.some((stage) => stage.letter === name || stage.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no stage ${unknown.join(', ')}; --list names them.`);
  }
  return stages.filter((stage) => names.includes(stage.letter) || names.includes(stage.name));
}

async function attempt(stage: Stage): Promise<Tally> {
  try {
    return await stage.run(sayAs(stage.name));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return single(1);
  }
}

interface Ended {
  stage: Stage;
  tally: Tally;
  line: string;
}

async function runLane(lane: Lane, among: readonly Stage[]): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const stage of among.filter((each) => each.lane === lane)) {
    const started = Date.now();
    console.log(`\n=== ${stage.letter} ${stage.name}: ${stage.what}`);
    const tally = await attempt(stage);
    const verdict = tally.failed === 0 ? 'ok    ' : 'FAILED';
    const line = `${verdict} ${stage.name.padEnd(8)} ${seconds(started).padStart(9)}  ${tallyText(tally)}`;
    console.log(`--- ${line}`);
    ended.push({ stage, tally, line });
  }
  return ended;
}

async function run(choices: Choices): Promise<void> {
  if (choices.list === true) {
    stages.forEach(({ letter, name, what }) => console.log(`${letter}  ${name.padEnd(8)} ${what}`));
    return;
  }
  const started = Date.now();
  const among = chosen(choices.only);
  const first = await runLane('first', among);
  const [parts, product] = await Promise.all([runLane('parts', among), runLane('product', among)]);
  const ended = [...first, ...parts, ...product];
  const total = ended.reduce((sum, { tally }) => add(sum, tally), nothing());
  console.log(`\n=== summary\n${ended.map(({ line }) => line).join('\n')}`);
  console.log(`\n${tallyText(total)} in ${seconds(started)}`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

new Command('test')
  .description('Runs all checks and tests of the project.')
  .option('--only <stages>', 'letters or names, separated by commas')
  .option('--list', 'name the stages')
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
