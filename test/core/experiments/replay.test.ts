/** The best experiment of a run, done again on a box in memory: the same score, or what was not the same. */
import assert from 'node:assert/strict';
import { MlInternError } from '../../../src/core/errors';
import { experimentFiles, scriptHash } from '../../../src/core/experiments/files';
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

async function again(work: Workplace, says?: Says): Promise<{ result: ReplayResult; other: Workplace }> {
  const { view } = work.journal;
  const original = await readOriginal(work.store, runFolder, view, bestOf(view));
  const other = await openWorkplace({ box: box(says) });
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
