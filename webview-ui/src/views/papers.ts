/** Papers with what the agent took from them, word for word, and where it stands. */
import type { PanelPaper } from '../../../src/core/protocol/panel-view';
import { type Child, h } from '../dom';
import type { Host } from '../host';
import { button, empty, link } from './parts';

export function drawPapers(papers: readonly PanelPaper[], host: Host): Child[] {
  if (papers.length === 0) {
    return [
      empty(
        'No paper noted yet.',
        'What the agent takes from a paper appears here as a claim with the quote that backs it.',
      ),
    ];
  }
  return [
    h(
      'div',
      { class: 'papers' },
      papers.map((paper) => drawPaper(paper, host)),
    ),
  ];
}

function drawPaper(paper: PanelPaper, host: Host): HTMLElement {
  return h(
    'article',
    { class: 'paper' },
    h(
      'div',
      { class: 'title-row' },
      h('h3', {}, link(paper.title, paper.url)),
      h('span', { class: 'spacer' }),
      button('Notes', 'note', () => host.send({ type: 'openPaper', paper: paper.id }), {
        label: `Open notes on ${paper.title}`,
      }),
    ),
    h('p', { class: 'muted' }, paper.id),
    paper.notes.map(({ claim, quote, place }) =>
      h('figure', {}, h('p', {}, claim), h('blockquote', {}, quote), h('figcaption', { class: 'muted' }, place)),
    ),
  );
}
