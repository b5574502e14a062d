import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnswer } from '../../../../src/core/data/synth/answers';
import { isRefusal } from '../../../../src/core/data/synth/refusal';
import { anyTeacher, checkTeacher, postTrainBench } from '../../../../src/core/data/synth/teacher-policy';
import { sameAnswer } from '../../../../src/core/data/synth/validate';
import { MlInternError } from '../../../../src/core/errors';

const row = (n: number) => ({ prompt: `p${n}`, completion: `c${n}` });

describe('what a teacher said', () => {
  const two = [row(1), row(2)];
  const forms: [string, string][] = [
    ['lines', two.map((each) => JSON.stringify(each)).join('\n')],
    ['lines with commas and numbers', two.map((each, at) => `${at + 1}. ${JSON.stringify(each)},`).join('\n')],
    ['a list', JSON.stringify(two, null, 2)],
    ['an object with a list', JSON.stringify({ rows: two })],
    ['a fence with a greeting', `Sure!\n\`\`\`json\n${JSON.stringify(two)}\n\`\`\`\nDone.`],
    ['several fences', two.map((each) => `\`\`\`jsonl\n${JSON.stringify(each)}\n\`\`\``).join('\n')],
    ['a thought before it', `<think>{"prompt": "no"}</think>\n${two.map((each) => JSON.stringify(each)).join('\n')}`],
  ];
  for (const [what, text] of forms) {
    it(`is read from ${what}`, () => {
      assert.deepEqual(readAnswer(text), { rows: two, malformed: 0 });
    });
  }

  it('keeps the whole rows of an answer that was cut, and counts the broken one', () => {
    const text = `\`\`\`json\n${JSON.stringify(row(1))}\n{"prompt": "p2", "compl`;
    assert.deepEqual(readAnswer(text), { rows: [row(1)], malformed: 1 });
  });

  it('counts what is no row', () => {
    assert.deepEqual(readAnswer('I will not.'), { rows: [], malformed: 1 });
    assert.deepEqual(readAnswer(''), { rows: [], malformed: 0 });
    const strange = [{ prompt: '', completion: 'c' }, { prompt: 1, completion: 'c' }, null, 'text', row(3)];
    assert.deepEqual(readAnswer(JSON.stringify(strange)), { rows: [row(3)], malformed: 4 });
  });
});

describe('a refusal', () => {
  const cases = JSON.parse(readFileSync(join(__dirname, '../../../fixtures/refusals.json'), 'utf8')) as {
    refusals: string[];
    answers: string[];
  };
  it('is told from an answer, as the box tells it', () => {
    assert.deepEqual(
      cases.refusals.filter((text) => !isRefusal(text)),
      [],
    );
    assert.deepEqual(
      cases.answers.filter((text) => isRefusal(text)),
      [],
    );
  });
});

describe('two answers', () => {
  const same: [string, string][] = [
    ['Answer: 42', 'So 40 + 2 = 42.\nAnswer: 42.'],
    ['The result is 1,250 litres.', 'Answer: 1250'],
    ['Answer: Paris', 'The final answer is paris.'],
    ['It is the heart that pumps the blood.', 'Answer: the heart'],
    ['Answer: 0.50', 'Answer: 0.5'],
    ['No, it sinks.', 'Answer: no'],
    ['The statement is true', 'Answer: True'],
  ];
  const different: [string, string][] = [
    ['Answer: 42', 'Answer: 43'],
    ['Answer: Paris', 'Answer: London'],
    ['Answer: yes', 'I do not know'],
    ['Answer: 4', ''],
    ['Answer: 4', 'Answer: 40'],
    ['No doubt it is yes.', 'Answer: no'],
    ['It is a dog, so option b', 'Answer: A'],
    ['It is not true that it is false', 'Answer: true'],
  ];
  it('are the same when they come to the same', () => {
    assert.deepEqual(
      same.filter(([a, b]) => !sameAnswer(a, b)),
      [],
    );
  });
  it('are not when they do not', () => {
    assert.deepEqual(
      different.filter(([a, b]) => sameAnswer(a, b)),
      [],
    );
  });
});

describe('the policy for teachers', () => {
  const hosted = { kind: 'openai' as const, baseUrl: 'https://api.example.com/v1', model: 'big' };
  const inference = { kind: 'hf-inference' as const, model: 'org/big' };
  it('of PostTrainBench refuses hosted models and names the rule', () => {
    for (const teacher of [hosted, inference])
      assert.throws(
        () => checkTeacher(teacher, postTrainBench),
        (error) => MlInternError.is(error, 'not-approved') && error.message.includes('“no-hosted-model”'),
      );
  });
  it('of PostTrainBench allows what runs on the box or this machine', () => {
    assert.equal(checkTeacher({ kind: 'box', model: 'm', port: 8000 }, postTrainBench), 'local-server');
    const local = { ...hosted, baseUrl: 'http://127.0.0.1:8000/v1' };
    assert.equal(checkTeacher(local, postTrainBench), 'loopback-server');
  });
  it('can be edited, and the first rule that fits decides', () => {
    assert.equal(checkTeacher(hosted, anyTeacher), null);
    const own = {
      name: 'own',
      rules: [{ name: 'no-big', verdict: 'deny' as const, models: ['b*g'], why: 'too large' }],
    };
    assert.throws(() => checkTeacher(hosted, own), /“no-big” of the policy “own”: too large/);
    const first = {
      name: 'own',
      rules: [{ name: 'ours', verdict: 'allow' as const, hosts: ['*.example.com'], why: 'ours' }, ...own.rules],
    };
    assert.equal(checkTeacher(hosted, first), 'ours');
  });
});
