/** What `ml-intern box` prints and which code it ends with. */
import assert from 'node:assert/strict';
import { cardText } from '../../src/cli/commands/box/check';
import type { OpenedBox } from '../../src/core/box/opened-box';
import type { JobStatus, JobUpdate } from '../../src/core/ports/box';
import type { Artifact } from '../../src/core/ports/box-files';
import type { BoxUsage, CleanReport, CleanRequest } from '../../src/core/ports/box-keeping';
import { gpuBoxCard } from '../support/box-card';
import { jobStatus } from '../support/core/samples';
import { FakeRuns, FakeTerminal, play as playRuns } from './support';

const play = (args: string[], box: OpenedBox, terminal = new FakeTerminal(), env: NodeJS.ProcessEnv = {}) =>
  playRuns(['box', ...args], new FakeRuns(), terminal, env, box);

const json = (text: string): unknown => {
  assert.equal(text.trim().split('\n').length, 1, 'exactly one JSON object');
  return JSON.parse(text);
};

/** A box with these jobs, each of which yields these updates. */
function boxWith(jobs: JobStatus[], updates: JobUpdate[] = [], more: Partial<OpenedBox> = {}): OpenedBox {
  const unused = () => Promise.reject(new Error('not expected'));
  return {
    name: 'gpu1',
    check: () => Promise.resolve(gpuBoxCard()),
    submit: unused,
    status: unused,
    list: () => Promise.resolve(jobs),
    async *follow() {
      yield* updates;
    },
    stop: (id) => Promise.resolve(jobStatus(id, 'finishing')),
    read: unused,
    close: () => Promise.resolve(),
    ...more,
  };
}

const data = (file: 'stdout.log' | 'stderr.log' | 'metrics.jsonl', text: string): JobUpdate => ({
  type: 'data',
  file,
  offset: 0,
  bytes: new TextEncoder().encode(text),
});
const status = (job: JobStatus): JobUpdate => ({ type: 'status', status: job });

describe('ml-intern box check', () => {
  it('prints the card readable, with who uses the GPUs and how to mend what is missing', () => {
    const missing = [{ what: 'a way to the Hub', mend: 'export HF_ENDPOINT=https://mirror' }];
    const text = cardText(gpuBoxCard({ missing, clockSkewSeconds: -75 }));
    for (const line of [
      /^box {6}gpu1 \(calls itself a100-3\)$/m,
      /^memory {3}97\.7 GiB free of 128 GiB$/m,
      /^gpu 0 {4}NVIDIA H100 80GB HBM3, 79\.6 GiB \(29\.4 GiB used, 97 % busy\), driver 550\.54$/m,
      /^ +bob: python train\.py \(process 4242, 30 000 MiB\)$/m,
      /^network {2}Hub answers \(https:\/\/huggingface\.co: HTTP 200 in 90 ms\)$/m,
      /^clock {4}75 s behind this machine$/m,
      /^missing {2}a way to the Hub\. Mend it with: export HF_ENDPOINT=https:\/\/mirror$/m,
    ])
      assert.match(text, line);
  });

  it('lets nothing of the box move the cursor', () => {
    const users = [{ pid: 1, user: 'bob', command: '\u001b[2Jrm', memoryMiB: 1, job: null }];
    const [gpu] = gpuBoxCard().gpus;
    assert.ok(gpu);
    assert.doesNotMatch(cardText(gpuBoxCard({ gpus: [{ ...gpu, users }] })), /\u001b/);
  });

  it('prints the card as it is for a script, and ends with 1 when something is missing', async () => {
    const well = await play(['check', 'gpu1', '--json'], boxWith([]));
    assert.deepEqual([well.code, json(well.terminal.stdout)], [0, gpuBoxCard()]);
    const card = gpuBoxCard({ missing: [{ what: 'x', mend: 'y' }] });
    const lacking = boxWith([], [], { check: () => Promise.resolve(card) });
    assert.equal((await play(['check', 'gpu1'], lacking)).code, 1);
  });

  it('looks where the person says that the folder lies', async () => {
    const asked = await play(['check', 'gpu1', '--box-root', '/data/ada'], boxWith([]));
    assert.equal(asked.options?.settings.boxRoot, '/data/ada');
  });
});

