import assert from 'node:assert/strict';
import Papa from 'papaparse';
import type { PaperText } from '../../../src/core/ports/papers';
import { missingNumbers } from '../../../src/core/research/numbers';
import { findQuote } from '../../../src/core/research/quote';
import { checkedRow, type ClaimedRecipe } from '../../../src/core/research/recipe-check';
import { recipeCsv, recipeMarkdown } from '../../../src/core/research/recipe-table';
import { recipeRow } from '../../support/core/samples';

const paper: PaperText = {
  id: '2501.00002',
  title: 'Glim Colours',
  source: 'test',
  sections: [
    {
      id: 'S1',
      title: '1 Setup',
      level: 1,
      text: 'We fine-tune Glim-7B on 52,000 rows with a learning rate of $3\\times 10^{-4}$, a batch of thirty-two and weight decay $\\lambda = 0.1$.\nIt is a low-\nrank method.',
    },
    {
      id: 'S2',
      title: '2 Results',
      level: 1,
      text: 'Table 1: Scores.\n\n| mixture | exact | F1 |\n| --- | --- | --- |\n| plain | 0.31 | 61.2\\% |\n| mixed | 0.29 | 58.0\\% |',
    },
  ],
};

describe('findQuote, in papers with formulas and tables', () => {
  const found: [string, string][] = [
    ['a formula as TeX', 'learning rate of $3\\times 10^{-4}$, a batch'],
    ['a formula as it is printed', 'learning rate of 3 × 10−4, a batch'],
    ['a formula with real superscripts', 'learning rate of 3×10⁻⁴'],
    ['a formula as a program writes it', 'a learning rate of 3e-4'],
    ['Greek letters', 'weight decay λ = 0.1'],
    ['grouped digits', 'Glim-7B on 52000 rows'],
    ['a word broken at the end of a line', 'It is a low-rank method'],
    ['a row of a table with its borders', '| plain | 0.31 | 61.2% |'],
    ['a row of a table without them', 'plain 0.31 61.2%'],
    ['a row of a table with a cell left out', 'mixed ... 58.0%'],
  ];
  for (const [what, quote] of found) it(`knows ${what}`, () => assert.ok(findQuote(paper, quote)));

  const invented: [string, string][] = [
    ['a number cut short', 'on 52,000 rows with a learning rate of 3'],
    ['half of a decimal', '| plain | 0.31 | 61'],
    ['another exponent', 'learning rate of 3e-5, a batch of thirty-two'],
    ['a word cut short', 'e-tune Glim-7B on 52,000 rows'],
    ['cells of two rows as one', 'plain 0.29 58.0%'],
    ['a sign that is not there', 'weight decay λ = -0.1'],
  ];
  for (const [what, quote] of invented) it(`refuses ${what}`, () => assert.equal(findQuote(paper, quote), undefined));
});

describe('missingNumbers', () => {
  const cases: [string, string, string[]][] = [
    ['3e-4', 'a learning rate of $3 \\times 10^{-4}$', []],
    ['0.0003', 'a learning rate of 3e-4', []],
    ['1e-4', 'a learning rate of $10^{-4}$', []],
    ['52k rows', 'on 52,000 rows', []],
    ['7B', 'with 7 billion parameters', []],
    ['batch 32', 'batches of thirty-two rows', []],
    ['61.2 % F1', 'F1 of 0.612', []],
    ['0.612', 'an F1 of 61.2\\%', []],
    ['GSM8K with Qwen2.5', 'no number at all', []],
    ['61.3 exact', 'exact is 61.2', ['61.3']],
    ['61 %', 'exact is 61.2 %', ['61']],
    ['3 epochs, 2 seeds', 'for 3 epochs', ['2']],
    ['-', 'nothing', []],
  ];
  for (const [claim, quote, missing] of cases) {
    it(`of "${claim}" in "${quote}": ${missing.join() || 'none'}`, () =>
      assert.deepEqual(missingNumbers(claim, quote), missing));
  }
});

