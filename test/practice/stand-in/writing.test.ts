/** When the stand-in has rows written, and what it does with them. */
import assert from 'node:assert/strict';
import { callsOf, playIn, usualWorld, type Story } from './fake-tools';

describe('the stand-in model when the data at hand is not enough', () => {
  const wrong = ['zebra', 'mole', 'crane', 'toad'].map((animal) => `When does the ${animal} wake?`);
  const datasets = usualWorld.datasets.map((item) =>
    item.id === 'school/animal-qa'
      ? {
          ...item,
          card: 'Checked questions about animals. It has nothing about when they wake in the morning.',
          rows: ['{"question":"What does the goat eat?","answer":"grass"}'],
        }
      : item,
  );
  const written = (story: Story): Record<string, unknown>[] => callsOf(story, 'write_script').map((call) => call.args);

  it('has rows written for what the wrong answers have in common, and says how it knows', () => {
    const [asked, ...more] = callsOf(playIn({ wrong, datasets }), 'generate_rows').map((call) => call.args);
    assert.equal(more.length, 0);
    assert.deepEqual(asked?.topics, ['When does the … wake?']);
    assert.match(String(asked?.why), /4 of the 4 wrong answers shown.*nothing about when they wake/s);
    assert.deepEqual(asked?.examples, [{ prompt: 'What does the goat eat?', completion: 'grass' }]);
    assert.equal(asked?.prompt, 'Question: {prompt}\nAnswer:');
    for (const animal of ['zebra', 'mole']) assert.ok(!JSON.stringify(asked).includes(animal), 'An item was told.');
  });

  it('trains the best data again with the rows that were written, and enough of them', () => {
    const child = written(playIn({ wrong, datasets })).find((args) => String(args.slug).endsWith('-plus-written'));
    assert.equal(child?.parent, '01-animal-qa');
    assert.deepEqual(child?.sources, [{ id: 'school/animal-qa' }, { id: 'data/missing-questions.jsonl', weight: 3 }]);
  });

  it('has none written when the data asks so already, when the mistakes have nothing in common, or when none may be tried', () => {
    const covered = datasets.map((item) => ({
      ...item,
      rows: ['{"question":"When does the goat wake?","answer":"june"}'],
    }));
    const various = ['Who is it?', 'What does the zebra eat?', 'Where does a mole live then?', 'Name a toad.'];
    for (const world of [
      { wrong, datasets: covered },
      { wrong: various, datasets },
      { wrong, datasets, experiments: 1 },
    ])
      assert.equal(callsOf(playIn(world), 'generate_rows').length, 0);
  });

  it('goes on without them when a person does not want them, or none came', () => {
    for (const writing of [
      { decision: 'rejected', reason: 'No synthetic rows.' },
      { decision: 'approved', rows: 0 },
    ] as const) {
      const story = playIn({ wrong, datasets, writing });
      assert.equal(callsOf(story, 'generate_rows').length, 1);
      assert.ok(!JSON.stringify(written(story)).includes('missing-questions'));
      assert.equal(callsOf(story, 'finish').length, 1);
    }
  });
});