describe('ml-intern box jobs', () => {
  const jobs = [
    jobStatus('old-1', 'failed', {
      submittedAt: 1_600_000_000,
      failure: { class: 'oom-gpu', message: 'Out of memory.' },
    }),
    jobStatus('new-1', 'queued', { note: 'Waits for GPU 0, which is bob’s.', startedAt: null }),
  ];

  it('lists them with what they wait for and why they failed, the newest first', async () => {
    const { terminal, code } = await play(['jobs', 'gpu1'], boxWith(jobs));
    const lines = terminal.stdout.split('\n');
    assert.equal(code, 0);
    assert.match(
      lines[2] ?? '',
      /^new-1 +test +train +queued, Waits for GPU 0, which is bob’s\. +– +– +2023-11-14 22:13$/,
    );
    assert.match(lines[3] ?? '', /^old-1 .* failed \(oom-gpu\): Out of memory\./);
  });

  it('is one JSON object for a script', async () => {
    const { terminal } = await play(['jobs', 'gpu1', '--json'], boxWith(jobs));
    assert.deepEqual(json(terminal.stdout), { jobs: jobs.toReversed() });
  });

  it('says that there is none', async () => {
    assert.match((await play(['jobs', 'gpu1'], boxWith([]))).terminal.stdout, /No job on this box yet/);
  });
});

describe('ml-intern box attach', () => {
  const running = jobStatus('job-1', 'running');
  const finished = jobStatus('job-1', 'finished', { exitCode: 0 });
  const updates: JobUpdate[] = [
    status(running),
    data('stdout.log', 'one\n\u001b[31mtwo'),
    data('stderr.log', 'oh\n'),
    { type: 'contact', state: 'lost', message: 'The box is silent.' },
    { type: 'contact', state: 'regained', message: 'Contact with the box is back.' },
    data('metrics.jsonl', '{"time": 1, "step": 5, "total_steps": 10, "loss": 1.25}\n{"time"'),
    status(finished),
  ];

  it('streams the output to stdout and everything else to stderr, and ends as the job ended', async () => {
    const { terminal, code } = await play(['attach', 'gpu1', 'job'], boxWith([running], updates));
    assert.equal(terminal.stdout, 'one\ntwo');
    assert.deepEqual(terminal.stderr.split('\n'), [
      '[box] job-1: running',
      'oh',
      '[box] The box is silent.',
      '[box] Contact with the box is back.',
      '[metrics] step 5 of 10, loss 1.2500',
      '[box] job-1: finished',
      '',
    ]);
    assert.equal(code, 0);
  });

  it('ends with 1 when the job did not finish, and says why', async () => {
    const failed = jobStatus('job-1', 'failed', { failure: { class: 'nan', message: 'The loss is NaN.' } });
    const { terminal, code } = await play(['attach', 'gpu1', 'job-1'], boxWith([running], [status(failed)]));
    assert.equal(code, 1);
    assert.match(terminal.stderr, /failed \(nan\): The loss is NaN\./);
  });

  it('prints one JSON object at the end for a script: the last status and the metrics', async () => {
    const { terminal } = await play(['attach', 'gpu1', 'job-1', '--json'], boxWith([running], updates));
    const last = { time: 1, step: 5, total_steps: 10, loss: 1.25 };
    assert.deepEqual(json(terminal.stdout), { job: finished, metrics: { points: 1, last } });
    assert.match(terminal.stderr, /^one$/m);
  });

  it('begins with the last lines when asked to', async () => {
    const asked: unknown[] = [];
    const box = boxWith([running], [], {
      tailFrom: (id, lines) => (asked.push([id, lines]), Promise.resolve({ 'stdout.log': 77 })),
      async *follow(_id, from) {
        asked.push(from);
        yield* [status(finished)];
      },
    });
    await play(['attach', 'gpu1', 'job-1', '--tail', '20'], box);
    assert.deepEqual(asked, [['job-1', 20], { 'stdout.log': 77 }]);
  });

  it('leaves on Ctrl-C with code 130 and says that the job goes on', async () => {
    const terminal = new FakeTerminal();
    const box = boxWith([running], [], {
      async *follow(_id, _from, signal) {
        yield status(running);
        terminal.interrupt();
        signal?.throwIfAborted();
      },
    });
    const { code } = await play(['attach', 'gpu1', 'job-1'], box, terminal);
    assert.equal(code, 130);
    assert.match(terminal.stderr, /it goes on\. Attach again with: ml-intern box attach gpu1 job-1/);
  });

  it('refuses a job that the box does not have, or that could be two', async () => {
    const two = boxWith([jobStatus('job-1', 'running'), jobStatus('job-2', 'running')]);
    const unknown = await play(['attach', 'gpu1', 'nobody'], two);
    assert.equal(unknown.code, 2);
    assert.match(unknown.terminal.stderr, /has no job "nobody"\.\n {2}Next: See `ml-intern box jobs gpu1`/);
    assert.match((await play(['attach', 'gpu1', 'job'], two)).terminal.stderr, /could be job-1 or job-2/);
  });
});

describe('ml-intern box stop', () => {
  it('says that the job may still save what it has', async () => {
    const { code, terminal } = await play(['stop', 'gpu1', 'job', '--json'], boxWith([jobStatus('job-1', 'running')]));
    assert.equal(code, 0);
    assert.match(terminal.stderr, /Job job-1: finishing\. It uses its grace/);
    assert.equal((json(terminal.stdout) as { job: JobStatus }).job.state, 'finishing');
  });
});

