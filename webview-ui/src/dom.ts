/** Elements without a framework. Text is always set as text: nothing that comes from a run is ever markup. */

export type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export function h(tag: string, attributes: Attributes = {}, ...children: (Child | Child[])[]): HTMLElement {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg(tag: string, attributes: Attributes = {}, ...children: (Child | Child[])[]): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

function append(element: Element, children: (Child | Child[])[]): void {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

export function icon(name: string, className = ''): HTMLElement {
  return h('span', { class: `codicon codicon-${name} ${className}`.trim(), 'aria-hidden': 'true' });
}

/** A part of the page that is drawn anew only when what it shows has changed. */
export class Section<T> {
  readonly element: HTMLElement;
  private shown: string | undefined;

  constructor(
    element: HTMLElement,
    private readonly draw: (value: T) => (Child | Child[])[],
  ) {
    this.element = element;
  }

  show(value: T): void {
    const key = JSON.stringify(value);
    if (key === this.shown) return;
    this.shown = key;
    this.element.replaceChildren();
    append(this.element, this.draw(value));
  }
}

/** Items by key; one is drawn anew only when it changed, so that what a person types in another stays. */
export class KeyedList<T> {
  private readonly drawn = new Map<string, { element: HTMLElement; value: string }>();

  constructor(
    readonly element: HTMLElement,
    private readonly key: (item: T) => string,
    private readonly draw: (item: T) => HTMLElement,
  ) {}

  show(items: readonly T[]): void {
    const elements = items.map((item) => this.elementOf(item));
    const kept = new Set(items.map((item) => this.key(item)));
    for (const key of this.drawn.keys()) if (!kept.has(key)) this.drawn.delete(key);
    const same =
      elements.length === this.element.children.length &&
      elements.every((each, i) => this.element.children[i] === each);
    if (!same) this.element.replaceChildren(...elements);
  }

  private elementOf(item: T): HTMLElement {
    const key = this.key(item);
    const value = JSON.stringify(item);
    const known = this.drawn.get(key);
    if (known?.value === value) return known.element;
    const element = this.draw(item);
    this.drawn.set(key, { element, value });
    return element;
  }
}
