/** HF Jobs against the miniature Hub: what every box keeps to, and everything that the Hub can do to a job. */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { HfJobsBox, type HfJobsBoxOptions } from '../../src/adapters/hf-jobs/hf-jobs-box';
import { listHardware, openBox } from '../../src/app/box-factory';
import type { AppOptions } from '../../src/app/options';
import { MlInternError } from '../../src/core/errors';
import { sha256 } from '../../src/core/hash';
import type { PracticeRequest } from '../../src/practice/servers/exchange';
import type { Fault } from '../../src/practice/servers/faults';
import { startPracticeServers, type PracticeServers } from '../../src/practice/servers/start';
import { followToEnd, pythonJob } from '../support/box-job';
import { hurriedClock } from '../support/clock';
import { smallWorld } from '../support/small-world';

const token = 'hf_practice';
const silent = () => undefined;
const appOptions: Omit<AppOptions, 'settings'> = {
  workspace: '/nowhere',
  productRoot: process.cwd(),
  home: '/nowhere',
  secrets: { get: (name) => Promise.resolve(name.startsWith('hub:') ? token : undefined) },
  notifier: { notify: silent },
  logger: { info: silent, warn: silent, error: silent },
  surface: 'cli',
};

describe('box: HF Jobs', () => {
  let folder: string;
  let servers: PracticeServers;
  let credit = true;
  let fault: (request: PracticeRequest) => Fault | undefined = () => undefined;

  const newBox = async (more: Partial<HfJobsBoxOptions> = {}) =>
    new HfJobsBox({
      name: 'hf-jobs:cpu-basic',
      flavor: 'cpu-basic',
      endpoint: servers.hub,
      token: () => Promise.resolve(token),
      volume: 'practice/work',
      mountPath: join(folder, 'mnt', 'work'),
      packageFiles: await readBoxPackage('box'),
      // Long enough that a log on a busy machine is not taken for silent.
      clock: hurriedClock(1500),
      ...more,
    });

  const jobs = () => servers.jobs?.all() ?? [];
  const isLog = ({ path }: PracticeRequest) => path.endsWith('/logs');

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'ml-intern-jobs-')));
    servers = await startPracticeServers({
      content: smallWorld(),
      token,
      faults: (request) => fault(request),
      jobs: {
        folder,
        keepAliveMs: 500,
        pageSize: 3,
        hasCredit: () => credit,
        startFailure: ({ dockerImage = '' }) =>
          dockerImage.startsWith('broken/') ? 'Failed to pull the image' : undefined,
      },
    });
  });

  afterEach(() => {
    fault = () => undefined;
    credit = true;
  });

  after(async () => {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('describes the hardware and its price', async () => {
    const card = await (await newBox({ flavor: 'a10g-largex2' })).check();
    assert.equal(card.price?.usdPerHour, 3);
    assert.deepEqual([card.cpus, card.gpus.length, card.gpus[0]?.memoryMiB], [24, 2, 24 * 1024]);
    assert.deepEqual(card.missing, []);
    const prices = (await (await newBox()).hardware()).map(({ usdPerHour }) => usdPerHour);
    assert.deepEqual(
      prices,
      [...prices].sort((one, other) => one - other),
    );
    await assert.rejects((await newBox({ flavor: 'abacus' })).check(), { reason: 'bad-input' });
  });

  it('refuses a file of this machine before anything is rented, and says what to do', async () => {
    const before = jobs().length;
    const job = { ...pythonJob(''), onDisk: { 'workspace/rows.jsonl': { sha256: 'f', bytes: 9, source: '/rows' } } };
    await assert.rejects((await newBox()).submit(job), {
      ...{ reason: 'bad-input', next: /dataset on the Hub/ },
      message: /needs the file workspace\/rows\.jsonl of this machine, and HF Jobs takes no files/,
    });
    assert.equal(jobs().length, before);
  });

  it('runs a job, streams its files, gives its result, and counts what is paid for', async () => {
    const box = await newBox({ flavor: 'a10g-largex2' });
    const job = pythonJob(
      `
import json, os
with open(os.environ['ML_INTERN_JOB_DIR'] + '/metrics.jsonl', 'w') as file:
    file.write('{"step": 1}\\n')
with open('../artifacts/result.json', 'w') as file:
    json.dump({'secret': len(os.environ['TOKEN']), 'mode': os.environ['MODE']}, file)
with open('../artifacts/model.bin', 'wb') as file:
    file.write(os.urandom(300000))
print('hello')
`,
      { env: { MODE: 'fast', _ODD: 'é "\\ \n \u2028 😀' } },
    );
    job.secrets = { TOKEN: 'hf_abcdef' };
    await box.submit(job);
    const { last, files } = await followToEnd(box, job.id);
    assert.equal(last?.state, 'finished');
    assert.ok(Math.abs(last.gpuSeconds - 2 * last.wallSeconds) < 0.01);
    assert.equal(files['stdout.log'], 'hello\n');
    assert.equal(files['metrics.jsonl'], '{"step": 1}\n');
    const result = Buffer.from(await box.read(job.id, 'artifacts/result.json')).toString();
    assert.deepEqual(JSON.parse(result), { secret: 9, mode: 'fast' });
    assert.equal(Buffer.from(await box.read(job.id, 'stdout.log', { offset: 1, limit: 3 })).toString(), 'ell');
    await assert.rejects(box.read(job.id, 'artifacts/model.bin'), (error) => {
      assert.ok(MlInternError.is(error, 'bad-input'));
      assert.match(error.next, /hf:\/\/buckets\/practice\/work\/jobs/);
      return true;
    });
    const spec = jobs().at(-1)?.spec;
    assert.deepEqual(spec?.secrets, { TOKEN: 'hf_abcdef' });
    assert.doesNotMatch(JSON.stringify(spec.environment), /hf_abcdef/);
  });

  it('knows its jobs from the Hub alone, across pages', async () => {
    for (let made = 0; made < 4; made++) await (await newBox()).submit(pythonJob('print(1)'));
    const job = pythonJob('import no_such_package');
    await (await newBox()).submit(job);
    await followToEnd(await newBox(), job.id);
    const other = await newBox();
    const [status] = await other.status([job.id, 'nobody']);
    assert.equal(status?.failure?.class, 'import-error');
    const listed = await other.list();
    assert.ok(listed.length >= 5);
    assert.equal(listed.at(-1)?.id, job.id);
  });

  it('starts a job once, however often and from wherever it is submitted', async () => {
    const job = pythonJob("open('../artifacts/starts', 'a').write('x')");
    const [one, two] = [await newBox(), await newBox()];
    await Promise.all([one.submit(job), one.submit(job)]);
    await two.submit(job);
    await followToEnd(one, job.id);
    assert.equal(Buffer.from(await two.read(job.id, 'artifacts/starts')).toString(), 'x');
    assert.equal(jobs().filter(({ spec }) => spec.labels?.['ml-intern-job'] === job.id).length, 1);
    const other = { ...job, approvedHash: '0'.repeat(64) };
    await assert.rejects(two.submit(other), { reason: 'bad-input' });
  });

  it('looks a job up before it asks again, when the answer was lost', async () => {
    const job = pythonJob('print(1)');
    let lost = 0;
    fault = ({ method, path }) =>
      method === 'POST' && /^\/api\/jobs\/practice$/.test(path) && lost++ === 0 ? { kind: 'truncate' } : undefined;
    const box = await newBox();
    await box.submit(job);
    assert.equal((await followToEnd(box, job.id)).last?.state, 'finished');
    assert.equal(jobs().filter(({ spec }) => spec.labels?.['ml-intern-job'] === job.id).length, 1);
  });

  it('refuses files that are not the approved ones', async () => {
    const box = await newBox();
    const job = pythonJob('print(1)');
    job.files = { 'main.py': 'print(2)' };
    await box.submit(job);
    assert.equal((await followToEnd(box, job.id)).last?.failure?.class, 'not-approved');
  });

  it('stops a job with the grace to save', async () => {
    const box = await newBox();
    const job = pythonJob(`
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (open('../artifacts/saved', 'w').write('yes'), sys.exit(0)))
print('up', flush=True)
time.sleep(600)
`);
    await box.submit(job);
    const { last } = await followToEnd(box, job.id, async (update) => {
      if (update.type === 'data' && update.file === 'stdout.log') await box.stop(job.id);
    });
    assert.equal(last?.state, 'stopped');
    assert.equal(Buffer.from(await box.read(job.id, 'artifacts/saved')).toString(), 'yes');
    assert.equal((await box.stop(job.id)).state, 'stopped');
  });

  it('loses and repeats nothing when the log breaks off in the middle of a line and begins anew', async () => {
    const box = await newBox();
    const job = pythonJob(`
import time
for i in range(60):
    print('line', i, 'é', flush=True)
    time.sleep(0.03)
`);
    const cuts = [700, 2500];
    fault = (request) => {
      const afterBytes = isLog(request) && !request.query.has('tail') ? cuts.shift() : undefined;
      return afterBytes === undefined ? undefined : { kind: 'cut', afterBytes };
    };
    await box.submit(job);
    const { last, files, contacts } = await followToEnd(box, job.id);
    assert.equal(files['stdout.log'], Array.from({ length: 60 }, (_, i) => `line ${i} é\n`).join(''));
    assert.equal(last?.state, 'finished');
    assert.deepEqual(contacts.slice(0, 2), ['lost', 'regained']);
    assert.equal(cuts.length, 0);
  });

  it('goes on at the same byte in another client', async () => {
    const job = pythonJob("import time\nfor i in range(20):\n    print('line', i, flush=True)\n    time.sleep(0.05)\n");
    const box = await newBox();
    await box.submit(job);
    let head = '';
    for await (const update of box.follow(job.id, {})) {
      if (update.type === 'data' && update.file === 'stdout.log') head += Buffer.from(update.bytes).toString();
      if (head.includes('line 3')) break;
    }
    let rest = '';
    for await (const update of (await newBox()).follow(job.id, { 'stdout.log': head.length })) {
      if (update.type === 'data' && update.file === 'stdout.log') rest += Buffer.from(update.bytes).toString();
    }
    assert.equal(head + rest, Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join(''));
  });

  it('says that contact was lost while the Hub does not answer, and that it is back', async () => {
    const box = await newBox();
    const job = pythonJob("import time\nprint('up', flush=True)\ntime.sleep(1)\nprint('down')");
    await box.submit(job);
    let failures = 3;
    fault = (request) => (isLog(request) && failures-- > 0 ? { kind: 'status', status: 503 } : undefined);
    const { last, files, contacts } = await followToEnd(box, job.id);
    assert.deepEqual(contacts, ['lost', 'regained']);
    assert.equal(files['stdout.log'], 'up\ndown\n');
    assert.equal(last?.state, 'finished');
  });

  it('keeps one job when two clients submit it at the same moment', async () => {
    const job = pythonJob("import time\ntime.sleep(0.5)\nprint('once')");
    const [one, two] = [await newBox(), await newBox()];
    await Promise.all([one.submit(job), two.submit(job)]);
    const { last, files } = await followToEnd(two, job.id);
    const mine = jobs().filter(({ spec }) => spec.labels?.['ml-intern-job'] === job.id);
    assert.ok(mine.length <= 2);
    // Whichever began: it ran once at most, and both clients see the same.
    assert.ok(['once\n', ''].includes(files['stdout.log']));
    assert.equal((await one.status([job.id]))[0]?.state, last?.state);
  });

  it('says which lines the Hub no longer has, and goes on behind them', async () => {
    const box = await newBox();
    const job = pythonJob("import time\nfor i in range(9):\n    print('line', i, flush=True)\n    time.sleep(0.2)\n");
    await box.submit(job);
    await followToEnd(box, job.id);
    const log = jobs().at(-1)?.log;
    log?.forget(6);
    const gaps: number[] = [];
    let end = 0;
    for await (const update of (await newBox()).follow(job.id, {})) {
      if (update.type === 'gap' && update.file === 'stdout.log') gaps.push(update.offset, update.next);
      if (update.type === 'data' && update.file === 'stdout.log') end = update.offset + update.bytes.length;
    }
    assert.equal(gaps[0], 0);
    assert.ok((gaps[1] ?? 0) > 0 && end === 63);
  });

  it('tells a container that was killed from a job that failed', async () => {
    const box = await newBox();
    const job = pythonJob(`
import os, signal, time
print('up', flush=True)
time.sleep(0.5)
mine = ('PRACTICE_JOB_ID=%s' % os.environ['PRACTICE_JOB_ID']).encode()
for pid in filter(str.isdigit, os.listdir('/proc')):
    try:
        container = b'ML_INTERN_PAYLOAD' in open('/proc/%s/cmdline' % pid, 'rb').read()
        if container and mine in open('/proc/%s/environ' % pid, 'rb').read().split(b'\\0'):
            os.kill(int(pid), signal.SIGKILL)
    except OSError:
        pass
time.sleep(600)
`);
    await box.submit(job);
    const { last, files } = await followToEnd(box, job.id);
    assert.equal(files['stdout.log'], 'up\n');
    assert.equal(last?.failure?.class, 'lost');
    assert.match(last.failure.message, /exit code: 137/);
  });

  it('builds an environment once in the bucket, for all later jobs', async function () {
    this.timeout(120_000);
    const box = await newBox();
    const wanted = JSON.stringify({ name: 'empty', requirements: [] });
    const build = async () => {
      const job = pythonJob('', {
        steps: [['{python}', '-m', 'ml_intern_box.environment', 'environment.json']],
        files: { 'environment.json': sha256(wanted) },
      });
      job.files = { 'environment.json': wanted };
      await box.submit(job);
      const { last, files } = await followToEnd(box, job.id);
      assert.equal(last?.state, 'finished', files['stderr.log']);
      const result = Buffer.from(await box.read(job.id, 'artifacts/result.json')).toString();
      return { ...(JSON.parse(result) as { hash: string; path: string }), out: files['stdout.log'] };
    };
    const first = await build();
    assert.match(first.out, /noting what was installed/);
    assert.doesNotMatch((await build()).out, /noting what was installed/);
    const job = pythonJob('import sys; print(sys.prefix)', { environment: first.hash });
    await box.submit(job);
    assert.equal((await followToEnd(box, job.id)).files['stdout.log'].trim(), first.path);
  });

  it('is opened by its name, with the settings', async () => {
    const settings = { hubEndpoint: servers.hub, viewerEndpoint: servers.viewer, hfJobs: { volume: 'glim/work' } };
    const options = { ...appOptions, settings };
    const card = await (await openBox('hf-jobs:l4x1@glim', options)).check();
    assert.deepEqual([card.price?.usdPerHour, card.root, card.missing], [0.8, '/ml-intern', []]);
    assert.equal((await listHardware(options))[0]?.name, 'cpu-basic');
    await assert.rejects(openBox('hf-jobs:', options), { reason: 'bad-input' });
  });

  it('says why a container could not run at all', async () => {
    const box = await newBox({ image: 'broken/image' });
    const job = pythonJob('print(1)');
    await box.submit(job);
    const { last } = await followToEnd(box, job.id);
    assert.equal(last?.state, 'failed');
    assert.match(last.failure?.message ?? '', /Failed to pull the image/);
  });

  it('says what to do when the Hub refuses', async () => {
    const refused = async (more: Partial<HfJobsBoxOptions>, reason: string, next: RegExp) =>
      assert.rejects((await newBox(more)).submit(pythonJob('print(1)')), (error) => {
        assert.ok(MlInternError.is(error));
        assert.equal(error.reason, reason);
        assert.match(error.next, next);
        return true;
      });
    await refused({ token: () => Promise.resolve('hf_other') }, 'box-auth', /settings\/tokens/);
    await refused({ token: () => Promise.resolve(undefined) }, 'box-auth', /HF_TOKEN/);
    await refused({ namespace: 'stranger' }, 'box-auth', /job\.write/);
    await refused({ flavor: 'abacus' }, 'bad-input', /box hardware/);
    await refused({ volume: undefined }, 'bad-input', /hf buckets create practice\/ml-intern-work/);
    credit = false;
    await refused({}, 'box-credit', /billing/);
  });

  it('refuses hostile paths and ids, unknown jobs, and files that are too large', async () => {
    const box = await newBox();
    for (const path of ['../../../etc/passwd', '/etc/passwd', 'work/../../x', '']) {
      await assert.rejects(box.read('any', path), { reason: 'bad-input' });
    }
    await assert.rejects(box.submit({ ...pythonJob('1'), id: '../x' }), { reason: 'bad-input' });
    await assert.rejects(box.stop('nobody'), { reason: 'bad-input' });
    await assert.rejects(followToEnd(box, 'nobody'), { reason: 'bad-input' });
    const large = pythonJob('print(1)');
    large.files = { 'main.py': Array.from({ length: 100_000 }, () => Math.random()).join() };
    await assert.rejects(box.submit(large), { reason: 'bad-input', message: /too large/ });
  });
});
