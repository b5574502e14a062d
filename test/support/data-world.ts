/** The small world with datasets that are hard to look at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorldContent } from '../../src/practice/servers/content';
import { dataset, lines, smallWorld } from './small-world';

const parquet = readFileSync(join(__dirname, '../fixtures/rows/rows-zstd.parquet'));
const many = Array.from({ length: 3000 }, (_, id) => ({ id, text: `The glim of day ${id} is ${id * 7}.` }));

export function dataWorld(): WorldContent {
  const world = smallWorld();
  const added = [
    dataset('glim/many', { files: { 'train.jsonl': lines(many) } }),
    dataset('glim/long', { files: { 'train.jsonl': lines([{ text: 'long '.repeat(5000) }, { text: 'short' }]) } }),
    dataset('glim/parquet', { files: { 'data/train.parquet': parquet }, viewerFailure: 'It is computing for ever.' }),
    dataset('glim/pictures', { files: { 'a.png': 'PNG' }, viewerFailure: 'The rows could not be streamed.' }),
    dataset('glim/new-name', { formerIds: ['glim/old-name'] }),
    dataset('glim/unclear', {
      metadata: { license: 'other', license_name: 'house rules', license_link: 'https://glim.example/rules' },
      text: '# Unclear\n\n## License\n\nThe rows are licensed under CC BY-NC 4.0.',
      files: {
        'train.jsonl': lines([
          { text: 'one', license: 'MIT' },
          { text: 'two', license: 'cc-by-sa-4.0' },
        ]),
        LICENSE: 'Apache License\nVersion 2.0, January 2004\n',
      },
    }),
  ];
  return { ...world, datasets: [...world.datasets, ...added] };
}
