/** Code, data and models that a paper's own text names by their addresses. */
import type { PaperText } from '../ports/papers';

export interface LinkedInText {
  code: string[];
  datasets: string[];
  models: string[];
}

const hosts = /\b(github\.com|gitlab\.com|huggingface\.co|hf\.co)\/((?:datasets\/|spaces\/)?[\w.-]+\/[\w.-]+)/gi;
/** First parts of paths that are pages of the site, not owners. */
const sitePages = new Set(
  'docs papers blog collections models spaces orgs features topics about settings join login sponsors'.split(' '),
);

/** In the order of their first mention. Line breaks inside an address are not mended. */
export function linksInText(paper: PaperText): LinkedInText {
  const found: LinkedInText = { code: [], datasets: [], models: [] };
  for (const { text } of paper.sections) {
    for (const [, host = '', path = ''] of text.replaceAll('\\_', '_').matchAll(hosts))
      place(found, host.toLowerCase(), path);
  }
  return found;
}

function place(found: LinkedInText, host: string, path: string): void {
  const clean = path.replace(/(\.git)?[.,;:)\]-]*$/, '');
  const owner = clean.split('/')[0]?.toLowerCase() ?? '';
  if (sitePages.has(owner)) return;
  if (host.startsWith('git')) add(found.code, `https://${host}/${clean}`);
  else if (owner === 'datasets') add(found.datasets, clean.slice('datasets/'.length));
  else add(found.models, clean);
}

function add(list: string[], item: string): void {
  if (item.includes('/') && !list.includes(item)) list.push(item);
}
