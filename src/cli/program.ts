/** The command line as a whole: parses it, runs one command, and turns whatever happens into an exit code. */
import { Command, CommanderError } from 'commander';
import type { Cli } from './app';
import { boxCommand } from './commands/box';
import { dataCommand } from './commands/data';
import { doctorCommand } from './commands/doctor';
import { evalCommand } from './commands/eval';
import { papersCommand } from './commands/papers';
import { practiceCommand } from './commands/practice';
import { runCommand } from './commands/run';
import { runsCommand } from './commands/runs';
import { scriptCommand } from './commands/script';
import { exitCodes, exitCodesHelp } from './exit-codes';
import { tellFailure } from './failure';

/** `args` without the interpreter and the script. Never throws. */
export async function runCli(args: readonly string[], cli: Cli): Promise<number> {
  let code: number = exitCodes.ok;
  const program = makeProgram(cli, (ended) => (code = ended));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    const json = args.includes('--json');
    if (error instanceof CommanderError) return usageCode(error, cli, json);
    return tellFailure(error, cli.terminal, json);
  }
}

/** Commander has told the person already (or printed the help that was asked for). */
function usageCode(error: CommanderError, { terminal }: Cli, json: boolean): number {
  if (error.exitCode === 0) return exitCodes.ok;
  const usage = { reason: 'bad-input', message: error.message, next: 'See --help.' };
  if (json) terminal.out(`${JSON.stringify({ error: usage })}\n`);
  return exitCodes.badUsage;
}

function makeProgram(cli: Cli, done: (code: number) => void): Command {
  const program = new Command('ml-intern')
    .description(
      'ML Intern post-trains a model on your own box: it reads papers, checks data, trains, evaluates and reports.',
    )
    .version(cli.version)
    .addHelpText('after', exitCodesHelp);
  const makers = [
    ...[practiceCommand, runCommand, runsCommand, boxCommand, dataCommand],
    ...[evalCommand, doctorCommand, papersCommand, scriptCommand],
  ];
  for (const make of makers) program.addCommand(make(cli, done));
  configure(program, cli);
  return program;
}

/** Commander does not hand these settings down to commands that were made elsewhere. */
function configure(command: Command, cli: Cli): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => cli.terminal.out(text),
    writeErr: (text) => cli.terminal.err(text),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const inner of command.commands) configure(inner, cli);
}