describe('ml-intern box hardware', () => {
  it('lists what can be rented, with its price', async () => {
    const { code, terminal } = await play(['hardware'], boxWith([]));
    assert.equal(code, 0);
    assert.match(terminal.stdout, /^hf-jobs:cpu-basic +\$0\.01 +none +2 +16\.0 GiB$/m);
    assert.match(terminal.stdout, /^hf-jobs:a10g-largex2 +\$3\.00 +2 x A10G, 24\.0 GiB +24 +92\.0 GiB$/m);
    const asJson = await play(['hardware', '--json'], boxWith([]));
    assert.equal((json(asJson.terminal.stdout) as { hardware: unknown[] }).hardware.length, 2);
  });

  it('tells the bucket and the image of the environment to the box', async () => {
    const env = { ML_INTERN_HF_JOBS_VOLUME: 'me/work', ML_INTERN_HF_JOBS_IMAGE: 'python:3.12' };
    const { options } = await play(['check', 'hf-jobs:l4x1'], boxWith([]), new FakeTerminal(), env);
    assert.deepEqual(options?.settings.hfJobs, { image: 'python:3.12', volume: 'me/work' });
  });
});

describe('ml-intern box usage', () => {
  const usage: BoxUsage = {
    root: '/home/ada/.ml-intern',
    bytes: 3 * 2 ** 30,
    parts: { jobs: 2 ** 30, envs: 2 ** 31, cache: 0, files: 0, box: 0, other: 0 },
    jobs: [{ id: 'job-1', kind: 'train', state: 'finished', bytes: 2 ** 30, lastUsed: 1_700_000_000 }],
    environments: [{ hash: 'abc', name: 'train', ready: true, bytes: 2 ** 31, lastUsed: 1_700_000_000 }],
    oldest: 1_700_000_000,
    complete: true,
    foreign: 0,
    diskFreeBytes: 2 ** 40,
  };
  const box = boxWith([], [], { usage: () => Promise.resolve(usage) });

  it('tells what takes the space, and since when it was not used', async () => {
    const { terminal, code } = await play(['usage', 'gpu1'], box);
    assert.equal(code, 0);
    assert.match(terminal.stdout, /3\.0 GiB, 1\.0 TiB free on its disk/);
    assert.match(terminal.stdout, /^environments +2\.0 GiB +1$/m);
    assert.match(terminal.stdout, /^job-1 +train +finished +1\.0 GiB +2023-11-14 22:13$/m);
    assert.equal(terminal.stderr, '');
  });

  it('warns over the quota, with the command that makes room', async () => {
    const { terminal } = await play(['usage', 'gpu1', '--quota', '2', '--json'], box);
    assert.match(terminal.stderr, /over the quota of 2\.0 GiB.*ml-intern box clean gpu1/);
    assert.equal((json(terminal.stdout) as { overQuota: boolean }).overQuota, true);
  });

  it('lists the environments by themselves', async () => {
    const { terminal, code } = await play(['envs', 'gpu1'], box);
    assert.equal(code, 0);
    assert.match(terminal.stdout, /^abc +train +ready +2\.0 GiB +2023-11-14 22:13$/m);
    const told = json((await play(['envs', 'gpu1', '--json'], box)).terminal.stdout);
    assert.deepEqual(told, { environments: usage.environments });
  });

  it('tells an environment that is being built from one whose building was broken off', async () => {
    const half = { name: 'eval', ready: false, bytes: 2 ** 20, lastUsed: 1_700_000_000 };
    const environments = [
      { ...half, hash: 'abc', building: true },
      { ...half, hash: 'def', building: false },
    ];
    const other = boxWith([], [], { usage: () => Promise.resolve({ ...usage, environments }) });
    const { terminal } = await play(['envs', 'gpu1'], other);
    assert.match(terminal.stdout, /^abc +eval +being built /m);
    assert.match(terminal.stdout, /^def +eval +broken /m);
  });

  it('says plainly when a box has no folder of ours', async () => {
    const { code, terminal } = await play(['usage', 'gpu1'], boxWith([]));
    assert.equal(code, 2);
    assert.match(terminal.stderr, /cannot tell what our folder on it holds/);
  });
});

