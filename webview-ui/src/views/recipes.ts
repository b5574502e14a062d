/** What the literature says worked, each value with its words, and where the rows of each experiment went. */
import type { PanelRecipe, PanelRendered, PanelWaterfall } from '../../../src/core/protocol/panel-view';
import { type Child, h } from '../dom';
import { drawSpans, link, table, trainedOn } from './parts';

const heads = ['Result', 'Base model', 'Data', 'Method', 'Hyperparameters', 'Paper'];

export function drawRecipes(recipes: readonly PanelRecipe[]): Child[] {
  if (recipes.length === 0) return [];
  const rows = recipes.map(({ columns, paper, url }) => [...columns, link(paper, url)]);
  return [
    h(
      'section',
      { class: 'recipes', 'aria-label': 'What the literature says worked' },
      h('h2', {}, 'What the literature says worked'),
      table(heads, rows),
      recipes.map(drawQuotes),
    ),
  ];
}

function drawQuotes({ paper, columns, quotes }: PanelRecipe): HTMLElement {
  return h(
    'details',
    {},
    h('summary', {}, `The words of ${paper} behind ${columns[0] ?? 'this row'}`),
    quotes.map(({ field, quote, place }) =>
      h('figure', {}, h('p', {}, field), h('blockquote', {}, quote), h('figcaption', { class: 'muted' }, place)),
    ),
  );
}

export function drawWaterfalls(waterfalls: readonly PanelWaterfall[]): Child[] {
  if (waterfalls.length === 0) return [];
  return [
    h(
      'section',
      { class: 'waterfalls', 'aria-label': 'Where the rows went' },
      h('h2', {}, 'Where the rows went'),
      waterfalls.map(drawWaterfall),
    ),
  ];
}

function drawWaterfall({ experiment, rows, stages, unmapped, rendered }: PanelWaterfall): HTMLElement {
  return h(
    'details',
    {},
    h('summary', {}, `${experiment}: ${rows} training rows`),
    table(
      ['Source', 'Stage', 'Rows left'],
      stages.map(({ source, name, rows: left }) => [source, name, String(left)]),
    ),
    unmapped === '' ? null : h('p', { class: 'muted' }, `Not mapped: ${unmapped}`),
    rendered === null ? null : drawRendered(rendered),
  );
}

function drawRendered({ text, findings, rows }: PanelRendered): HTMLElement {
  return h(
    'div',
    { class: 'rendered' },
    h('p', {}, text),
    findings.length === 0
      ? null
      : h(
          'ul',
          {},
          findings.map((finding) => h('li', {}, finding)),
        ),
    rows.map(({ row, spans }) =>
      h('figure', {}, h('figcaption', { class: 'muted' }, `Training row ${row}: ${trainedOn}`), drawSpans(spans)),
    ),
  );
}
