/** Markup that real papers have and the practice world's do not. */
import assert from 'node:assert/strict';
import { markdownSections } from '../../src/core/text/markdown-sections';
import { paperOfHtml } from '../../src/adapters/papers/html-sections';

const page = (body: string) =>
  `<html><body><nav>Menu</nav><article class="ltx_document ltx_authors_1line">${body}</article></body></html>`;
const section = (body: string) => page(`<section id="S1" class="ltx_section">${body}</section>`);
const textOf = (html: string) => paperOfHtml(html)?.sections[0]?.text;

describe('paperOfHtml', () => {
  it('goes by class where heading levels are shifted, and nests by class', () => {
    const paper = paperOfHtml(
      page(`<h1 class="ltx_title ltx_title_document">The
        Title</h1><div class="ltx_authors">Ada</div><section class="ltx_part" id="P1"><h2 class="ltx_title ltx_title_part">Part I</h2>
        <section class="ltx_section" id="S1"><h3 class="ltx_title ltx_title_section"><span class="ltx_tag">1 </span>Data</h3><p class="ltx_p">One.</p>
        <section class="ltx_subsection" id="S1.SS1"><h4 class="ltx_title ltx_title_subsection">1.1 More</h4><p class="ltx_p">Two.</p></section></section></section>
        <section class="ltx_appendix" id="A1"><h2 class="ltx_title ltx_title_appendix">Appendix A Rest</h2><p class="ltx_p">Three.</p></section>`),
    );
    assert.equal(paper?.title, 'The Title');
    assert.deepEqual(
      paper?.sections.map(({ id, title, level, text }) => [id, title, level, text]),
      [
        ['S1', '1 Data', 1, 'One.'],
        ['S1.SS1', '1.1 More', 2, 'Two.'],
        ['A1', 'Appendix A Rest', 1, 'Three.'],
      ],
    );
  });

  const pieces: [string, string, string][] = [
    [
      'a displayed equation',
      '<table class="ltx_equation ltx_eqn_table"><tr><td><math alttext="a=b" display="block"><mi>a</mi></math></td></tr></table>',
      '$$a=b$$',
    ],
    [
      'a footnote',
      '<p class="ltx_p">Word<span class="ltx_note ltx_role_footnote"><sup class="ltx_note_mark">1</sup><span class="ltx_note_content"><span class="ltx_tag ltx_tag_note">1</span>Aside.</span></span> on.</p>',
      'Word (Aside.) on.',
    ],
    [
      'a list',
      '<ul class="ltx_itemize"><li class="ltx_item"><p class="ltx_p">x</p></li><li class="ltx_item">y</li></ul>',
      '- x\n\n- y',
    ],
    [
      'a listing',
      '<div class="ltx_listing"><div class="ltx_listingline">for x:</div><div class="ltx_listingline">  go</div></div>',
      '```\nfor x:\n  go\n```',
    ],
    [
      'a cell over two columns',
      '<table class="ltx_tabular"><tr><th colspan="2">A|B</th></tr><tr><td>1</td><td>2</td></tr></table>',
      '| A\\|B |  |\n| --- | --- |\n| 1 | 2 |',
    ],
    [
      'cells over several rows, and a header in two rows',
      '<table class="ltx_tabular"><tr><th rowspan="2">data</th><th colspan="2">score</th></tr><tr><th>dev</th><th>test</th></tr><tr><td>plain</td><td>1</td><td>2</td></tr></table>',
      '| data | score |  |\n| --- | --- | --- |\n| data | dev | test |\n| plain | 1 | 2 |',
    ],
    [
      'a table made of spans inside a paragraph',
      '<p class="ltx_p">Before <span class="ltx_inline-block"><span class="ltx_tabular"><span class="ltx_tr"><span class="ltx_td ltx_colspan ltx_colspan_2">A</span></span><span class="ltx_tr"><span class="ltx_td">1</span><span class="ltx_td">2</span></span></span></span> after.</p>',
      'Before\n\n| A |  |\n| --- | --- |\n| 1 | 2 |\n\nafter.',
    ],
    [
      'a table inside a cell',
      '<table class="ltx_tabular"><tr><td><table class="ltx_tabular"><tr><td>two</td></tr><tr><td>lines</td></tr></table></td><td>x</td></tr></table>',
      '| two lines | x |\n| --- | --- |',
    ],
    [
      'a table with its caption, and a figure by its caption alone',
      '<figure class="ltx_table"><figcaption class="ltx_caption"><span class="ltx_tag">Table 1: </span>Scores of <math alttext="k"></math>.</figcaption><table class="ltx_tabular"><tr><td>1</td></tr></table></figure><figure class="ltx_figure"><img src="x.png" alt="Refer to caption"><figcaption class="ltx_caption">Figure 1: Loss.</figcaption></figure>',
      'Table 1: Scores of $k$.\n\n| 1 |\n| --- |\n\nFigure 1: Loss.',
    ],
    [
      'a formula by its source where it has no other text, and its number',
      '<table class="ltx_equation"><tr><td><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^{2}</annotation></semantics></math></td><td><span class="ltx_tag ltx_tag_equation">(3)</span></td></tr></table>',
      '$$x^{2}$$ (3)',
    ],
    ['an exponent outside a formula', '<p>at 10<sup>-4</sup> it works</p>', 'at 10^{-4} it works'],
    [
      'an undefined macro',
      '<p class="ltx_p">Fine <span class="ltx_ERROR undefined">\\oops</span>text.</p>',
      'Fine text.',
    ],
    [
      'a named paragraph',
      '<section class="ltx_paragraph"><h5 class="ltx_title ltx_title_paragraph">Setup.</h5><p>Text.</p></section>',
      '**Setup.**\n\nText.',
    ],
  ];
  for (const [what, html, text] of pieces) it(`reads ${what}`, () => assert.equal(textOf(section(html)), text));

  it('tells the entries of the bibliography apart, with the ids that they name', () => {
    const item = (label: string, text: string) =>
      `<li class="ltx_bibitem"><span class="ltx_tag ltx_tag_bibitem">${label}</span><span class="ltx_bibblock">${text}</span></li>`;
    const paper = paperOfHtml(
      page(
        `<section class="ltx_bibliography" id="bib"><ul>${item('[1]', 'Ada. Glims. arXiv:2501.00001v2, 2025.')}${item('Bo (2020)', 'Bo. Tins. <a href="https://doi.org/10.1234/ABC">link</a>')}${item('[3]', 'Cy. Bins.')}</ul></section>`,
      ),
    );
    assert.deepEqual(
      paper?.references.map(({ label, ids }) => [label, ids]),
      [
        ['[1]', { arxiv: '2501.00001' }],
        ['Bo (2020)', { doi: '10.1234/abc' }],
        ['[3]', {}],
      ],
    );
  });

  const broken: [string, string, string[]][] = [
    [
      'tags that were never closed',
      '<article class="ltx_document"><section class="ltx_section" id="S1"><h2 class="ltx_title">One<p>First.<section class="ltx_section" id="S2"><h2 class="ltx_title">Two</h2><p>Second.',
      ['S1', 'S2'],
    ],
    [
      'a page without its frame',
      '<body><div><section class="ltx_section" id="S1"><p>First.</p></section></div><nav>Menu</nav>',
      ['S1'],
    ],
    [
      'the same id twice',
      page(
        '<section class="ltx_section" id="S1"><p>One.</p></section><section class="ltx_section" id="S1"><p>Two.</p></section>',
      ),
      ['S1', 'S1-2'],
    ],
    [
      'tags that close nothing',
      page('</div></section><section class="ltx_section" id="S1"><p>One.</p></b></section>'),
      ['S1'],
    ],
  ];
  for (const [what, html, ids] of broken) {
    it(`makes the best of ${what}`, () => {
      const paper = paperOfHtml(html);
      assert.deepEqual(
        paper?.sections.map(({ id }) => id),
        ids,
      );
      assert.match(paper?.sections.at(-1)?.text ?? '', /Second|First|Two|One/);
    });
  }

  it('takes a page that only says what is missing for no paper, and marks one that broke off', () => {
    const sorry = 'Conversion to HTML had a Fatal error and exited abruptly.';
    assert.equal(paperOfHtml(page(`<div class="ltx_para"><p>${sorry}</p></div>`)), undefined);
    assert.equal(paperOfHtml('<html><body><h1>No HTML for this paper</h1></body></html>'), undefined);
    assert.equal(paperOfHtml(section(`<p>${'Words. '.repeat(400)}</p><p>${sorry}</p>`))?.isBroken, true);
    assert.equal(paperOfHtml(section('<p>Words.</p>'))?.isBroken, false);
  });

  it('reads a document without sections, and knows a page without a paper', () => {
    const plain = paperOfHtml(page('<div class="ltx_para"><p class="ltx_p">Only this.</p></div>'));
    assert.deepEqual(plain?.sections, [{ id: 'text', title: 'Text', level: 1, text: 'Only this.' }]);
    assert.equal(paperOfHtml('<html><body>Sign in</body></html>'), undefined);
    assert.equal(paperOfHtml(page('<h1 class="ltx_title ltx_title_document">Title only</h1>')), undefined);
  });
});

describe('markdownSections', () => {
  it('cuts at headings, but not inside code', () => {
    const { title, sections } = markdownSections(
      '# Title\nAda\n## One\ntext\n```\n# no heading\n```\n### Two ##\nmore',
    );
    assert.equal(title, 'Title');
    assert.deepEqual(
      sections.map((entry) => [entry.title, entry.level, entry.text]),
      [
        ['Opening', 1, 'Ada'],
        ['One', 1, 'text\n```\n# no heading\n```'],
        ['Two', 2, 'more'],
      ],
    );
  });
});