describe('a row of the recipe table', () => {
  const claimed: ClaimedRecipe = {
    result: { value: '0.31 exact', quote: '| plain | 0.31 | 61.2\\% |' },
    baseModel: { value: 'Glim-7B', quote: 'We fine-tune Glim-7B on 52,000 rows' },
    hyperparameters: [{ name: 'learning rate', value: '3e-4', quote: 'a learning rate of $3\\times 10^{-4}$' }],
  };

  it('keeps each value with its quote and its place', () => {
    const row = checkedRow(paper, claimed);
    assert.deepEqual(
      [row.result.section, row.baseModel?.place, row.hyperparameters[0]?.value, row.method, row.data],
      ['S2', '1 Setup', '3e-4', null, []],
    );
    assert.equal(checkedRow(paper, structuredClone(claimed)).id, row.id);
  });

  it('is refused with the name of every quote and number that the paper does not have', () => {
    const wrong: ClaimedRecipe = {
      ...claimed,
      result: { value: '0.35 exact', quote: '| plain | 0.31 | 61.2\\% |' },
      method: { value: 'DPO', quote: 'We use preference optimisation throughout.' },
    };
    assert.throws(() => checkedRow(paper, wrong), {
      reason: 'bad-input',
      message: /result: 0\.35 is not in its quote; method: the quote "We use preference.*" is not in paper 2501\.00002/,
      next: /Copy each quote/,
    });
  });

  const opposite: PaperText = {
    ...paper,
    sections: [
      {
        id: 'S1',
        title: 'Results',
        level: 1,
        text: 'We do not use DPO. The plain baseline reaches 31.0 points on GSM8K. Our earlier system, trained on 64 GPUs, failed.\n\nIn total 92 papers were read by 5 people.',
      },
    ],
  };
  const unsupported: [string, ClaimedRecipe, RegExp][] = [
    [
      'stitched together from words that are far apart',
      {
        result: { value: 'DPO reaches 92 points on GSM8K', quote: 'DPO … reaches … GSM8K … 92' },
        data: [{ value: '64 GPUs', quote: 'trained on 64 GPUs, failed' }],
      },
      /result: the quote "DPO … reaches … GSM8K … 92" is not in paper .* Supported: data\[0\]\.$/,
    ],
    [
      'stitched together over two paragraphs',
      {
        result: { value: '92 points', quote: 'The plain baseline reaches … In total 92 papers' },
        data: [{ value: '64 GPUs', quote: 'trained on 64 GPUs, failed' }],
      },
      /result: the quote/,
    ],
    [
      'of something else than the cell names',
      {
        result: { value: '31.0 on GSM8K', quote: 'The plain baseline reaches 31.0 points on GSM8K.' },
        method: { value: 'GRPO with a reward model', quote: 'In total 92 papers were read' },
      },
      /supported by the paper: method: "GRPO" is not named where its quote stands\. Supported: result\.$/,
    ],
    [
      'of something else in plain words',
      {
        result: { value: '31.0 on GSM8K', quote: 'The plain baseline reaches 31.0 points on GSM8K.' },
        hyperparameters: [{ name: 'weight decay', value: '5', quote: 'papers were read by 5 people' }],
      },
      /weight decay: "weight decay" is not named/,
    ],
  ];
  for (const [what, row, message] of unsupported) {
    it(`is refused when a quote is ${what}`, () => {
      assert.throws(() => checkedRow(opposite, row), { reason: 'bad-input', message });
    });
  }

  it('may leave words out between parts of one paragraph, and names what its table or heading names', () => {
    const quote = 'The plain baseline reaches … points on GSM8K';
    assert.equal(
      checkedRow(opposite, { result: { value: 'GSM8K', quote }, method: { value: 'baseline', quote } }).method?.section,
      'S1',
    );
    const row = {
      result: { value: '58.0 % F1', quote: 'mixed … 58.0%' },
      data: [{ value: 'mixture', quote: '| mixed | 0.29 |' }],
    };
    assert.equal(checkedRow(paper, row).result.section, 'S2');
  });

  it('is refused when nothing is told but the result', () => {
    assert.throws(() => checkedRow(paper, { result: claimed.result }), { message: /A result alone is no recipe/ });
  });
});

describe('the exported recipe table', () => {
  const hostile = recipeRow({
    result: { value: '=HYPERLINK("x")', quote: 'a "quote", with\nlines | and <b>', section: 'S', place: 'P' },
  });

  it('is a Markdown table with the quotes below, and no markup of others', () => {
    const [head, rule, row, , ...quotes] = recipeMarkdown([recipeRow()]).split('\n');
    assert.equal(head, '| result | base model | data | method | hyperparameters | paper |');
    assert.equal(rule, '| --- | --- | --- | --- | --- | --- |');
    assert.equal(row, '| 0.31 exact | – | lab/qa | – | learning rate 3e-4 | Glim Colours (2501.00002) |');
    assert.match(quotes.join('\n'), /result: “plain \\\| 0\.31” \(2 Method\)/);
    assert.match(recipeMarkdown([hostile]), /with lines \\\| and \\<b\\>/);
    assert.equal(recipeMarkdown([]), '');
  });

  it('is CSV that a spreadsheet reads and does not run', () => {
    const { data, errors } = Papa.parse<Record<string, string>>(recipeCsv([hostile]), {
      header: true,
      skipEmptyLines: true,
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(
      data.map(({ field, name, value }) => [field, name, value]),
      [
        ['result', '', `'=HYPERLINK("x")`],
        ['data', '', 'lab/qa'],
        ['hyperparameter', 'learning rate', '3e-4'],
      ],
    );
    assert.equal(data[0]?.['quote'], 'a "quote", with lines | and <b>');
  });
});
