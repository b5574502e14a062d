/** Finding pages by their names and sections by their words, where no search answers. */
import type { DocHit, ReadText } from '../../core/ports/lookup';

const usualPackages = ['trl', 'transformers', 'datasets', 'peft', 'accelerate'];
const mostPackages = 3;
const excerptCharacters = 600;

/** Those that the question names, else the ones that training is about. */
export function packagesFor(query: string): string[] {
  const named = usualPackages.filter((name) => query.toLowerCase().includes(name));
  return named.length > 0 ? named : usualPackages.slice(0, mostPackages);
}

/** The most fitting first; those that share no word are left out. */
export function listedPages<P extends { path: string; title: string }>(pages: readonly P[], query: string): P[] {
  const wanted = words(query);
  const scored = pages.map((page) => {
    const own = words(`${page.title} ${page.path}`);
    return {
      page,
      score: wanted.filter((word) => own.some((each) => each.startsWith(word) || word.startsWith(each))).length,
    };
  });
  const fitting = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  return [...new Map(fitting.map(({ page }) => [page.path, page])).values()];
}

/** Sections that hold the most of the words, the most fitting first. */
export function contentsHits(texts: readonly ReadText[], query: string): DocHit[] {
  const wanted = words(query);
  const scored = texts.flatMap((text) =>
    text.sections.map((section) => {
      const body = `${section.title}\n${section.text}`.toLowerCase();
      const held = wanted.filter((word) => body.includes(word)).length;
      const title = section.title.toLowerCase();
      return { text, section, score: held + wanted.filter((word) => title.includes(word)).length };
    }),
  );
  const fitting = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  return fitting.map(({ text, section }) => ({
    page: `${text.id}#${section.id}`,
    package: text.id.split('/', 1)[0] ?? '',
    title: text.title,
    section: section.title,
    text: section.text.slice(0, excerptCharacters),
  }));
}

function words(text: string): string[] {
  const all = text.toLowerCase().split(/[^a-z0-9]+/);
  return [...new Set(all.filter((word) => word.length > 2 || /\d/.test(word)))];
}
