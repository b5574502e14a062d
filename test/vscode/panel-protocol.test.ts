import assert from 'node:assert/strict';
import { parsePanelMessage, parsePanelState } from '../../src/core/protocol/messages';
import { reduce } from '../../src/core/run/reducer';
import { pageHtml } from '../../src/vscode/run-panel/html';
import { batches } from '../../src/vscode/run-panel/points';
import { projectRun } from '../../src/vscode/run-panel/project';
import { untilDataset, wholeStory } from '../support/story';
import { proposals } from '../support/story-parts';

const hash = 'a'.repeat(64);
const decide = { v: 1, type: 'decide', proposal: 'call-1', hash, verdict: 'approve', reason: '' };

describe('what the panel may ask for', () => {
  it('understands a decision', () => {
    assert.deepEqual(parsePanelMessage(decide), decide);
  });

  for (const [what, message] of Object.entries({
    'a stranger': 'hello',
    'another version': { ...decide, v: 2 },
    'a verdict that does not exist': { ...decide, verdict: 'perhaps' },
    'a hash that is none': { ...decide, hash: 'abc' },
    'a script of its own': { ...decide, editedScript: 'import os' },
    'an endless reason': { ...decide, reason: 'x'.repeat(20_001) },
    'an empty word to the agent': { v: 1, type: 'tell', text: '' },
    'an unknown request': { v: 1, type: 'publish' },
  })) {
    it(`ignores ${what}`, () => assert.equal(parsePanelMessage(message), undefined));
  }

  it('restores only from a state that names a run', () => {
    assert.deepEqual(parsePanelState({ runId: 'r', tab: 'data' }), { runId: 'r' });
    assert.equal(parsePanelState({ tab: 'data' }), undefined);
    assert.equal(parsePanelState(undefined), undefined);
  });
});

describe('what the panel is told', () => {
  it('holds the proposal that waits for a dataset, with the hash to decide about', () => {
    const view = projectRun(reduce(untilDataset().events), { active: true, trusted: true, now: 0 });
    const waiting = view.datasets.find(({ approval }) => approval !== null);
    assert.deepEqual(waiting?.approval, { id: proposals.good.id, hash: proposals.good.hash });
    assert.deepEqual(
      view.approvals.filter(({ decision }) => decision === null).map(({ id }) => id),
      [proposals.good.id],
    );
  });

  it('leaves out scripts, rows and conversations, so that a snapshot stays small', () => {
    const text = JSON.stringify(projectRun(reduce(wholeStory().events), { active: false, trusted: true, now: 0 }));
    assert.ok(!text.includes('SFTTrainer'));
    assert.ok(text.length < 40_000, `${text.length} characters`);
  });

  it('meters spending against each cap', () => {
    const { meters } = projectRun(reduce(wholeStory().events), { active: false, trusted: true, now: 0 });
    assert.deepEqual(
      meters.map(({ id, cap }) => [id, cap]),
      [
        ['wall', 8 * 3600],
        ['gpu', 4 * 3600],
        ['tokens', 2_000_000],
        ['experiments', 8],
      ],
    );
  });

  it('comes in batches, however long the series', () => {
    const points = Array.from({ length: 4500 }, (_, step) => ({ time: step, step }));
    assert.deepEqual(
      batches(points).map(({ length }) => length),
      [2000, 2000, 500],
    );
  });

  it('is shown by a page that runs no script but ours', () => {
    const html = pageHtml({
      nonce: 'n0nce',
      cspSource: 'https://own',
      script: 's',
      style: 't',
      title: '<b>',
      run: '"><script>',
    });
    assert.match(html, /default-src 'none'; script-src 'nonce-n0nce'; /);
    assert.ok(!html.includes('<b>') && !html.includes('"><script>'));
  });
});
