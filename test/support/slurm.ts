/** A real Slurm cluster of one node for tests: Debian's daemons as children of ours, on loopback, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Shell } from '../../src/core/ports/shell';
import { mustRun, runProgram } from './process';
import { findProgram } from './system-packages';

export const slurmPackages = ['slurmctld', 'slurmd', 'slurm-client', 'munge'] as const;

const node = hostname().split('.')[0] ?? 'localhost';
const readyWithinMs = 30_000;

/** Why there can be no cluster here; null when there can. */
export function whyNoSlurm(): string | null {
  if (process.getuid?.() !== 0) return 'a Slurm cluster of one node needs root here';
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch'].filter((name) => findProgram([name]) === null);
  return missing.length === 0
    ? null
    : `${missing.join(', ')} not installed (apt-get install ${slurmPackages.join(' ')})`;
}

export class TestSlurm {
  readonly node = node;
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(
    readonly folder: string,
    readonly config: string,
  ) {}

  static async start(): Promise<TestSlurm> {
    const folder = await mkdtemp(join(tmpdir(), 'ml-intern-slurm-'));
    await chmod(folder, 0o755);
    await Promise.all(['state', 'spool', 'run'].map((name) => mkdir(join(folder, name))));
    await writeFile(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 });
    await writeFile(join(folder, 'gres.conf'), gres);
    const config = join(folder, 'slurm.conf');
    await writeFile(config, configuration(folder, await freePorts(2)));
    const slurm = new TestSlurm(folder, config);
    try {
      await slurm.up();
      return slurm;
    } catch (error) {
      await slurm.stop();
      throw error;
    }
  }

  /** Runs a program of Slurm's and gives what it printed. */
  run(program: string, ...args: string[]): Promise<string> {
    return mustRun(program, args, { env: this.env() });
  }

  /** The same shell, with this cluster as the one that Slurm's programs talk to. */
  shell(inner: Shell, before = ''): Shell {
    const within = (command: string) => `export SLURM_CONF='${this.config}'; ${before} ${command}`;
    return {
      name: inner.name,
      exec: (command, options) => inner.exec(within(command), options),
      stream: (command, options) => inner.stream(within(command), options),
      close: () => inner.close(),
    };
  }

  async stopController(): Promise<void> {
    await end(this.daemons.get('slurmctld'));
  }

  async startController(): Promise<void> {
    this.spawn('slurmctld', ['-D', '-i']);
    await this.until(['sinfo', '--noheader'], (output) => output.includes(node), 'slurmctld did not start');
  }

  /** Waits until the node takes jobs again. */
  async whenIdle(): Promise<void> {
    const words = ['sinfo', '--noheader', '--format=%t'];
    await this.until(words, (output) => output.trim().split('\n').includes('idle'), 'the node does not become idle');
  }

  async stop(): Promise<void> {
    for (const name of ['slurmd', 'slurmctld']) await end(this.daemons.get(name));
    await this.endJobs();
    await end(this.daemons.get('munged'));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async up(): Promise<void> {
    const file = (name: string) => join(this.folder, 'run', name);
    const socket = `--socket=${file('munge.socket')}`;
    this.spawn('munged', [
      '--foreground',
      '--force',
      socket,
      `--key-file=${join(this.folder, 'munge.key')}`,
      `--pid-file=${file('munged.pid')}`,
      `--log-file=${file('munged.log')}`,
      `--seed-file=${file('munge.seed')}`,
    ]);
    await this.until(['munge', '-n', socket], () => true, 'munged did not start');
    this.spawn('slurmctld', ['-D', '-i']);
    this.spawn('slurmd', ['-D']);
    await this.whenIdle();
  }

  private spawn(name: string, args: string[]): void {
    const program = findProgram([name]) ?? name;
    const child = spawn(program, args, { env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(this.folder, `${name}.out`), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.on('error', () => undefined);
    child.once('close', () => log.end());
    this.daemons.set(name, child);
  }

  private env(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: this.config };
  }

  private async until(words: string[], holds: (output: string) => boolean, problem: string): Promise<void> {
    const [program = '', ...args] = words;
    const deadline = Date.now() + readyWithinMs;
    for (;;) {
      const { code, output } = await runProgram(program, args, { env: this.env() });
      if (code === 0 && holds(output)) return;
      if (Date.now() > deadline) throw new Error(`${problem}: ${output}\n${await this.logs()}`);
      await pause(100);
    }
  }

  private async logs(): Promise<string> {
    const names = (await readdir(this.folder)).filter((name) => /\.(log|out)$/.test(name));
    const texts = await Promise.all(names.map((name) => readFile(join(this.folder, name), 'utf8')));
    return texts.map((text, i) => `--- ${names[i]}\n${text.slice(-1500)}`).join('\n');
  }

  /** What the node still runs: every process of a job knows this cluster by its configuration. */
  private async endJobs(): Promise<void> {
    const mark = `SLURM_CONF=${this.config}`;
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      if (environment.split('\0').includes(mark)) signal(Number(pid), 'SIGKILL');
    }
  }
}

const gres = ['zero', 'full'].map((file) => `Name=gpu Type=tiny File=/dev/${file}\n`).join('');

function configuration(folder: string, [controller = 0, daemon = 0]: number[]): string {
  return [
    'ClusterName=mlintern',
    `SlurmctldHost=${node}(127.0.0.1)`,
    'SlurmUser=root',
    'SlurmdUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/run/munge.socket`,
    'CredType=cred/munge',
    `SlurmctldPort=${controller}`,
    `SlurmdPort=${daemon}`,
    'CommunicationParameters=NoCtldInAddrAny,NoInAddrAny',
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/run/slurmctld.pid`,
    `SlurmdPidFile=${folder}/run/slurmd.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd.log`,
    'SlurmdParameters=config_overrides',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'MpiDefault=none',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'SchedulerParameters=batch_sched_delay=0,bf_interval=1,sched_interval=1',
    'ReturnToService=0',
    'KillWait=5',
    // The shortest after which Slurm forgets a job that has ended.
    'MinJobAge=20',
    'GresTypes=gpu',
    `NodeName=${node} NodeAddr=127.0.0.1 CPUs=16 RealMemory=2000 Gres=gpu:tiny:2 State=UNKNOWN`,
    'PartitionName=debug Nodes=ALL Default=YES MaxTime=01:00:00 State=UP',
    'PartitionName=short Nodes=ALL MaxTime=00:01:00 State=UP',
    '',
  ].join('\n');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  servers.forEach((server) => server.close());
  return ports;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const slow = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(slow);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
