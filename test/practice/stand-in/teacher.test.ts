/** The stand-in teacher under the real generation of rows: what it does wrong is found, what is left is right. */
import assert from 'node:assert/strict';
import { generate } from '../../../src/core/data/synth/generate';
import { parsePlan } from '../../../src/core/data/synth/plan';
import { rejections } from '../../../src/core/data/synth/validate';
import { makeTeacher, teacherName } from '../../../src/practice/stand-in/teacher';
import { startStandInModel } from '../../../src/practice/stand-in/server';
import { OpenAiTeacher } from '../../../src/adapters/openai/teacher';
import { makeWorld } from '../../../src/practice/world/world';
import { QuietClock } from '../../support/core/quiet-clock';
import { MemoryLog } from '../../support/core/fake-teacher';

const { benchmark, datasets } = makeWorld(1);
const items = new Set(benchmark.items.map(({ question }) => question));
const truth = new Map(
  (datasets.find(({ role }) => role === 'forbidden')?.rows ?? []).map((row) => [row['question'], row['answer']]),
);

describe('the stand-in teacher', () => {
  it('writes rows of which the checks refuse each kind of mistake, and leaves enough right ones that say who wrote them', async () => {
    const standIn = await startStandInModel({ teacher: makeTeacher(1) });
    const plan = parsePlan(
      {
        ...{ task: 'Short questions.', topics: ['What animal does the … keep?', 'When does the … wake?'], rows: 60 },
        ...{ verify: 'solve', budget: { tokens: 100_000 }, seed: 1 },
        teacher: { kind: 'openai', baseUrl: standIn.url, model: standIn.model },
      },
      'The plan',
    );
    const clock = new QuietClock(60_000);
    const teacher = new OpenAiTeacher({ baseUrl: standIn.url, model: standIn.model, clock });
    const result = await generate({
      ...{ plan, teacher, clock, log: new MemoryLog(), signal: new AbortController().signal },
      overlap: (rows) =>
        Promise.resolve(new Set(rows.flatMap(({ prompt }, index) => (items.has(prompt) ? [index] : [])))),
    });
    await standIn.stop();
    assert.deepEqual([result.ended, result.rows.length], ['complete', 60]);
    const found = rejections.filter((reason) => result.rejected[reason] > 0);
    assert.deepEqual(found, ['malformed', 'refusal', 'duplicate', 'unverified', 'overlap']);
    for (const { prompt, completion, provenance } of result.rows) {
      assert.equal(completion, truth.get(prompt), prompt);
      assert.match(prompt, /animal|pet|wake|month/);
      assert.equal(provenance.model, teacherName);
    }
  });

  it('says so when it knows nothing of a topic, and leaves to the model what is not for a teacher', () => {
    const teacher = makeTeacher(1);
    const system = { role: 'system', content: 'You write training rows for a language model.' };
    assert.equal(
      teacher([system, { role: 'user', content: 'Topic: tax law\nWrite 5 rows.' }]),
      'I know nothing about that.',
    );
    assert.equal(
      teacher([
        { role: 'system', content: 'You are ML Intern.' },
        { role: 'user', content: 'Goal: x' },
      ]),
      null,
    );
  });
});
