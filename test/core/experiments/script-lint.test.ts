import assert from 'node:assert/strict';
import { MlInternError } from '../../../src/core/errors';
import { findingsText, refuseErrors, ScriptLint } from '../../../src/core/experiments/script-lint';
import type { LintAnswer, LintOrder, ScriptFinding } from '../../../src/core/ports/script-lints';
import { boxCard } from '../../support/core/samples';
import { FakeBox } from '../../support/core/fake-box';

const finding = (line: number, rule = 'unknown-argument'): ScriptFinding => ({
  ...{ line, column: 5, rule, message: 'SFTConfig takes no warmup_ratio.', fix: 'Use warmup_steps.' },
});
const answer = (errors: ScriptFinding[], warnings: ScriptFinding[] = []): LintAnswer => ({
  ...{ errors, warnings, environment: 'e', checked: true },
});

type Lint = (order: LintOrder) => Promise<LintAnswer>;

function lintOn(lint: Lint | undefined, here: Lint = () => Promise.reject(new Error('no Python'))): ScriptLint {
  const box = Object.assign(new FakeBox(), lint ? { lint } : {});
  return new ScriptLint({
    ...{ box, environment: () => Promise.resolve('e'), baseModel: () => Promise.resolve({ path: '/models/tiny' }) },
    ...{ card: () => Promise.resolve(boxCard('gpu1')), protected: ['items.jsonl'], here },
  });
}

const content = { script: 'x', config: { seed: 1 }, recipe: { seed: 1, sources: [] } };

describe('the check of a script before it is launched', () => {
  const { signal } = new AbortController();

  it('asks the box with all that the job will have', async () => {
    const orders: LintOrder[] = [];
    const lint = lintOn((order) => Promise.resolve((orders.push(order), answer([]))));
    assert.deepEqual(await lint.check(content, signal), { found: answer([]) });
    const { launch, environment, baseModel, protected: names, config, recipe } = orders[0] ?? { script: '' };
    assert.deepEqual([launch, environment, baseModel, names], [true, 'e', '/models/tiny', ['items.jsonl']]);
    assert.deepEqual([config, recipe], [content.config, content.recipe]);
  });

  it('says that it failed and stops no launch by that, but passes on that the box is gone', async () => {
    const failing = (reason: 'box-command' | 'box-unreachable') =>
      lintOn(() => Promise.reject(new MlInternError(reason, 'it crashed', { next: 'n' })));
    assert.deepEqual(await failing('box-command').check(content, signal), {
      ...{ found: null, unchecked: 'The check of the script failed: it crashed' },
    });
    await assert.rejects(failing('box-unreachable').check(content, signal), /crashed/);
  });

  it('says what was not compared with what is installed', async () => {
    const note = 'Arguments were not checked.';
    const found = { ...answer([], [finding(3)]), checked: false, note };
    assert.deepEqual(await lintOn(() => Promise.resolve(found)).check(content, signal), { found, unchecked: note });
  });

  it('is made by this machine for a box that cannot without a job, and says so', async () => {
    const orders: LintOrder[] = [];
    const here = lintOn(undefined, (order) => Promise.resolve((orders.push(order), answer([finding(1)]))));
    const { found, unchecked = '' } = await here.check(content, signal);
    assert.equal(found?.errors.length, 1);
    assert.match(unchecked, /Checked on this machine: .* cannot/);
    assert.equal(orders[0]?.environment, undefined);
    assert.match((await lintOn(undefined).check(content, signal)).unchecked ?? '', /failed: .*no Python/);
  });

  it('refuses errors with their lines and how to mend them, and lets warnings pass', () => {
    refuseErrors(answer([], [finding(1)]));
    assert.throws(
      () => refuseErrors(answer([finding(31), finding(40)])),
      (error: unknown) =>
        MlInternError.is(error, 'script-errors') &&
        /2 errors/.test(error.message) &&
        /line 31: .*warmup_ratio.*warmup_steps.*\[unknown-argument\]/.test(error.message),
    );
    const many = Array.from({ length: 25 }, (_, line) => finding(line + 1));
    assert.throws(() => refuseErrors(answer(many)), /and 5 more/);
    assert.equal(findingsText([finding(2)]).split('\n').length, 1);
  });
});
