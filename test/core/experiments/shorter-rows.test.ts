import assert from 'node:assert/strict';
import { shorterInWords, shorterRows } from '../../../src/core/experiments/shorter-rows';
import type { FailureClass } from '../../../src/core/ports/box';
import type { ExperimentView, JobView } from '../../../src/core/run/view';

const experiment = (id: string, max_length: number) => ({ id, config: { max_length } }) as unknown as ExperimentView;
const job = (of: Partial<JobView>, failure?: FailureClass) =>
  ({ experiment: null, ...of, failure: failure ? { class: failure, message: '' } : null }) as unknown as JobView;

describe('shorter rows after memory ran out', () => {
  const long = experiment('01-long', 1024);

  for (const [what, jobs] of [
    ['its training', [job({ experiment: '01-long' }, 'oom-gpu')]],
    ['its trial', [job({ trialOf: '01-long' }, 'oom-host')]],
  ] as const)
    it(`are told of a script that takes them when memory ran out in ${what}`, () => {
      const shorter = shorterRows({ experiments: [long], jobs: [...jobs] }, { max_length: 512 });
      assert.deepEqual(shorter, { after: '01-long', from: 1024, to: 512 });
      assert.match(
        shorterInWords(shorter),
        /longer than 512 tokens are left out, in place of 1024, because 01-long ran/,
      );
    });

  it('are nobody’s question where memory did not run out, or was enough in the end', () => {
    for (const jobs of [
      [job({ experiment: '01-long' }, 'nan')],
      [job({ experiment: '01-long' }, 'oom-gpu'), job({ experiment: '01-long' })],
    ])
      assert.equal(shorterRows({ experiments: [long], jobs }, { max_length: 512 }), undefined);
  });

  it('are asked about once: what was agreed to holds for the next ones, as do rows as long as before', () => {
    const jobs = [job({ experiment: '01-long' }, 'oom-gpu')];
    const experiments = [long, experiment('02-short', 512)];
    assert.equal(shorterRows({ experiments, jobs }, { max_length: 512 }), undefined);
    assert.equal(shorterRows({ experiments, jobs }, { max_length: 1024 }), undefined);
    assert.equal(shorterRows({ experiments, jobs }, {}), undefined);
    assert.equal(shorterRows({ experiments, jobs }, { max_length: 256 })?.to, 256);
  });
});
