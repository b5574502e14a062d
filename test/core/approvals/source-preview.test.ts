import assert from 'node:assert/strict';
import { previewEdited, previewSource } from '../../../src/core/approvals/source-preview';
import { mappingUse, refuseUseless, useInWords } from '../../../src/core/data/mapping-use';
import { sourceText } from '../../../src/core/approvals/source-text';
import { marked } from '../../../src/core/data/lint/marked';
import type { ChatTemplate } from '../../../src/core/ports/chat-template';
import type { ProposalSubject, RecipeSource } from '../../../src/core/run/types';
import { datasetProposal, source } from '../../support/core/samples';

const rows = [{ question: 'What is a glim?', answer: 'a thing' }, { question: 'And a zorb?' }, { question: 'A wug?' }];
const turns: RecipeSource['mapping'] = {
  to: 'messages',
  messages: [
    { role: 'user', content: '{question}' },
    { role: 'assistant', content: '{answer}' },
  ],
};
const template: ChatTemplate = {
  ...{ name: 'lab/pebble', bos: null, eos: '</s>', addsBos: false },
  render: (messages, { generationPrompt = false } = {}) =>
    messages.map(({ role, content }) => `<${role}>${content}</s>`).join('') + (generationPrompt ? '<assistant>' : ''),
};
const use = (mapping: RecipeSource['mapping']): RecipeSource => ({ ...source(), mapping });

describe('the preview of an edited use of a dataset', () => {
  it('counts what can be used and says why not the rest', () => {
    const { looked, mapped, unmapped, sample } = previewSource(use(turns), rows, null);
    assert.deepEqual([looked, mapped], [3, 1]);
    assert.deepEqual(unmapped, [{ problem: 'a value that the mapping asks for is missing or empty', rows: 2 }]);
    assert.equal(marked(sample[0]?.spans ?? []), 'user: What is a glim?\nassistant: ⟦a thing⟧\n');
  });

  it('shows masks, end of text and turns as the chat template of the base model writes them', () => {
    const { sample, template: name } = previewSource(use(turns), rows, template);
    assert.equal(marked(sample[0]?.spans ?? []), '<user>What is a glim?</s><assistant>⟦a thing</s>⟧');
    assert.match(sample[1]?.problem ?? '', /missing or empty/);
    assert.equal(name, 'lab/pebble');
  });

  it('says what to mind, and what the template refuses', () => {
    const silent = { ...template, render: (messages: readonly object[]) => '…'.repeat(messages.length) };
    const rules = previewSource(use(turns), rows, silent).findings.map(({ rule, rows: count }) => `${count} ${rule}`);
    assert.ok(rules.includes('1 no-eos') || rules.includes('1 nothing-trained'), rules.join());
    const refusing = { ...template, render: () => assert.fail('System turns are not allowed.') };
    assert.match(previewSource(use(turns), rows, refusing).sample[0]?.problem ?? '', /System turns are not allowed/);
  });
});

describe('what a mapping makes of the rows looked at', () => {
  const text: RecipeSource['mapping'] = { to: 'text', text: '{question}' };

  it('counts the rows that can be used and those that would be cut, with the tokens of the base model', () => {
    const long = [...rows, { question: 'wug '.repeat(30) }];
    const words = { name: 'words', estimated: false, count: (said: string) => said.trim().split(' ').length };
    const use = mappingUse(long, text, 20, words);
    assert.deepEqual([use.looked, use.mapped, use.cut], [4, 4, { maxTokens: 20, rows: 1, estimated: false }]);
    assert.equal(useInWords(mappingUse(rows, turns)).usable, '1 of 3 rows looked at');
  });

  it('is refused where no row can be used, in a version of a person as well', () => {
    const none = mappingUse(rows, { ...turns, messages: [{ role: 'user', content: '{query}' }] } as typeof turns);
    assert.throws(() => refuseUseless(none, 'lab/qa'), /none of 3 rows of lab\/qa can be used: .* \(3 ×\)/);
    const { subject } = datasetProposal('p', { rows, source: use(turns) });
    assert.ok(subject.kind === 'dataset');
    const edited = sourceText(subject.source).replaceAll('{answer}', '{reply}');
    const answer = previewEdited({ ...subject, overlap: null }, edited, rows, null);
    assert.ok('problem' in answer);
    assert.match(answer.problem.message, /none of 3 rows .* Correct the mapping/);
  });

  it('is no mistake where no row was kept', () => {
    refuseUseless(mappingUse([], turns), 'lab/qa');
  });
});

describe('a version that does not hold', () => {
  const { subject } = datasetProposal('p', { rows, source: use(turns) });
  const dataset = subject as Extract<ProposalSubject, { kind: 'dataset' }>;
  const proposed = sourceText(dataset.source);
  const problemOf = (text: string): [string, string] => {
    const answer = previewEdited(dataset, text, rows, null);
    if (!('problem' in answer)) return assert.fail('It holds.');
    const { start, end, message } = answer.problem;
    return [text.slice(start, end), message];
  };

  it('is none as long as it is what was proposed', () => {
    assert.ok('preview' in previewEdited(dataset, proposed, rows, null));
  });

  it('is told where it stops being JSON', () => {
    assert.deepEqual(problemOf('{"mapping": {,\n}}'), [',', 'This is not JSON.']);
  });

  it('is told at the field that is wrong', () => {
    const [at, message] = problemOf(
      proposed.replace('"filters": []', '"filters": [{"kind": "length", "unit": "words"}]'),
    );
    assert.equal(at, '{"kind": "length", "unit": "words"}');
    assert.match(message, /^Give min, max or both/);
    assert.equal(problemOf(proposed.replace('"weight": 1', '"weight": -1'))[0], '-1');
  });

  it('is told at the mapping when a column was not compared with the evaluation', () => {
    const overlap = { ...dataset.overlap, columns: ['answer'] } as typeof dataset.overlap;
    const answer = previewEdited({ ...dataset, overlap }, proposed, rows, null);
    assert.ok('problem' in answer);
    assert.match(answer.problem.message, /overlap of question .* was not checked/);
    assert.equal(proposed.slice(answer.problem.start).startsWith('{\n    "to": "messages"'), true);
  });
});
