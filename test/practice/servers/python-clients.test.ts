/** The published Python clients against the miniature Hub. Needs an interpreter that has them: ML_INTERN_TEST_PYTHON. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPracticeServers } from '../../../src/practice/servers/start';
import { questions, smallWorld } from '../../support/small-world';

const python = process.env['ML_INTERN_TEST_PYTHON'];
const scripts = join(__dirname, '../../fixtures/python-clients');

const skipped = 'skipped: set ML_INTERN_TEST_PYTHON to a Python with datasets, transformers and torch';
const title =
  python === undefined || python === ''
    ? skipped
    : 'datasets, huggingface_hub and transformers read datasets and models';

describe('Python clients of the practice Hub', () => {
  it(title, async function () {
    if (python === undefined || python === '') return this.skip();
    this.timeout(300_000);
    const folder = await mkdtemp(join(tmpdir(), 'python-clients-'));
    const servers = await startPracticeServers({ content: smallWorld(join(folder, 'model')) });
    try {
      const env = { ...process.env, HF_ENDPOINT: servers.hub, HF_HOME: join(folder, 'hf'), ...quiet };
      const run = (script: string, ...args: string[]) =>
        promisify(execFile)(python, [join(scripts, script), ...args], { env });
      await run('make_model.py', join(folder, 'model'));
      const found = JSON.parse((await run('read_hub.py')).stdout) as Record<string, unknown>;
      assert.deepEqual(found['rows'], { train: 120, test: 5 });
      assert.deepEqual(found['streamed'], questions[0]);
      assert.deepEqual(found['configured'], { messages: [{ role: 'user', content: 'Hello?' }], score: 0.5 });
      assert.ok((found['snapshot'] as string[]).includes('model.safetensors'));
      assert.deepEqual(found['tokens'], [4, 2]);
      assert.ok(Number(found['parameters']) > 0);
      assert.equal(found['missing'], 'RepositoryNotFoundError');
    } finally {
      await servers.stop();
      await rm(folder, { recursive: true });
    }
  });

  it(title === skipped ? skipped : 'huggingface_hub runs, follows and cancels jobs', async function () {
    if (python === undefined || python === '') return this.skip();
    this.timeout(120_000);
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'python-jobs-')));
    const token = 'hf_practice';
    const servers = await startPracticeServers({ content: smallWorld(), token, jobs: { folder } });
    try {
      const env = { ...process.env, HF_ENDPOINT: servers.hub, HF_HOME: join(folder, 'hf'), HF_TOKEN: token, ...quiet };
      const done = await promisify(execFile)(python, [join(scripts, 'run_jobs.py'), join(folder, 'mnt/work')], { env });
      const { logs, ...found } = JSON.parse(done.stdout) as Record<string, unknown>;
      assert.match(String((logs as string[])[0]), /^Stand-in for HF Jobs/);
      assert.equal((logs as string[])[1], 'hello you s3c');
      assert.deepEqual(found, {
        stage: 'COMPLETED',
        secrets: ['KEY'],
        bucket: 'practice/work',
        kept: true,
        listed: true,
        cancelled: 'CANCELED',
        running: 0,
        failed: ['ERROR', 'Job failed with exit code: 3'],
        hardware: 0.025,
        unknown: 'JobNotFoundError',
        flavor: 400,
        stranger: 403,
      });
    } finally {
      await servers.stop();
      await rm(folder, { recursive: true });
    }
  });
});

const quiet = { HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_XET: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1' };
