/** Small pieces that several views share. */
import type { PanelComparison, PanelFact, PanelScore, PanelSpan } from '../../../src/core/protocol/panel-view';
import { type Child, h, icon } from '../dom';
import { differenceInterval, interval, pValue, share, signed, value } from '../format';

export function card(title: string, iconName: string, body: Node, className = ''): HTMLElement {
  const heading = h('h2', {}, icon(iconName), title);
  return h('section', { class: `card ${className}`.trim(), 'aria-label': title }, heading, body);
}

/** An empty view says what will come and what to do. */
export function empty(...text: string[]): HTMLElement {
  return h(
    'div',
    { class: 'empty' },
    text.map((line) => h('p', {}, line)),
  );
}

export function facts(list: readonly PanelFact[], className = 'facts'): HTMLElement {
  return h(
    'dl',
    { class: className },
    list.map(({ label, value: text }) => h('div', {}, h('dt', {}, label), h('dd', {}, text))),
  );
}

export function badge(text: string, tone: string, iconName?: string): HTMLElement {
  return h('span', { class: `badge ${tone}` }, iconName === undefined ? null : icon(iconName), text);
}

export function button(
  text: string,
  iconName: string,
  act: () => void,
  options: { appearance?: 'primary' | 'secondary'; label?: string; disabled?: boolean } = {},
): HTMLElement {
  return h(
    'vscode-button',
    {
      appearance: options.appearance ?? 'secondary',
      'aria-label': options.label ?? text,
      disabled: options.disabled ?? false,
      onclick: act,
    },
    h('span', { slot: 'start', class: `codicon codicon-${iconName}`, 'aria-hidden': 'true' }),
    text,
  );
}

export function scoreText(score: PanelScore | null): Child[] {
  if (score === null) return [h('span', { class: 'muted' }, 'not scored yet')];
  return [
    h('strong', { class: 'number' }, value(score.value)),
    ' ',
    h('span', { class: 'muted number' }, interval(score)),
    ...(score.remarks ?? []).map((remark) => h('div', { class: 'muted small' }, remark)),
  ];
}

const verdictTone = { better: 'good', worse: 'bad', 'no evidence': 'neutral' } as const;
const verdictIcon = { better: 'arrow-up', worse: 'arrow-down', 'no evidence': 'dash' } as const;

export function verdictBadge(comparison: PanelComparison | null): Child {
  if (comparison === null) return h('span', { class: 'muted' }, '–');
  const { verdict } = comparison;
  const text = `${signed(comparison.difference)} ${verdict}`;
  const element = badge(text, verdictTone[verdict], verdictIcon[verdict]);
  element.title = `Against ${comparison.against}: ${comparisonText(comparison)}`;
  return element;
}

export function comparisonText(comparison: PanelComparison): string {
  const { difference, n, method, repaired, learned, lost } = comparison;
  const kinds = `${learned} wrong before and right now, ${repaired} invalid before and right now, ${lost} right before and not now`;
  return `${signed(difference)} ${differenceInterval(comparison)}, ${pValue(comparison.pValue)} (${method}, n = ${n}); items: ${kinds}`;
}

/** On how many items it stands, and what else must be known of it. */
export const countText = ({ n, remarks = [] }: PanelScore): string => [n, ...remarks].join('; ');

/** What the answers were like: those that cannot be read, those cut off, their mean length. */
export const answerHeads = ['Invalid', 'Truncated', 'Tokens'];

export function answerCells(score: PanelScore | null): string[] {
  if (score === null) return answerHeads.map(() => '–');
  return [share(score.invalidShare), share(score.truncatedShare), score.meanTokens.toFixed(0)];
}

/** A link leaves the editor only when it is an ordinary web address. */
export function link(text: string, url: string): HTMLElement {
  const ordinary = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  return ordinary ? h('a', { href: url, title: url }, text) : h('span', {}, text);
}

export const trainedOn = 'what is marked is trained on';

/** A row as the model sees it; the rest it only reads. */
export function drawSpans(spans: readonly PanelSpan[]): HTMLElement {
  const texts = spans.map(({ text, trained }) => (trained ? h('mark', {}, text) : text));
  return h('pre', { tabindex: '0' }, texts);
}

/** Scrolls sideways where there is not the room. */
export function table(names: readonly string[], rows: readonly Child[][]): HTMLElement {
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': names.join(', ') },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          names.map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) =>
          h(
            'tr',
            {},
            row.map((cell) => h('td', {}, cell)),
          ),
        ),
      ),
    ),
  );
}
