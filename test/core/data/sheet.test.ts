import assert from 'node:assert/strict';
import { DuplicateFinder } from '../../../src/core/data/duplicates';
import { inspectRows, type InspectOptions } from '../../../src/core/data/inspect';
import { quantilesOf } from '../../../src/core/data/quantiles';
import { Reservoir, spread } from '../../../src/core/data/sampling';
import { estimatedTokens } from '../../../src/core/data/tokens';
import type { DatasetCard } from '../../../src/core/ports/hub';
import type { Row } from '../../../src/core/ports/rows';
import { memoryRows } from '../../support/memory-rows';

const card: DatasetCard = {
  id: 'glim/colours',
  revision: 'a'.repeat(40),
  licence: 'cc-by-nc-4.0',
  licences: [{ where: 'the card', licences: ['cc-by-nc-4.0'] }],
  gated: true,
  gating: { kind: 'manual', how: 'Ask at the door.' },
  tags: [],
  downloads: 5,
  likes: 1,
  updatedAt: null,
  text: '',
};

const sheetOf = async (rows: readonly Row[], options: InspectOptions = {}) =>
  (await inspectRows(memoryRows(rows), options)).sheet;

describe('inspectRows', () => {
  it('gathers what is known, with remarks on what to mind', async () => {
    const rows = [
      { question: 'What?', answer: 'This' },
      { question: 'what? ', answer: 'this' },
      { question: 'Why?', answer: ' ' },
      { question: 'Who?', answer: null },
    ];
    const sheet = await sheetOf(rows, { card });
    assert.equal(sheet.licenceVerdict, 'deny');
    assert.equal(sheet.format, 'question-answer');
    assert.deepEqual([sheet.sampled, sheet.duplicateShare, sheet.emptyShare], [4, 0.25, 0.5]);
    assert.deepEqual(sheet.empty, [{ column: 'answer', share: 0.5 }]);
    assert.deepEqual([sheet.usableShare, sheet.complete], [0.5, true]);
    assert.deepEqual(sheet.remarks, [
      'The licence cc-by-nc-4.0 does not allow this use.',
      '50 % of the rows cannot be used with the suggested mapping.',
      '25 % of the rows are duplicates.',
      '50 % of the rows have an empty cell.',
      'Gated: its authors grant access on request. Ask at the door.',
    ]);
  });

  it('says so when no row could be sampled', async () => {
    const sheet = await sheetOf([]);
    assert.deepEqual([sheet.sampled, sheet.duplicateShare, sheet.meanCharacters], [0, 0, 0]);
    assert.deepEqual(sheet.remarks, ['It states no licence: a person must decide.', 'No rows could be sampled.']);
  });

  it('counts tokens of what would be trained on, and the rows that would be cut', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ question: 'q', answer: 'word '.repeat(index + 1) }));
    const tokens = { name: 'words', estimated: false, count: (text: string) => text.split(/\s+/).length };
    const { lengths, wouldBeCut, remarks } = await sheetOf(rows, { tokens, maxTokens: 53 });
    assert.equal(lengths?.tokens.tokenizer, 'words');
    assert.ok((lengths?.tokens.p50 ?? 0) > 50 && (lengths?.tokens.max ?? 0) > 100);
    assert.deepEqual(wouldBeCut, { maxTokens: 53, share: 0.51 });
    assert.ok(remarks.includes('51 % of the rows are longer than 53 tokens and would be cut.'));
  });

  it('says that tokens are estimated once the tokenizer has counted enough and the rest follows from its length', async () => {
    const rows = Array.from({ length: 3 }, () => ({ text: 'word '.repeat(300_000) }));
    const tokens = { name: 'words', estimated: false, count: (text: string) => text.trim().split(/\s+/).length };
    const { lengths } = await sheetOf(rows, { tokens });
    assert.deepEqual([lengths?.tokens.estimated, lengths?.tokens.max], [true, 300_000]);
  });

  it('tells the languages, the commonest first', async () => {
    const rows = ['la', 'le', 'en'].map((word) => ({ text: word }));
    const language = (text: string) => (text === 'en' ? 'en' : 'fr');
    assert.deepEqual(
      (await sheetOf(rows, { language })).languages?.map((one) => one.language),
      ['fr', 'en'],
    );
  });

  it('shows a licence column that contradicts the card', async () => {
    const rows = [
      { text: 'a', license: 'MIT' },
      { text: 'b', license: 'CC BY-SA 4.0' },
    ];
    const open = { ...card, licences: [{ where: 'the card', licences: ['mit'] }] };
    const sheet = await sheetOf(rows, { card: open });
    assert.match(sheet.licenceConflict ?? '', /the column license says cc-by-sa-4\.0, mit/);
    assert.equal(sheet.licenceVerdict, 'ask');
  });
});

describe('DuplicateFinder', () => {
  const sentence =
    'The quick brown fox jumps over the lazy dog while seven wise owls watch from the old oak tree near the mill';
  it('tells exact from near copies, and leaves different texts alone', () => {
    const finder = new DuplicateFinder();
    assert.equal(finder.add(sentence), 'new');
    assert.equal(finder.add(`  ${sentence.toUpperCase()}\n`), 'exact');
    assert.equal(finder.add(`${sentence} today`), 'near');
    assert.equal(
      finder.add('Entirely other words stand here, none of which was said before by anyone in this test'),
      'new',
    );
  });

  it('keeps apart questions from one template', () => {
    const finder = new DuplicateFinder();
    const kinds = Array.from({ length: 200 }, (_, n) =>
      finder.add(`What is ${n * 7} plus ${n * 11 + 3}? Think step by step.`),
    );
    assert.deepEqual([...new Set(kinds)], ['new']);
  });

  it('finds near copies in scripts without spaces', () => {
    const text =
      '法国的首都是哪里请用一句话回答并且说明为什么这座城市如此著名以及它的历史和文化背景还有它的主要河流与桥梁';
    const finder = new DuplicateFinder();
    assert.deepEqual([finder.add(text), finder.add(`${text}吗`)], ['new', 'near']);
  });
});

describe('samples', () => {
  it('are spread over the whole and the same for a seed', () => {
    const places = spread(10_000, 10, 1);
    assert.deepEqual(places, spread(10_000, 10, 1));
    assert.ok(places.every((place, part) => place >= part * 1000 && place < (part + 1) * 1000));
    assert.deepEqual(spread(3, 10, 1), [0, 1, 2]);
  });

  it('give each row the same chance', () => {
    const hits = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const reservoir = new Reservoir<number>(5, seed);
      for (let item = 0; item < 20; item++) reservoir.add(item);
      for (const item of reservoir.items) hits[item] = (hits[item] ?? 0) + 1;
    }
    assert.ok(
      hits.every((count) => count > 400 && count < 600),
      hits.join(),
    );
  });
});

describe('estimatedTokens', () => {
  it('counts scripts by their own rule', () => {
    assert.equal(estimatedTokens.count('twelve chars'), 3);
    assert.equal(estimatedTokens.count('法国的首都'), 5);
    assert.deepEqual(quantilesOf([1, 2, 3, 4]), { p50: 2, p90: 4, p99: 4, max: 4 });
  });
});
