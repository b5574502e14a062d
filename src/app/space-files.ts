/** The files of a demo Space, from the product's template. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../core/hash';
import type { HubFile } from '../core/ports/model-hub';

/** Names of repositories are letters, digits and marks that mean nothing in YAML strings, Markdown or JSON. */
export async function spaceFiles(productRoot: string, hub: string, model: string): Promise<HubFile[]> {
  const read = (name: string) => readFile(join(productRoot, 'templates', 'space', name), 'utf8');
  const known: Record<string, string> = { model, name: model.split('/')[1] ?? model, address: `${hub}/${model}` };
  const page = (await read('README.md')).replace(/\{\{(\w+)\}\}/g, (_, name: string) => known[name] ?? '');
  return [
    file('README.md', page),
    file('app.py', await read('app.py')),
    file('model.json', `${JSON.stringify({ model }, null, 2)}\n`),
    file('requirements.txt', await read('requirements.txt')),
  ];
}

function file(path: string, text: string): HubFile {
  const source = Buffer.from(text);
  return { path, source, bytes: source.length, sha256: sha256(source) };
}
