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

function lintOn(lint: ((order: LintOrder) => Promise<LintAnswer>) | undefined): ScriptLint {
  const box = Object.assign(new FakeBox(), lint ? { lint } : {});
  return new ScriptLint({
    ...{ box, environment: () => Promise.resolve('e'), baseModel: () => Promise.resolve({ path: '/models/tiny' }) },
    ...{ card: () => Promise.resolve(boxCard('gpu1')), protected: ['items.jsonl'] },
  });
}

const content = { script: 'x', config: { seed: 1 }, recipe: { seed: 1, sources: [] } };

describe('the check of a script before it is launched', () => {
  const { signal } = new AbortController();

  it('asks the box with all that the job will have', async () => {
    const orders: LintOrder[] = [];
    const lint = lintOn((order) => Promise.resolve((orders.push(order), answer([]))));
    assert.deepEqual(await lint.check(content, signal), answer([]));
    const { launch, environment, baseModel, protected: names, config, recipe } = orders[0] ?? { script: '' };
    assert.deepEqual([launch, environment, baseModel, names], [true, 'e', '/models/tiny', ['items.jsonl']]);
    assert.deepEqual([config, recipe], [content.config, content.recipe]);
  });

  it('stops no launch by its own failure, but passes on that the box is gone', async () => {
    const failing = (reason: 'box-command' | 'box-unreachable') =>
      lintOn(() => Promise.reject(new MlInternError(reason, 'm', { next: 'n' })));
    assert.equal(await failing('box-command').check(content, signal), null);
    await assert.rejects(failing('box-unreachable').check(content, signal), /m/);
    assert.equal(await lintOn(undefined).check(content, signal), null);
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
