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
