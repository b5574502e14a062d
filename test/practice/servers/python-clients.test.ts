/** The published Python clients against the miniature Hub. Needs an interpreter that has them: ML_INTERN_TEST_PYTHON. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPracticeServers } from '../../../src/practice/servers/start';
import { questions, smallWorld } from '../../support/small-world';

const python = process.env['ML_INTERN_TEST_PYTHON'];
const scripts = join(__dirname, '../../fixtures/python-clients');

const title =
  python === undefined || python === ''
    ? 'skipped: set ML_INTERN_TEST_PYTHON to a Python with datasets, transformers and torch'
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
});

const quiet = { HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_XET: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1' };
