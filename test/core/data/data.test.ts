import assert from 'node:assert/strict';
import { detectFormat, type DataFormat } from '../../../src/core/data/format';
import { defaultLicencePolicy, licenceVerdict } from '../../../src/core/data/licence';
import { overlapVerdict } from '../../../src/core/data/overlap';
import { makeDataSheet, rowShares } from '../../../src/core/data/sheet';
import type { DatasetCard, DatasetPreview } from '../../../src/core/ports/hub';
import type { LicenceVerdict, Mapping } from '../../../src/core/run/types';

describe('licenceVerdict', () => {
  const cases: [string | null, LicenceVerdict][] = [
    ['apache-2.0', 'allow'],
    ['CC-BY-4.0', 'allow'],
    ['cc-by-nc-4.0', 'deny'],
    ['cc-by-nc-sa-4.0', 'deny'],
    ['cc-by-nd-4.0', 'deny'],
    ['cc-by-sa-4.0', 'ask'],
    ['other', 'ask'],
    ['other (house rules)', 'ask'],
    [null, 'ask'],
    ['', 'ask'],
    ['mit, apache-2.0', 'allow'],
    ['mit, cc-by-nc-4.0', 'deny'],
    ['mit, something-new', 'ask'],
  ];
  for (const [licence, verdict] of cases) {
    it(`says ${verdict} to ${licence}`, () => assert.equal(licenceVerdict(licence), verdict));
  }

  it('follows an edited policy', () => {
    const policy = { ...defaultLicencePolicy, allow: [...defaultLicencePolicy.allow, 'cc-by-sa-*'] };
    assert.equal(licenceVerdict('cc-by-sa-4.0', policy), 'allow');
  });
});

describe('detectFormat', () => {
  const qa: Mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
  const cases: [DataFormat, Record<string, unknown>, Mapping | null][] = [
    ['messages', { messages: [{ role: 'user', content: 'Hi' }] }, null],
    ['sharegpt', { conversations: [{ from: 'human', value: 'Hi' }] }, null],
    [
      'alpaca',
      { instruction: 'Do', input: '', output: 'Done' },
      { prompt: '{instruction}\n{input}\n', completion: '{output}' },
    ],
    ['prompt-completion', { prompt: 'a', completion: 'b' }, { prompt: '{prompt}', completion: '{completion}' }],
    ['prompt-completion', { user: 'a', assistant: 'b' }, { prompt: '{user}\n', completion: '{assistant}' }],
    ['preference', { prompt: 'a', chosen: 'b', rejected: 'c' }, { prompt: '{prompt}', completion: '{chosen}' }],
    ['question-choices', { question: 'a', choices: ['b', 'c'], answer: 'b' }, qa],
    ['question-answer', { question: 'a', answer: 'b' }, qa],
    [
      'question-answer',
      { Question: 'a', Answer: 'b' },
      { prompt: 'Question: {Question}\nAnswer:', completion: ' {Answer}' },
    ],
    ['text', { text: 'a' }, { prompt: '', completion: '{text}' }],
    ['text', { story: 'a' }, { prompt: '', completion: '{story}' }],
    ['unknown', { alpha: 1, beta: 2 }, null],
    ['unknown', { messages: [], score: 1 }, null],
  ];
  for (const [format, row, mapping] of cases) {
    it(`takes columns ${Object.keys(row).join(', ')} for ${format}`, () => {
      const columns = Object.keys(row).map((name) => ({ name, type: 'string' }));
      assert.deepEqual(detectFormat(columns, [row]), { format, mapping });
    });
  }
});

describe('makeDataSheet', () => {
  const card: DatasetCard = {
    id: 'glim/colours',
    revision: 'a'.repeat(40),
    licence: 'cc-by-nc-4.0',
    gated: true,
    tags: [],
    downloads: 5,
    likes: 1,
    updatedAt: null,
    text: '',
  };
  const preview = (rows: Record<string, unknown>[]): DatasetPreview => ({
    config: 'default',
    split: 'train',
    columns: [
      { name: 'question', type: 'string' },
      { name: 'answer', type: 'string' },
    ],
    rows,
    truncated: false,
  });

  it('gathers what is known, with remarks on what to mind', () => {
    const rows = [
      { question: 'What?', answer: 'This' },
      { question: 'what? ', answer: 'this' },
      { question: 'Why?', answer: ' ' },
      { question: 'Who?', answer: null },
    ];
    const sheet = makeDataSheet(card, [{ config: 'default', split: 'train', rows: 4 }], preview(rows));
    assert.equal(sheet.licenceVerdict, 'deny');
    assert.equal(sheet.format, 'question-answer');
    assert.deepEqual([sheet.sampled, sheet.duplicateShare, sheet.emptyShare], [4, 0.25, 0.5]);
    assert.deepEqual(sheet.remarks, [
      'The licence cc-by-nc-4.0 does not allow this use.',
      '25 % of the sampled rows are duplicates.',
      '50 % of the sampled rows have an empty cell.',
      'Gated: its authors grant access on request.',
    ]);
  });

  it('says so when no row could be sampled', () => {
    const sheet = makeDataSheet({ ...card, licence: null, gated: false }, [], preview([]));
    assert.deepEqual([sheet.sampled, sheet.duplicateShare, sheet.meanCharacters], [0, 0, 0]);
    assert.deepEqual(sheet.remarks, ['It states no licence: a person must decide.', 'No rows could be sampled.']);
  });

  it('counts nested cells by their text', () => {
    assert.deepEqual(rowShares([{ m: [{ a: 1 }] }, { m: [{ a: 1 }] }]), {
      duplicateShare: 0.5,
      emptyShare: 0,
      meanCharacters: 9,
    });
  });
});

describe('overlapVerdict', () => {
  it('tolerates three hits and blocks more', () => {
    assert.equal(overlapVerdict(0).blocked, false);
    assert.equal(overlapVerdict(3).blocked, false);
    assert.equal(overlapVerdict(4).blocked, true);
    assert.match(overlapVerdict(4).words, /^4 rows overlap/);
  });
});
