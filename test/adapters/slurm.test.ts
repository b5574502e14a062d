/** Jobs through a real Slurm, over SSH to its login node: the same updates as over plain SSH, and Slurm's own ways to end a job. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import type { Scheduler } from '../../src/core/box/scheduler';
import { MlInternError } from '../../src/core/errors';
import type { JobRequest, JobStatus } from '../../src/core/ports/box';
import type { Shell } from '../../src/core/ports/shell';
import { type Followed, followToEnd, pythonJob } from '../support/box-job';
import { hurriedClock } from '../support/clock';
import { TestSlurm, whyNoSlurm } from '../support/slurm';
import { startTestSshd, type TestSshd } from '../support/sshd';

const sleeper = "import time\nprint('up', flush=True)\ntime.sleep(600)\n";
const saver = `
import signal, sys, time
def save(*_):
    open('../artifacts/checkpoint', 'w').write('saved')
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print('up', flush=True)
time.sleep(600)
`;

describe('slurm', function () {
  this.timeout(180_000);
  let slurm: TestSlurm;
  let server: TestSshd;
  let shell: Shell;
  let root: string;
  let box: SupervisedBox;
  /** Started first, looked at last: what Slurm does with them takes it a minute. */
  let overLimit: JobRequest;
  let forgotten: JobRequest;

  const open = async (inner: Shell, options?: string[]) => {
    const scheduler: Scheduler | undefined = options && { name: 'slurm', options };
    const packageFiles = await readBoxPackage('box');
    const clock = hurriedClock();
    return new SupervisedBox({
      name: 'cluster',
      shell: inner,
      packageFiles,
      root,
      clock,
      ...(scheduler && { scheduler }),
    });
  };
  const folder = (job: JobRequest) => join(root, 'jobs', job.id);
  const record = async (job: JobRequest) =>
    JSON.parse(await readFile(join(folder(job), 'slurm.json'), 'utf8')) as { id: string; end?: unknown };
  const one = async (job: JobRequest, where = box): Promise<JobStatus> => {
    const [status] = await where.status([job.id]);
    assert.ok(status);
    return status;
  };
  const untilOver = async (job: JobRequest) => {
    const { id } = await record(job);
    await until(async () => !(await slurm.run('squeue', '--noheader', '--format=%i')).split('\n').includes(id));
  };
  /** Follows until the job has printed something, then acts. */
  const whenUp = (job: JobRequest, act: () => Promise<unknown>): Promise<Followed> => {
    let acted = false;
    return followToEnd(box, job.id, async (update) => {
      if (acted || update.type !== 'data') return;
      acted = true;
      await act();
    });
  };

  before(async function () {
    const reason = whyNoSlurm();
    if (reason !== null) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    slurm = await TestSlurm.start();
    server = await startTestSshd();
    // A blank and a quote in the path: nothing may depend on a tame root.
    root = join(await mkdtemp(join(tmpdir(), 'ml-intern slurm-')), "the root's");
    shell = slurm.shell(server.shell());
    box = await open(shell, []);
    overLimit = pythonJob(saver);
    await (await open(shell, ['--partition=short', '--time=1'])).submit(overLimit);
    forgotten = pythonJob(sleeper);
    await box.submit(forgotten);
    for await (const update of box.follow(forgotten.id, {})) if (update.type === 'data') break;
    const written = JSON.parse(await readFile(join(folder(forgotten), 'status.json'), 'utf8')) as JobStatus;
    await slurm.run('scancel', '--signal=KILL', '--full', (await record(forgotten)).id);
    await untilOver(forgotten);
    // As if its supervisor had been killed without a chance to record the end.
    await writeFile(join(folder(forgotten), 'status.json'), JSON.stringify({ ...written, heartbeatAt: 1 }));
  });

  after(async () => {
    await box?.close();
    await slurm?.stop();
    await server?.stop();
    if (root) await rm(join(root, '..'), { recursive: true, force: true });
  });

  it('tells what the cluster has, and what is wrong with the options', async () => {
    const card = await (await open(shell, ['--gres=gpu:tiny'])).check();
    assert.equal(card.scheduler, 'slurm');
    assert.deepEqual(card.schedulerOptions, ['--gres=gpu:tiny']);
    const partition = { available: true, nodes: 1, gpus: 2, freeGpus: 2 };
    assert.deepEqual(
      card.partitions?.map(({ freeNodes: _, ...rest }) => rest),
      [
        { name: 'debug', default: true, limitSeconds: 3600, ...partition },
        { name: 'short', default: false, limitSeconds: 60, ...partition },
      ],
    );
    assert.deepEqual([card.cpus, card.memoryMiB, card.gpus.map(({ name }) => name)], [16, 2000, ['tiny', 'tiny']]);
    const lost = await (await open(shell, ['--partition=nowhere'])).check();
    assert.match(lost.missing.map(({ what }) => what).join(), /the partition nowhere \(there are: debug, short\)/);
    for (const options of [['--wrap=id'], ['--output=/tmp/x'], ['--uid=1'], ['-p', 'debug'], ['--mem=1G;id']]) {
      await assert.rejects((await open(shell, options)).submit(pythonJob('1')), { reason: 'bad-input' });
    }
    await assert.rejects((await open(shell, ['--partition=nowhere'])).submit(pythonJob('1')), (error) => {
      assert.ok(MlInternError.is(error, 'bad-input'));
      assert.match(error.message, /Slurm refused the job: .*partition/i);
      return true;
    });
  });

  it('gives the same updates as plain SSH', async () => {
    const plain = await open(server.shell());
    // Slow to save, so that nobody misses how it finishes.
    const slow = saver.replace('sys.exit(0)', 'time.sleep(2); sys.exit(0)');
    const programs = ["print('a')\nimport sys; print('b', file=sys.stderr)", 'import no_such_package', slow];
    for (const program of programs) {
      const told = [];
      for (const where of [plain, box]) {
        const job = pythonJob(program, { capSeconds: program === slow ? 2 : 60 });
        await where.submit(job);
        const { states, files, contacts, last } = await followToEnd(where, job.id);
        const { state, exitCode, failure, run, kind } = last ?? {};
        // How long it waits is the scheduler's affair.
        const seen = states.filter((each) => each !== 'queued' && each !== 'starting' && each !== 'running');
        const logs = [files['stdout.log'], files['stderr.log'].replaceAll(job.id, 'ID')];
        told.push({ seen, logs, contacts, state, exitCode, failure, run, kind });
      }
      assert.deepEqual(told[1], told[0]);
    }
    await plain.close();
  });

  it('asks for the GPUs of the job, whatever its options say of their number', async () => {
    const typed = await open(shell, ['--gres=gpu:tiny:2']);
    const job = pythonJob("import os; print(os.environ.get('CUDA_VISIBLE_DEVICES'))", { gpus: 1 });
    await typed.submit(job);
    const asked = await slurm.run('scontrol', 'show', 'job', (await record(job)).id);
    assert.match(asked, /TresPerNode=gres:gpu:tiny:1/);
    assert.match(asked, /Requeue=0/);
    assert.equal((await followToEnd(typed, job.id)).files['stdout.log'], '0\n');
  });

  it('starts a job once, however often it is submitted, and wherever a submission was cut off', async () => {
    const job = pythonJob("open('../artifacts/starts', 'a').write('x')\nimport time; time.sleep(2)");
    await Promise.all([box.submit(job), box.submit(job), box.submit(job)]);
    const { id, ...rest } = await record(job);
    // As if the login node had died between sbatch and writing the id down.
    await writeFile(join(folder(job), 'slurm.json'), JSON.stringify(rest));
    await rm(join(folder(job), 'status.json'), { force: true });
    await box.submit(job);
    assert.equal((await record(job)).id, id);
    await followToEnd(box, job.id);
    assert.equal((await box.submit(job)).state, 'finished');
    assert.equal(Buffer.from(await box.read(job.id, 'artifacts/starts')).toString(), 'x');
  });

  it('keeps secrets out of Slurm, of command lines, and of the folder of a job that runs', async () => {
    const job = pythonJob("import os, time\nprint(len(os.environ['TOKEN']), flush=True)\ntime.sleep(600)");
    job.secrets = { TOKEN: 'hf_very-secret-indeed' };
    await box.submit(job);
    const followed = await whenUp(job, async () => {
      const { id } = await record(job);
      const shown = await slurm.run('scontrol', '--details', 'show', 'job', id);
      const script = await slurm.run('scontrol', 'write', 'batch_script', id, '-');
      const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
      assert.doesNotMatch(`${shown}${script}${processes}`, /very-secret/);
      assert.ok(!(await containsText(folder(job), 'very-secret')));
      assert.ok(!(await containsText(slurm.folder, 'very-secret')));
      await box.stop(job.id);
    });
    assert.equal(followed.files['stdout.log'], '21\n');
    assert.equal(followed.last?.state, 'stopped');
  });

  it('forgets the secrets of a job that is cancelled before it starts', async () => {
    const whole = await open(shell, ['--cpus-per-task=16']);
    const job = pythonJob(sleeper);
    job.secrets = { TOKEN: 'hf_very-secret-indeed' };
    const other = pythonJob(sleeper);
    await box.submit(other);
    await whole.submit(job);
    const waiting = await one(job);
    assert.equal(waiting.state, 'queued');
    assert.match(waiting.note ?? '', /^Slurm job \d+ waits/);
    assert.ok(await containsText(folder(job), 'very-secret'));
    const stopped = await box.stop(job.id);
    assert.deepEqual([stopped.state, stopped.failure], ['stopped', null]);
    assert.ok(!(await containsText(folder(job), 'very-secret')));
    assert.equal((await slurm.run('squeue', '--noheader', '--states=PENDING')).trim(), '');
    await box.stop(other.id);
    assert.equal((await followToEnd(box, other.id)).last?.state, 'stopped');
  });

  it('ends a running job with its grace to save a checkpoint', async () => {
    const job = pythonJob(saver);
    await box.submit(job);
    const { last } = await whenUp(job, () => box.stop(job.id));
    assert.deepEqual([last?.state, last?.failure], ['stopped', null]);
    assert.equal(Buffer.from(await box.read(job.id, 'artifacts/checkpoint')).toString(), 'saved');
  });

  it('says that a job was cancelled by somebody else', async () => {
    const job = pythonJob(sleeper);
    await box.submit(job);
    const { last } = await whenUp(job, async () => slurm.run('scancel', (await record(job)).id));
    assert.deepEqual([last?.state, last?.failure?.class], ['failed', 'killed']);
    assert.match(last?.failure?.message ?? '', /was cancelled.*not by ML Intern/);
  });

  it('tells why a drained node keeps a job waiting, while the one that runs goes on', async () => {
    const running = pythonJob("import time\nprint('up', flush=True)\ntime.sleep(4)\nprint('end')");
    await box.submit(running);
    let waiting: JobRequest | undefined;
    const followed = await whenUp(running, async () => {
      await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=DRAIN', 'Reason=new kernel');
      waiting = pythonJob("print('after')");
      await box.submit(waiting);
    });
    assert.deepEqual([followed.last?.state, followed.files['stdout.log']], ['finished', 'up\nend\n']);
    assert.ok(waiting);
    const { state, note } = await untilNote(() => one(waiting as JobRequest), /new kernel/);
    assert.equal(state, 'queued');
    assert.match(note ?? '', /^Slurm job \d+ waits: .*(drained|DRAINED)/);
    await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=RESUME');
    assert.equal((await followToEnd(box, waiting.id)).files['stdout.log'], 'after\n');
  });

  it('refuses a job whose folder was made another one while it waited', async () => {
    await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=DRAIN', 'Reason=test');
    const job = pythonJob("print('approved')");
    const other = pythonJob("print('pwned')");
    await box.submit(job);
    await writeFile(join(folder(job), 'work', 'main.py'), "print('pwned')");
    const { files: _files, ...spec } = { ...other, id: job.id };
    await writeFile(join(folder(job), 'spec.json'), JSON.stringify({ v: 1, ...spec }));
    await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=RESUME');
    const { last, files } = await followToEnd(box, job.id);
    assert.deepEqual([last?.state, last?.failure?.class], ['failed', 'not-approved']);
    assert.equal(files['stdout.log'], '');
  });

  it('tells what the batch script said when the supervisor never began', async () => {
    await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=DRAIN', 'Reason=test');
    const job = pythonJob('1');
    await box.submit(job);
    await rm(join(root, 'box'), { recursive: true });
    await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=RESUME');
    // Whoever asks for the job brings the package back.
    await untilOver(job);
    const { last } = await followToEnd(box, job.id);
    assert.deepEqual([last?.state, last?.failure?.class], ['failed', 'environment']);
    assert.match(last?.failure?.message ?? '', /ended before its supervisor began\. It said: .*cd: can't cd to/);
  });

  it('loses no job while Slurm does not answer', async () => {
    const running = pythonJob("import time\nprint('up', flush=True)\ntime.sleep(20)\nprint('end')");
    const late = pythonJob("open('../artifacts/starts', 'a').write('x')");
    await box.submit(running);
    const followed = await whenUp(running, async () => {
      await slurm.stopController();
      await assert.rejects(box.submit(late), (error) => {
        assert.ok(MlInternError.is(error, 'box-command'));
        assert.match(error.message, /Slurm does not answer/);
        assert.match(error.next, /try again/);
        return true;
      });
      assert.equal((await one(running)).state, 'running');
      await slurm.startController();
    });
    assert.deepEqual([followed.last?.state, followed.files['stdout.log']], ['finished', 'up\nend\n']);
    await slurm.whenIdle();
    await box.submit(late);
    assert.equal((await followToEnd(box, late.id)).last?.state, 'finished');
    assert.equal(Buffer.from(await box.read(late.id, 'artifacts/starts')).toString(), 'x');
  });

  it('knows the end of a job that Slurm has forgotten', async () => {
    const { id } = await record(forgotten);
    await until(
      async () => !(await slurm.run('squeue', '--noheader', '--states=all', '--format=%i')).split('\n').includes(id),
    );
    const status = await one(forgotten);
    assert.deepEqual([status.state, status.failure?.class], ['failed', 'lost']);
    assert.match(status.failure?.message ?? '', /Slurm knows job \d+ no more/);
    assert.deepEqual(await one(forgotten), status);
  });

  it("calls Slurm's own limit a timeout, after the job has saved what it had", async () => {
    const { last } = await followToEnd(box, overLimit.id);
    assert.deepEqual([last?.state, last?.failure?.class], ['failed', 'timeout']);
    assert.match(last?.failure?.message ?? '', /at its time limit of 1 minutes/);
    assert.equal(Buffer.from(await box.read(overLimit.id, 'artifacts/checkpoint')).toString(), 'saved');
  });

  it('calls a job lost when its node goes down under it', async () => {
    const job = pythonJob(sleeper);
    await box.submit(job);
    const { last } = await whenUp(job, () =>
      slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=DOWN', 'Reason=power lost'),
    );
    assert.deepEqual([last?.state, last?.failure?.class], ['failed', 'lost']);
    assert.match(last?.failure?.message ?? '', /the node of Slurm job \d+.* failed.*power lost/);
    await slurm.run('scontrol', 'update', `NodeName=${slurm.node}`, 'State=RESUME');
  });
});

async function containsText(folder: string, text: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1').catch(() => '')),
  );
  return texts.some((each) => each.includes(text));
}

async function untilNote(look: () => Promise<JobStatus>, note: RegExp): Promise<JobStatus> {
  let seen = await look();
  await until(async () => note.test((seen = await look()).note ?? ''));
  return seen;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(200);
}
