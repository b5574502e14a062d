/** What a person is told when a run stops: the right reason, one plain sentence, and what to do next. */
import assert from 'node:assert/strict';
import type { ErrorReason } from '../../../src/core/errors';
import type { RunView } from '../../../src/core/run/view';

export interface Told {
  reason: string;
  message: string;
  next: string;
}

export function assertPlain(problem: Told | undefined, reason: ErrorReason, message: RegExp, next: RegExp): void {
  assert.ok(problem, 'Nothing was said.');
  const said = `${problem.reason}: ${problem.message} -> ${problem.next}`;
  assert.equal(problem.reason, reason, said);
  assert.match(problem.message, message);
  assert.match(problem.next, next);
  for (const text of [problem.message, problem.next]) {
    assert.match(text, /^[^\n]{10,300}[.)]$/, said);
    assert.doesNotMatch(
      text,
      /undefined|null|\[object|Error:|node_modules|\bat \S+:\d+|src\/|\.cjs|ENOENT|errno/i,
      said,
    );
  }
  assert.doesNotMatch(problem.message.replace(/\(.*?\)/g, ''), /[.!?] +[A-Z]/, `One sentence: ${said}`);
}

/** The run stopped, and its last problem is the one that is meant. */
export function assertStopped(view: RunView, reason: ErrorReason, message: RegExp, next: RegExp): void {
  assert.equal(view.state, 'stopped', JSON.stringify(view.problems.at(-1)));
  assertPlain(view.problems.at(-1), reason, message, next);
}
