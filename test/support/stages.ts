// The stages of `npm test`. Each runs its tools with their output shown and hands back what they counted.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hostTestFiles } from './editor/host-tests';
import { installEditor } from './editor/install';
import { linesTo, type Say } from './lines';
import { cleanEnvironment } from './process';
import { basePython, pythonForTests } from './python-environment';
import { slurmPackages, whyNoSlurm } from './slurm';
import { canInstallPackages, findProgram, installPackages } from './system-packages';
import { add, mochaTally, nothing, pytestTally, rowsTally, single, type Tally } from './tally';
import { offerUv } from './uv';

const REPOSITORY = resolve(__dirname, '../..');

export interface Stage {
  letter: string;
  name: string;
  what: string;
  lane: Lane;
  run: (say: Say) => Promise<Tally>;
}

/** `first` goes before all others. The two other lanes run side by side: while one waits for jobs and windows, the other has the processors. */
export type Lane = 'first' | 'parts' | 'product';

export const stages: readonly Stage[] = [
  { letter: 'b', name: 'build', what: 'the bundles in out/', lane: 'first', run: buildOnce },
  { letter: 'a', name: 'check', what: 'types, lint, format and import rules', lane: 'parts', run: check },
  { letter: 'c', name: 'unit', what: 'core, adapters, practice world and CLI', lane: 'parts', run: unit },
  { letter: 'd', name: 'python', what: 'what runs on the box', lane: 'parts', run: python },
  { letter: 'g', name: 'faults', what: 'what a job on a box survives, in short', lane: 'parts', run: faults },
  {
    letter: 'p',
    name: 'practice',
    what: 'a practice run from the command line, killed and resumed',
    lane: 'product',
    run: practice,
  },
  { letter: 'e', name: 'editor', what: 'a real VS Code in a real browser', lane: 'product', run: editor },
  { letter: 'f', name: 'package', what: 'the .vsix: contents, size, activation', lane: 'parts', run: pack },
];

interface Finished {
  code: number;
  output: string;
}

/** Says the output line by line as it comes and keeps it to be counted. */
function show(say: Say, command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  say(`> ${command.split('/').at(-1)} ${args.join(' ').replaceAll(`${REPOSITORY}/`, '')}`);
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: REPOSITORY,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      const lines = linesTo(say);
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        lines.take(text);
      });
      stream.on('end', () => lines.end());
    }
    child.on('error', (error) => done({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

const script = async (say: Say, name: string): Promise<Tally> =>
  single((await show(say, 'npm', ['run', '--silent', name])).code);

async function mocha(say: Say, spec: string | null, env: NodeJS.ProcessEnv = {}): Promise<Tally> {
  const args = [join(REPOSITORY, 'node_modules/mocha/bin/mocha.js')];
  const { code, output } = await show(say, process.execPath, args, spec === null ? env : { ...env, MOCHA_SPEC: spec });
  return mochaTally(output, code);
}

async function check(say: Say): Promise<Tally> {
  return add(await script(say, 'typecheck'), await script(say, 'lint'));
}

async function buildOnce(say: Say): Promise<Tally> {
  return script(say, 'build');
}

/** For a stage that is run alone. */
async function needBuild(say: Say): Promise<Tally> {
  return existsSync(join(REPOSITORY, 'out/extension.cjs')) ? nothing() : buildOnce(say);
}

async function unit(say: Say): Promise<Tally> {
  await offerSshServer();
  await offerSlurm();
  const before = await needBuild(say);
  return add(before, await mocha(say, null, { ML_INTERN_TEST_PYTHON: await pythonForTests() }));
}

/** The tests of the SSH box use a real sshd where there is one. */
async function offerSshServer(): Promise<void> {
  if (findProgram(['sshd']) !== null) {
    return;
  }
  if (canInstallPackages()) {
    await installPackages(['openssh-server', 'openssh-client'], 'Testing the SSH box');
  } else {
    console.log('  no sshd here: what needs a real OpenSSH server is skipped (sudo apt-get install openssh-server)');
  }
}

/** The tests of the Slurm box use a real cluster of one node: elsewhere they are skipped, but never in CI. */
async function offerSlurm(): Promise<void> {
  if (process.getuid?.() !== 0 || whyNoSlurm() === null) return;
  try {
    await installPackages(slurmPackages, 'Testing the Slurm box');
  } catch (error) {
    if (process.env['CI']) throw error;
    console.log(`  no Slurm here: its tests are skipped (${String(error).slice(0, 300)})`);
  }
}

async function python(say: Say): Promise<Tally> {
  const interpreter = await pythonForTests();
  const args = ['-m', 'pytest', 'box/tests', '-q', '--color=no', '-n', '3'];
  // Threads that spin while they wait would take the cores from the tests beside them.
  const calm = { OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'PASSIVE' };
  const { code, output } = await show(say, interpreter, args, { PYTHONPATH: join(REPOSITORY, 'box'), ...calm });
  return pytestTally(output, code);
}

async function faults(say: Say): Promise<Tally> {
  await offerSshServer();
  const args = ['--import', 'tsx', join(REPOSITORY, 'test/faults/main.ts'), '--short'];
  const { code, output } = await show(say, process.execPath, args);
  return rowsTally(output, code);
}

async function practice(say: Say): Promise<Tally> {
  await offerSshServer();
  await offerUv(await basePython());
  return add(await needBuild(say), await mocha(say, 'test/journey/**/*.test.ts'));
}

async function editor(say: Say): Promise<Tally> {
  let tally = await needBuild(say);
  await installEditor();
  await offerUv(await basePython());
  const environment = { ML_INTERN_TEST_PYTHON: await pythonForTests() };
  if (hostTestFiles().length > 0) {
    const args = ['--import', 'tsx', join(REPOSITORY, 'test/support/editor/host-tests.ts')];
    const { code, output } = await show(say, process.execPath, args, environment);
    tally = add(tally, mochaTally(output, code));
  }
  return add(tally, await mocha(say, 'test/e2e/**/*.test.ts', environment));
}

async function pack(say: Say): Promise<Tally> {
  const built = await needBuild(say);
  await installEditor();
  const packed = await script(say, 'package:only');
  return [built, packed, await mocha(say, 'test/package/**/*.test.ts')].reduce(add);
}
