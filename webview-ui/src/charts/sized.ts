/** A drawing that is made anew when its width changes, so that its text keeps its size. */
import { h } from '../dom';

export function sized(draw: (width: number) => Element): HTMLElement {
  const element = h('div', { class: 'drawing' });
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === 0 || Math.abs(width - drawn) < 2) return;
    drawn = width;
    element.replaceChildren(draw(width));
  }).observe(element);
  return element;
}
