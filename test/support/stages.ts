// The stages of `npm test`, in their order. Each runs its tools with their output shown and hands back what they counted.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hostTestFiles } from './editor/host-tests';
import { installEditor } from './editor/install';
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
  run: () => Promise<Tally>;
}

export const stages: readonly Stage[] = [
  { letter: 'a', name: 'check', what: 'types, lint, format and import rules', run: check },
  { letter: 'b', name: 'build', what: 'the bundles in out/', run: buildOnce },
  { letter: 'c', name: 'unit', what: 'core, adapters, practice world and CLI', run: unit },
  { letter: 'd', name: 'python', what: 'what runs on the box', run: python },
  { letter: 'g', name: 'faults', what: 'what a job on a box survives, in short', run: faults },
  { letter: 'p', name: 'practice', what: 'a practice run from the command line, killed and resumed', run: practice },
  { letter: 'e', name: 'editor', what: 'a real VS Code in a real browser', run: editor },
  { letter: 'f', name: 'package', what: 'the .vsix: contents, size, activation', run: pack },
];

interface Finished {
  code: number;
  output: string;
}

/** Shows the output as it comes and keeps it to be counted. */
function show(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  console.log(`> ${command.split('/').at(-1)} ${args.join(' ').replaceAll(`${REPOSITORY}/`, '')}`);
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: REPOSITORY,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (to: NodeJS.WriteStream) => (chunk: Buffer) => {
      output += chunk.toString();
      to.write(chunk);
    };
    child.stdout.on('data', keep(process.stdout));
    child.stderr.on('data', keep(process.stderr));
    child.on('error', (error) => done({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

const script = async (name: string): Promise<Tally> => single((await show('npm', ['run', '--silent', name])).code);

async function mocha(spec: string | null, env: NodeJS.ProcessEnv = {}): Promise<Tally> {
  const args = [join(REPOSITORY, 'node_modules/mocha/bin/mocha.js')];
  const { code, output } = await show(process.execPath, args, spec === null ? env : { ...env, MOCHA_SPEC: spec });
  return mochaTally(output, code);
}

async function check(): Promise<Tally> {
  return add(await script('typecheck'), await script('lint'));
}

async function buildOnce(): Promise<Tally> {
  return script('build');
}

/** For a stage that is run alone. */
async function needBuild(): Promise<Tally> {
  return existsSync(join(REPOSITORY, 'out/extension.cjs')) ? nothing() : buildOnce();
}

async function unit(): Promise<Tally> {
  await offerSshServer();
  await offerSlurm();
  const before = await needBuild();
  return add(before, await mocha(null, { ML_INTERN_TEST_PYTHON: await pythonForTests() }));
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

async function python(): Promise<Tally> {
  const interpreter = await pythonForTests();
  const args = ['-m', 'pytest', 'box/tests', '-q', '--color=no', '-n', '3'];
  // Threads that spin while they wait would take the cores from the tests beside them.
  const calm = { OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'PASSIVE' };
  const { code, output } = await show(interpreter, args, { PYTHONPATH: join(REPOSITORY, 'box'), ...calm });
  return pytestTally(output, code);
}

async function faults(): Promise<Tally> {
  await offerSshServer();
  const args = ['--import', 'tsx', join(REPOSITORY, 'test/faults/main.ts'), '--short'];
  const { code, output } = await show(process.execPath, args);
  return rowsTally(output, code);
}

async function practice(): Promise<Tally> {
  await offerSshServer();
  await offerUv(await basePython());
  return add(await needBuild(), await mocha('test/journey/**/*.test.ts'));
}

async function editor(): Promise<Tally> {
  let tally = await needBuild();
  await installEditor();
  await offerUv(await basePython());
  const environment = { ML_INTERN_TEST_PYTHON: await pythonForTests() };
  if (hostTestFiles().length > 0) {
    const args = ['--import', 'tsx', join(REPOSITORY, 'test/support/editor/host-tests.ts')];
    const { code, output } = await show(process.execPath, args, environment);
    tally = add(tally, mochaTally(output, code));
  }
  return add(tally, await mocha('test/e2e/**/*.test.ts', environment));
}

async function pack(): Promise<Tally> {
  await installEditor();
  return add(await script('package'), await mocha('test/package/**/*.test.ts'));
}
