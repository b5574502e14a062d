/** The best experiment of a run, done again on a box in memory: the same score, or what was not the same. */
import assert from 'node:assert/strict';
import { MlInternError } from '../../../src/core/errors';
import { experimentFiles, scriptHash } from '../../../src/core/experiments/files';
import { launchJobId } from '../../../src/core/experiments/launches';
import { manifestSchema } from '../../../src/core/experiments/manifest';
import { readOriginal, replay, type ReplayResult } from '../../../src/core/experiments/replay';
import { bestOf } from '../../../src/core/run/tree';
import type { JobRequest } from '../../../src/core/ports/box';
import { FakeBox, type Outcome } from '../../support/core/fake-box';
import { runFolder } from '../../support/core/journal';
import { openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { recipe } from '../../support/core/samples';

const content = {
  script: 'print(1)\n',
  config: { seed: 7, max_steps: 5, base_model: '/models/tiny' },
  recipe: recipe(),
};
const folder = 'experiments/01-a';

/** The evaluator and the model as they name themselves; answers by `score` of the items. */
interface Says {
  templateHash?: string;
  evaluatorHash?: string;
  modelHash?: string;
  baseHash?: string;
  allWrong?: boolean;
}

function box({ baseHash, allWrong, ...facts }: Says = {}): FakeBox {
  return new FakeBox((request: JobRequest): Outcome => {
    const outcome = perform(request);
    const result = { ...(JSON.parse(outcome.artifacts?.['result.json'] ?? '{}') as object) };
    if (request.kind === 'model' && baseHash !== undefined) Object.assign(result, { weightsHash: baseHash });
    if (request.kind === 'evaluate') Object.assign(result, facts);
    const items = outcome.artifacts?.['items.jsonl'] ?? '';
    const answered = allWrong === true ? items.replaceAll('"correct":true', '"correct":false') : items;
    return {
      ...outcome,
      artifacts: { ...outcome.artifacts, 'result.json': JSON.stringify(result), 'items.jsonl': answered },
    };
  });
}

async function scored(says?: Says): Promise<Workplace> {
  const work = await openWorkplace({ box: box(says) });
  for (const [path, text] of Object.entries(experimentFiles(content)))
    await work.store.write(`${runFolder}/${folder}/${path}`, text);
  const { recipe: rows, config } = content;
  await work.journal.record('experiment.created', {
    ...{ id: '01-a', slug: 'a', parent: null, hypothesis: 'h', recipe: rows, config, folder },
    scriptHash: scriptHash(content),
  });
  const job = { id: 'train-1', kind: 'train' as const, experiment: '01-a', contentHash: 'h', capSeconds: 99, folder };
  await work.journal.record('job.submitted', job);
  const ended = { startedAt: 1, endedAt: 2, wallSeconds: 1, gpuSeconds: 0, failure: null };
  await work.journal.record('job.changed', { id: job.id, state: 'finished', ...ended });
  await work.evaluations.evaluate('01-a', 'dev');
  return work;
}

/** Memory ran out with the configuration as written, so it trained with the next one that was approved. */
async function scoredAfterOom(): Promise<Workplace> {
  const work = await openWorkplace({ box: box() });
  const { journal, store } = work;
  const written = { ...content, config: { ...content.config, batch_size: 4, gradient_accumulation: 1 } };
  for (const [path, text] of Object.entries(experimentFiles(written)))
    await store.write(`${runFolder}/${folder}/${path}`, text);
  await journal.record('experiment.created', {
    ...{ id: '01-a', slug: 'a', parent: null, hypothesis: 'h', recipe: content.recipe, config: written.config, folder },
    scriptHash: scriptHash(written),
  });
  const smaller = { ...written.config, batch_size: 2, gradient_accumulation: 2 };
  const ladder = [
    { change: 'as written', config: written.config },
    { change: 'batch_size 4 → 2', config: smaller },
  ];
  const launch = { experiment: '01-a', steps: [], environment: 'e', capSeconds: 300, gpus: 1, ladder };
  const subject = { kind: 'launch' as const, ...launch };
  const proposal = { id: 'call', kind: 'launch' as const, hash: 'h', title: 't', why: '', subject };
  await journal.record('proposal.made', { proposal });
  const times = { startedAt: 1, endedAt: 2, wallSeconds: 20, gpuSeconds: 0 };
  const oom = { class: 'oom-gpu' as const, message: 'CUDA out of memory' };
  const tries = [
    { rung: 0, capSeconds: 300, state: 'failed' as const, failure: oom },
    { rung: 1, capSeconds: 280, state: 'finished' as const, failure: null },
  ];
  for (const { rung, capSeconds, state, failure } of tries) {
    const id = launchJobId(journal.view.id, '01-a', 'call', rung);
    const job = { id, kind: 'train' as const, experiment: '01-a', contentHash: 'h', capSeconds, folder };
    await journal.record('job.submitted', job);
    await journal.record('job.changed', { id, state, ...times, failure });
  }
  await work.evaluations.evaluate('01-a', 'dev');
  return work;
}

const gpu = (index: number) => ({
  ...{ index, name: 'H100', memoryMiB: 81_559, usedMiB: 4, utilisation: 0, driver: '550', users: [] },
});

async function again(
  work: Workplace,
  says?: Says,
  on = box(says),
): Promise<{ result: ReplayResult; other: Workplace }> {
  const { view } = work.journal;
  const original = await readOriginal(work.store, runFolder, view, bestOf(view));
  const other = await openWorkplace({ box: on });
  const { kit, preparation, evaluations } = other;
  return { result: await replay({ bench: kit.bench, preparation, evaluations, original }), other };
}

describe('a replay', () => {
  it('trains and evaluates the best experiment again, and finds the same', async () => {
    const { result, other } = await again(await scored({ modelHash: 'm' }), { modelHash: 'm' });
    const { experiment, within, changed, sameWeights, repeated } = result;
    assert.deepEqual(
      { experiment, within, changed, sameWeights, repeated },
      {
        ...{ experiment: '01-a', within: true, changed: [], sameWeights: true, repeated: true },
      },
    );
    assert.deepEqual(result.new, result.old);
    const [train] = other.journal.view.jobs.filter(({ kind }) => kind === 'train');
    assert.equal(train?.capSeconds, 99);
    assert.equal(other.box.request(train?.id ?? '').files['train.py'], content.script);
  });

  it('repeats the configuration, the time and the GPUs that it trained with after memory ran out', async () => {
    const work = await scoredAfterOom();
    const manifest = manifestSchema.parse(JSON.parse(work.store.text(`${runFolder}/${folder}/manifest.json`)));
    assert.equal(manifest.config['batch_size'], 2);
    assert.deepEqual(manifest.training, { capSeconds: 280, gpus: 1 });
    const twoGpus = box();
    twoGpus.card = { gpus: [gpu(0), gpu(1)] };
    const { result, other } = await again(work, {}, twoGpus);
    const [train] = other.box.started.map((id) => other.box.request(id)).filter(({ kind }) => kind === 'train');
    const config = JSON.parse(String(train?.files['config.json'])) as Record<string, unknown>;
    assert.deepEqual([config['batch_size'], config['gradient_accumulation']], [2, 2]);
    assert.deepEqual([train?.content.capSeconds, train?.content.gpus], [280, 1]);
    assert.equal(result.repeated, true);
  });

  it('uses the GPUs that there are where the box has fewer', async () => {
    const { other } = await again(await scoredAfterOom());
    const [train] = other.box.started.map((id) => other.box.request(id)).filter(({ kind }) => kind === 'train');
    assert.equal(train?.content.gpus, undefined);
  });

  it('says so when the score leaves the interval', async () => {
    const { result } = await again(await scored(), { allWrong: true });
    assert.deepEqual([result.within, result.repeated], [false, false]);
  });

  it('catches another template and another evaluator', async () => {
    const work = await scored({ templateHash: 'a', evaluatorHash: 'x' });
    const { result } = await again(work, { templateHash: 'b', evaluatorHash: 'y' });
    assert.deepEqual([result.changed, result.repeated], [['the chat template', 'the evaluator'], false]);
  });

  const refused = (reason: string, message: RegExp) => (error: unknown) =>
    MlInternError.is(error) && error.reason === reason && message.test(error.message);

  it('refuses a base model whose weights changed, before anything is trained', async () => {
    const work = await scored();
    await assert.rejects(
      again(work, { baseHash: 'other' }),
      refused('bad-input', /not those that it was trained from/),
    );
  });

  it('refuses another benchmark file', async () => {
    const work = await scored();
    const path = `${runFolder}/${folder}/manifest.json`;
    await work.store.write(path, work.store.text(path).replace('"itemsHash": "i"', '"itemsHash": "j"'));
    await assert.rejects(again(work), refused('benchmark-changed', /not the one/));
  });

  it('refuses a script that was changed since', async () => {
    const work = await scored();
    await work.store.write(`${runFolder}/${folder}/train.py`, 'print(2)\n');
    await assert.rejects(again(work), refused('not-approved', /not the script that was scored/));
  });

  it('asks for an experiment that has a manifest', async () => {
    const work = await openWorkplace();
    await assert.rejects(again(work), refused('bad-input', /no experiment with a score/));
  });
});
