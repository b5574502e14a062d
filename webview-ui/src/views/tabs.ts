/** The tabs: the toolkit's panels, which arrow keys move through. */
import { h } from '../dom';

export interface Tab {
  id: string;
  title: string;
  body: HTMLElement;
}

export interface Tabs {
  element: HTMLElement;
  /** Puts a count behind a tab's title; null takes it away. */
  count(id: string, count: number | null): void;
}

export function createTabs(tabs: readonly Tab[], active: string, onChange: (id: string) => void): Tabs {
  const titles = new Map(tabs.map(({ id, title }) => [id, h('vscode-panel-tab', { id: `tab-${id}` }, title)]));
  const views = tabs.map(({ id, body }) => h('vscode-panel-view', { id: `view-${id}` }, body));
  const known = tabs.some(({ id }) => id === active) ? active : (tabs[0]?.id ?? '');
  const element = h(
    'vscode-panels',
    { 'aria-label': 'Parts of the run', activeid: `tab-${known}` },
    [...titles.values()],
    views,
  );
  element.addEventListener('change', (event) => {
    const { activeid } = event.target as unknown as { activeid?: string };
    if (event.target === element && activeid !== undefined) onChange(activeid.replace(/^tab-/, ''));
  });
  return {
    element,
    count: (id, count) => {
      const title = tabs.find((tab) => tab.id === id)?.title ?? '';
      const text = count === null || count === 0 ? title : `${title} (${count})`;
      const tab = titles.get(id);
      if (tab !== undefined && tab.textContent !== text) tab.textContent = text;
    },
  };
}
