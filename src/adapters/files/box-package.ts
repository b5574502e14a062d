/** Reads the Python package that is uploaded to boxes. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** `boxFolder` is the product's `box/`; returns e.g. `{'ml_intern_box/supervisor.py': '...'}`. */
export async function readBoxPackage(boxFolder: string): Promise<Record<string, string>> {
  const name = 'ml_intern_box';
  const all = await readdir(join(boxFolder, name), { recursive: true });
  const modules = all
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => file.endsWith('.py'))
    .sort();
  const contents = await Promise.all(modules.map((file) => readFile(join(boxFolder, name, file), 'utf8')));
  return Object.fromEntries(modules.map((file, i) => [`${name}/${file}`, contents[i] ?? '']));
}
