/** Pages of the documentation: how they are named, and their Markdown in sections. */
import { MlInternError } from '../../core/errors';
import type { ReadText } from '../../core/ports/lookup';
import { markdownSections } from '../../core/text/markdown-sections';
import { withoutBetween } from '../../core/text/parse-html';

const publicHub = 'https://huggingface.co';

/** `trl/sft_trainer`, or an address of it on the Hub or on its mirror, as the path below `/docs/`. */
export function pagePath(page: string, endpoint: string): string {
  const text = page.trim();
  const address = URL.canParse(text) ? new URL(text) : undefined;
  const isOurs =
    address === undefined || [publicHub, new URL(endpoint).origin, 'https://hf.co'].includes(address.origin);
  const path = (address?.pathname ?? text.split('#', 1)[0] ?? '')
    .replace(/^\/?(docs\/)?/, '')
    .replace(/\/+$/, '')
    .replace(/\.md$/, '');
  if (isOurs && /^[\w-]+(\/[\w.-]+)*$/.test(path) && !path.split('/').includes('..')) return withPage(path);
  throw new MlInternError('bad-input', 'That is not a page of the Hugging Face documentation.', {
    next: 'Give package/page as search_docs returns it, e.g. trl/sft_trainer; other pages are for read_page.',
  });
}

/** A package alone means its first page. */
function withPage(path: string): string {
  return path.includes('/') ? path : `${path}/index`;
}

/** The site answers with its own HTML when there is no Markdown. */
export function isPage(text: string): boolean {
  return text.trim() !== '' && !/^\s*<(!doctype|html)/i.test(text);
}

/** Sections are named by their anchors, which the search knows too. */
export function docPage(path: string, markdown: string, url: string): ReadText {
  const { title, sections } = markdownSections(withoutBetween(markdown, '<!--', '-->'));
  const taken = new Set<string>();
  const named = sections.map((section) => {
    const { name, anchor } = headingOf(section.title);
    const id = free(anchor, taken);
    return { ...section, id, title: name };
  });
  return { id: path, title: title === undefined ? path : headingOf(title).name, url, sections: named };
}

/** `SFTTrainer[[trl.SFTTrainer]]` names its anchor itself. */
function headingOf(heading: string): { name: string; anchor: string } {
  const own = /^(.*?)\s*\[\[([\w.-]+)\]\]\s*$/.exec(heading);
  const name = (own?.[1] ?? heading).trim();
  const slug = name
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s+/g, '-');
  return { name, anchor: own?.[2] ?? (slug === '' ? 'section' : slug) };
}

function free(anchor: string, taken: Set<string>): string {
  let name = anchor;
  for (let number = 2; taken.has(name); number++) name = `${anchor}-${number}`;
  taken.add(name);
  return name;
}