describe('ml-intern box clean', () => {
  const items = [
    { kind: 'job' as const, name: 'old-1', why: 'finished, not used since', bytes: 2 ** 20, lastUsed: 1_600_000_000 },
  ];
  const report: CleanReport = { items, bytes: 2 ** 20, removed: false, complete: true, kept: [] };

  function cleaned() {
    const asked: CleanRequest[] = [];
    const clean = (request: CleanRequest) => {
      asked.push(request);
      return Promise.resolve({ ...report, removed: request.remove });
    };
    return { asked, box: boxWith([], [], { clean }) };
  }

  it('only says what would go when nobody agrees', async () => {
    const { asked, box } = cleaned();
    const { terminal } = await play(['clean', 'gpu1', '--older-than', '2w'], box);
    assert.deepEqual(asked, [{ olderThanDays: 14, caches: false, remove: false }]);
    assert.match(terminal.stderr, /old-1 +1\.0 MiB/);
    assert.match(terminal.stderr, /Nothing was removed\. To remove it: ml-intern box clean gpu1 --yes/);
    const refused = cleaned();
    await play(['clean', 'gpu1'], refused.box, new FakeTerminal(true, false, ['no']));
    assert.equal(refused.asked.length, 1);
  });

  it('removes it with --yes, or when the person agrees', async () => {
    const sure = cleaned();
    const { terminal } = await play(['clean', 'gpu1', '--caches', '--yes', '--json'], sure.box);
    assert.deepEqual(sure.asked.at(-1), { olderThanDays: 14, caches: true, remove: true });
    assert.equal((json(terminal.stdout) as CleanReport).removed, true);
    const agreed = cleaned();
    await play(['clean', 'gpu1'], agreed.box, new FakeTerminal(true, false, ['yes']));
    assert.equal(agreed.asked.at(-1)?.remove, true);
  });

  it('refuses an age that it does not understand', async () => {
    assert.equal((await play(['clean', 'gpu1', '--older-than', 'long'], cleaned().box)).code, 2);
  });
});

describe('ml-intern box forward', () => {
  it('stays until Ctrl-C, then closes the tunnel', async () => {
    const terminal = new FakeTerminal();
    let closed = false;
    const tunnel = () =>
      Promise.resolve({
        port: 4711,
        close: () => {
          closed = true;
          return Promise.resolve();
        },
      });
    const playing = play(['forward', 'gpu1', '6006', '--json'], boxWith([], [], { tunnel }), terminal);
    setImmediate(() => terminal.interrupt());
    assert.equal((await playing).code, 0);
    assert.deepEqual(json(terminal.stdout), { host: 'gpu1', remotePort: 6006, localPort: 4711 });
    assert.ok(closed);
  });

  it('refuses what is no port', async () => {
    assert.equal((await play(['forward', 'gpu1', '70000'], boxWith([]))).code, 2);
  });
});

describe('ml-intern box artifacts and fetch', () => {
  const artifacts: Artifact[] = [
    { path: 'model/weights.safetensors', kind: 'file', bytes: 2 ** 30, modifiedAt: 1_700_000_000 },
    { path: 'latest', kind: 'link', bytes: 0, modifiedAt: 1_700_000_000, target: '/etc/\u001b[2Jpasswd' },
  ];
  const asked: unknown[] = [];
  const box = boxWith([jobStatus('job-1', 'finished')], [], {
    artifacts: () => Promise.resolve({ artifacts, bytes: 2 ** 30, complete: true }),
    fetch: (id, paths, folder, options) => {
      asked.push([id, paths, folder]);
      options?.onProgress?.({ bytes: 0, totalBytes: 2 ** 30 });
      const skipped = [{ path: 'latest', why: 'it is a link' }];
      return Promise.resolve({ folder, fetched: 1, bytes: 2 ** 30, unchanged: 0, skipped });
    },
  });

  it('lists what is there with its size, and lets no name move the cursor', async () => {
    const { terminal, code } = await play(['artifacts', 'gpu1', 'job'], box);
    assert.equal(code, 0);
    assert.match(terminal.stdout, /^model\/weights\.safetensors +file +1\.0 GiB +2023-11-14 22:13$/m);
    assert.match(terminal.stdout, /Together 1\.0 GiB/);
    assert.doesNotMatch(terminal.stdout, /\u001b/);
  });

  it('tells the size first, then fetches into the folder that was named', async () => {
    const { terminal, code } = await play(['fetch', 'gpu1', 'job', 'model', '--into', 'best', '--json'], box);
    assert.equal(code, 0);
    assert.deepEqual(asked.at(-1), ['job-1', ['model'], '/workspace/best']);
    assert.match(terminal.stderr, /^Fetching 1\.0 GiB\.\n1 file is in \/workspace\/best \(1\.0 GiB\)\./);
    assert.match(terminal.stderr, /not fetched: latest \(it is a link\)/);
    assert.equal((json(terminal.stdout) as { fetched: number }).fetched, 1);
  });

  it('makes a folder named like the job when none is named', async () => {
    await play(['fetch', 'gpu1', 'job-1'], box);
    assert.deepEqual(asked.at(-1), ['job-1', [], '/workspace/job-1']);
  });
});
