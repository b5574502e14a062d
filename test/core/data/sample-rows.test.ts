import assert from 'node:assert/strict';
import { keptText, readKept } from '../../../src/core/data/kept-rows';
import { rowsToShow, sampleOf, sampleRows } from '../../../src/core/data/sample-rows';
import { marked } from '../../../src/core/data/lint/marked';
import type { Mapping } from '../../../src/core/data/mapping';
import { datasetProposal, source } from '../../support/core/samples';

const rows = [{ question: 'What is a glim?', answer: 'a thing' }, { question: 'And a zorb?' }];
const mapping: Mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const texts = (of: typeof rows, by: Mapping) =>
  sampleRows(of, by).map(({ spans, problem }) => problem ?? marked(spans));

describe('the rows that go with a proposed dataset', () => {
  it('are shown as the mapping makes them, with what is trained on marked and what cannot be used said', () => {
    assert.deepEqual(texts(rows, mapping), [
      'Question: What is a glim?\nAnswer:⟦ a thing⟧',
      'a value that the mapping asks for is missing or empty',
    ]);
  });

  it('show each shape that trainers take', () => {
    const turns: Mapping = {
      to: 'messages',
      messages: [
        { role: 'user', content: '{question}' },
        { role: 'assistant', content: '{answer}' },
      ],
    };
    const pair: Mapping = { to: 'preference', prompt: '{question}', chosen: '{answer}', rejected: 'no {answer}' };
    assert.equal(texts(rows, turns)[0], 'user: What is a glim?\nassistant: ⟦a thing⟧\n');
    assert.match(texts(rows, pair)[0] ?? '', /^What is a glim\?\nPreferred:\n⟦a thing⟧\nRejected:\n⟦no a thing⟧$/);
    assert.equal(texts(rows, { to: 'text', text: '{answer}' })[0], '⟦a thing⟧');
  });

  it('follow the mapping that a person approved instead', () => {
    const proposal = datasetProposal('p', { rows, source: { ...source(), mapping } });
    const edited = { ...source(), mapping: { prompt: '{question}', completion: '{question}' } };
    assert.equal(marked(sampleOf(proposal)[0]?.spans ?? []), 'Question: What is a glim?\nAnswer:⟦ a thing⟧');
    assert.equal(marked(sampleOf(proposal, edited)[1]?.spans ?? []), 'And a zorb?⟦And a zorb?⟧');
    assert.deepEqual(sampleOf(datasetProposal('old')), []);
  });

  it('are few and bounded, however large the dataset’s cells are', () => {
    const large = { question: 'x'.repeat(1_000_000), answer: 'y', list: ['z'.repeat(50_000)] };
    assert.deepEqual(rowsToShow([large, ...rows, ...rows]), [...rows, rows[0]]);
    const cut = rowsToShow([large]);
    assert.ok(JSON.stringify(cut).length < 3000);
    assert.ok((texts(cut as typeof rows, mapping)[0] ?? '').length < 1000);
  });
});

describe('the rows that are kept of an inspected dataset', () => {
  const { subject } = datasetProposal('p');
  assert.ok(subject.kind === 'dataset');
  const { sheet } = subject;
  const meant = { id: sheet.id, revision: sheet.revision, config: sheet.config ?? '', split: sheet.split ?? 'train' };
  const many = Array.from({ length: 500 }, (_, index) => ({ question: `Question ${index}?` }));

  it('are read again as they were, and not too many', () => {
    const kept = readKept(keptText(sheet, many), meant);
    assert.equal(kept.length, 200);
    assert.deepEqual(kept[199], many[199]);
    assert.deepEqual(readKept(keptText(sheet, []), meant), []);
  });

  it('are whole, those that training would cut as well, but for the very longest', () => {
    const [long, longest] = [30_000, 300_000].map((length) => ({ question: 'x'.repeat(length) }));
    assert.ok(long && longest);
    assert.deepEqual(readKept(keptText(sheet, [longest, long, ...many.slice(0, 1)]), meant), [long, many[0]]);
  });

  it('are none of another revision, and none where nothing was kept', () => {
    assert.deepEqual(readKept(keptText(sheet, many), { ...meant, revision: 'other' }), []);
    assert.deepEqual(readKept(undefined, meant), []);
  });
});
