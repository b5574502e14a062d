/** A model that writes rows, served on a box behind a real SSH server for as long as it is asked; vLLM and the GPU are stand-ins. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { OpenAiTeacher } from '../../src/adapters/openai/teacher';
import { systemClock } from '../../src/adapters/system/clock';
import { boxDesk } from '../../src/app/box-desk';
import type { AppOptions } from '../../src/app/options';
import { readEnvironmentSet } from '../../src/app/product-files';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import { generate } from '../../src/core/data/synth/generate';
import { parsePlan } from '../../src/core/data/synth/plan';
import { MlInternError } from '../../src/core/errors';
import { modelServers, type ServeDesk } from '../../src/core/serving/model-server';
import { ServedTeacher } from '../../src/core/serving/served-teacher';
import { followToEnd, pythonJob } from '../support/box-job';
import { MemoryLog } from '../support/core/fake-teacher';
import { servingBox, surrounded, type ServingBox } from '../support/serving';
import { startTestSshd, type TestSshd } from '../support/sshd';

const productRoot = resolve(__dirname, '../..');
const newKey = () => 'a-key-that-nobody-guesses';

describe('a teacher that is served on the box', () => {
  let sshd: TestSshd;
  let folder: string;
  let place: ServingBox;
  let box: SupervisedBox;
  let desk: ServeDesk;
  let told: string[];
  let onTold: (text: string) => void;

  before(async () => {
    sshd = await startTestSshd();
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-serving-'));
    place = await servingBox(folder, await readEnvironmentSet(productRoot, 'serve'));
    box = new SupervisedBox({
      ...{ name: 'test-box', shell: surrounded(sshd.shell(), place.prefix), root: place.root, clock: systemClock },
      packageFiles: await readBoxPackage(join(productRoot, 'box')),
    });
    const made = boxDesk(box, options, say);
    const environment = made.environment(new AbortController().signal);
    desk = { ...made, environment: () => environment };
  });
  after(async () => {
    await box.close();
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    told = [];
    onTold = () => undefined;
  });
  const say = (text: string) => {
    told.push(text);
    onTold(text);
  };

  const options = {
    ...{ productRoot, secrets: { get: () => Promise.resolve(undefined) } },
    settings: { hubEndpoint: 'http://127.0.0.1:1', viewerEndpoint: '' },
  } as unknown as AppOptions;

  function teacherOf(model: string): ServedTeacher {
    return new ServedTeacher({
      ...{ clock: systemClock, say },
      start: modelServers({ box, desk, model, newKey, say }),
      connect: ({ baseUrl, key }) =>
        new OpenAiTeacher({ baseUrl, model, apiKey: () => Promise.resolve(key), clock: systemClock }),
    });
  }

  const planOf = (model: string, rows = 12) =>
    parsePlan(
      {
        ...{ task: 'Write.', topics: ['a', 'b'], rows, rowsPerRequest: 2, concurrency: 2, budget: { tokens: 100_000 } },
        teacher: { kind: 'box', model },
      },
      'plan',
    );

  /** As `data synth` does it. */
  async function written(model: string, log = new MemoryLog(), signal = new AbortController().signal) {
    const teacher = teacherOf(model);
    try {
      return await generate({ plan: planOf(model), teacher, log, clock: systemClock, signal });
    } finally {
      await teacher.close();
    }
  }

  const servers = async () => (await box.list()).filter(({ kind }) => kind === 'serve');
  /** That they end, not when: a follower of one that goes on would never return. */
  const allOver = async () => {
    for (const { id } of await servers()) await followToEnd(box, id);
  };
  const failed = (words: RegExp, next: RegExp) => (error: unknown) =>
    MlInternError.is(error) && words.test(error.message) && next.test(error.next);

  it('is started, asked through a tunnel and ended; it took a GPU, and its key is nowhere on the disk', async () => {
    const model = await place.model('good');
    const { rows, ended } = await written(model);
    assert.deepEqual([rows.length, ended], [12, 'complete']);
    await allOver();
    const [server = assert.fail()] = await servers();
    assert.deepEqual([server.state, server.gpus], ['stopped', [0]]);
    assert.ok(server.gpuSeconds > 0);
    const said = told.join('\n');
    assert.match(said, /Preparing test-box to serve .*\n(.*\n)*.*is served\./);
    const jobs = join(place.root, 'jobs');
    for (const file of ['spec.json', 'stdout.log', 'stderr.log', 'work/serve.json'])
      assert.ok(!(await readFile(join(jobs, server.id, file), 'utf8')).includes(newKey()), file);
    assert.ok((await readdir(jobs)).length >= 3);
  });

  it('says why it could not be loaded, in its own last words, and holds no GPU', async () => {
    const words = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB';
    const model = await place.model('large', { fails: words });
    await assert.rejects(written(model), failed(/ran out of GPU memory[\s\S]*Tried to allocate 20/, /smaller model/));
    await allOver();
  });

  it('is started once more when it dies, and nothing that it wrote is asked again', async () => {
    const model = await place.model('frail', { diesAfter: 3, times: 1 });
    const log = new MemoryLog();
    assert.equal((await written(model, log)).rows.length, 12);
    assert.deepEqual([await place.count(model, 'started'), log.text.trim().split('\n').length], [2, 6]);
    assert.match(told.join('\n'), /illegal memory access[\s\S]*It is started once more/);
    await allOver();
  });

  it('waits its turn for a GPU, and leaves the queue when it is cancelled', async () => {
    const training = pythonJob('import time; time.sleep(600)', { gpus: 1 });
    await box.submit(training);
    const leaving = new AbortController();
    const waits = new Promise<void>((resolve) => (onTold = (text) => text.includes('queued') && resolve()));
    const pending = written(await place.model('patient'), new MemoryLog(), leaving.signal);
    await waits;
    leaving.abort(new MlInternError('cancelled', 'Stopped.', { next: '' }));
    await assert.rejects(pending, /Stopped/);
    await allOver();
    assert.ok((await box.status([training.id])).every(({ state }) => state === 'running'));
    await box.stop(training.id);
  });
});
