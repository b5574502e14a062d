/** Words for the parsed HTML. */
import type { DomUtils, parseDocument } from 'htmlparser2';

export type Node = ReturnType<typeof parseDocument>['children'][number];
export type Element = ReturnType<typeof DomUtils.getElementsByTagName>[number];

export function hasClass(element: Element, ...names: string[]): boolean {
  const classes = (element.attribs['class'] ?? '').split(/\s+/);
  return names.some((name) => classes.includes(name));
}
