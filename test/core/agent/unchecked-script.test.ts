/** A script that could not be checked waits for a person, who is told so; so is the agent. */
import assert from 'node:assert/strict';
import { MlInternError } from '../../../src/core/errors';
import { ScriptLint } from '../../../src/core/experiments/script-lint';
import { proposalText } from '../../../src/cli/proposal-text';
import { proposalFacts } from '../../../src/vscode/facts';
import { FakeBox } from '../../support/core/fake-box';
import { factsOf, openWorkplace, type Workplace } from '../../support/core/kit';
import { boxCard } from '../../support/core/samples';

const crashed = () => Promise.reject(new MlInternError('box-command', 'its Python ended with code 1', { next: 'n' }));
const failing = new ScriptLint({
  ...{ box: Object.assign(new FakeBox(), { lint: crashed }), here: crashed, protected: [] },
  ...{ environment: () => Promise.resolve('e'), baseModel: () => Promise.resolve({ path: '/models/tiny' }) },
  card: () => Promise.resolve(boxCard('gpu1')),
});

describe('a script whose check failed', () => {
  it('is not approved on autopilot, and says why', async () => {
    const shown: string[] = [];
    const work: Workplace = await openWorkplace({
      config: { autonomy: 'autopilot' },
      onAsked: () => {
        const { proposal } = work.journal.view.proposals.at(-1) ?? assert.fail('Nothing was proposed.');
        shown.push(proposalText(proposal), ...proposalFacts(proposal).map(({ label, value }) => `${label}: ${value}`));
        void work.broker.decide(proposal.id, { verdict: 'approve', hash: proposal.hash, surface: 'cli' });
      },
    });
    work.kit.scriptLint = failing;
    const accepted = async (name: string, args: Record<string, unknown>) => {
      const result = await work.call(name, args);
      assert.ok(result.ok, result.content);
      return factsOf(result);
    };
    const mapping = { prompt: '{question}', completion: ' {answer}' };
    const sources = [{ id: 'lab/qa' }];
    await accepted('inspect_dataset', { id: 'lab/qa' });
    await accepted('check_overlap', { id: 'lab/qa' });
    await accepted('propose_dataset', { id: 'lab/qa', why: 'fits', mapping });
    const draft = { slug: 'draft', parent: null, hypothesis: 'h', sources, config: { max_steps: 5 } };
    const facts = await accepted('write_script', draft);
    const why = 'The check of the script failed: its Python ended with code 1';
    assert.match(shown[0] ?? '', new RegExp(`not checked: ${why}`));
    assert.ok(shown.includes(`Not checked: ${why}`), shown.join('\n'));
    assert.deepEqual([facts['decision'], facts['by'], facts['scriptNotChecked']], ['approved', 'person', why]);
  });
});
