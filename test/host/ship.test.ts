// "Ship the Best Model…" in a real extension host, with a stand-in for the person at the window and for the engine.
import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { Approval, PublishOrder } from '../../src/app/publish';
import type { AppOptions } from '../../src/app/options';
import type { PublicationPlan } from '../../src/core/ship/publication';
import type { Engine } from '../../src/vscode/app';
import { RunsModel } from '../../src/vscode/runs-model';
import type { ShipParts } from '../../src/vscode/ship/run-box';
import { shipBest } from '../../src/vscode/ship/ship-best';
import { FakeBox } from '../support/core/fake-box';
import { FakeRun, FakeRuns } from '../support/fake-runs';
import { storyRun } from '../support/story-parts';
import { wholeStory } from '../support/story';

const plan: PublicationPlan = {
  ...{ run: storyRun, experiment: '01-a', hub: 'https://hub.example', account: 'me', visibility: 'private' },
  pushes: [
    {
      repo: { kind: 'model', id: 'me/model' },
      files: Array.from({ length: 14 }, (_, i) => ({
        path: `file-${i}`,
        bytes: 1024,
        sha256: 'a',
        source: Buffer.from(''),
      })),
      ...{ removes: [], stays: [], onto: null },
    },
  ],
  ...{ leftOut: [], card: '# card', verified: true, hash: 'f'.repeat(64) },
  terms: { obligations: ['attribution'], licence: 'mit', remarks: [], attribution: ['lab/qa: mit'] },
};

interface Person {
  place: string;
  names: (string | undefined)[];
  agrees: boolean;
}

async function shipped({ place, names, agrees }: Person) {
  const runs = new FakeRuns();
  runs.put(new FakeRun(storyRun, wholeStory().events), false);
  const model = new RunsModel(async () => runs);
  await model.refresh();
  const seen = {
    orders: [] as PublishOrder[],
    approvals: [] as Approval[],
    questions: [] as string[],
    invalid: [] as unknown[],
  };
  const window = {
    showQuickPick: (items: { place: string }[]) => Promise.resolve(items.find((item) => item.place === place)),
    showInputBox: async (options: vscode.InputBoxOptions) => {
      seen.invalid.push(await options.validateInput?.('no owner'));
      return names.shift();
    },
    showWarningMessage: (question: string, { detail }: vscode.MessageOptions, button: string) => {
      seen.questions.push(`${question}\n${detail ?? ''}`);
      return Promise.resolve(agrees ? button : undefined);
    },
  };
  const engine = {
    openRunBox: () => Promise.resolve(new FakeBox()),
    preparePublication: (order: PublishOrder) => (seen.orders.push(order), Promise.resolve(plan)),
    publish: (_runs: unknown, _plan: unknown, approval: Approval) => (
      seen.approvals.push(approval),
      Promise.resolve([])
    ),
  };
  await shipBest(
    {
      engine: () => Promise.resolve(engine as unknown as Engine),
      model,
      options: () => ({}) as AppOptions,
      window: window as unknown as NonNullable<ShipParts['window']>,
    },
    storyRun,
  );
  model.dispose();
  return seen;
}

describe('shipping the best model', () => {
  it('shows all of it before it is pushed, and approves exactly that', async () => {
    const { orders, approvals, questions, invalid } = await shipped({
      place: 'private',
      names: ['me/model', ''],
      agrees: true,
    });
    const [order] = orders;
    assert.deepEqual([order?.repo, order?.space, order?.visibility], ['me/model', undefined, 'private']);
    for (const words of [
      /^Push me\/model to https:\/\/hub\.example\?/,
      /model me\/model: private; one commit/,
      /and 2 more/,
      /name the sources/,
      /f{64}/,
    ])
      assert.match(questions.join(), words);
    assert.match(String(invalid[0]), /OWNER\/NAME/);
    assert.deepEqual(approvals, [{ hash: plan.hash, surface: 'editor' }]);
  });

  it('pushes nothing when the person does not agree, or leaves a question', async () => {
    assert.deepEqual((await shipped({ place: 'public', names: ['me/model', 'me/demo'], agrees: false })).approvals, []);
    const left = await shipped({ place: 'private', names: [undefined], agrees: true });
    assert.deepEqual([left.orders.length, left.approvals.length], [0, 0]);
  });
});
