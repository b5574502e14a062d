/** A short name in lower case with hyphens, safe in file names and job ids; `fallback` when nothing of the text can stay. */
export function slugOf(text: string, longest: number, fallback: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, longest);
  return slug === '' ? fallback : slug;
}
