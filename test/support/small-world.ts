/** A world of a few invented things, just large enough to ask the practice servers about. */
import type { WorldContent, WorldDataset, WorldPaper } from '../../src/practice/servers/content';

export const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export const questions = Array.from({ length: 120 }, (_, index) => ({
  question: `What colour is the glim number ${index}?`,
  answer: index % 2 === 0 ? 'teal' : 'amber',
}));

export const dataset = (id: string, rest: Partial<WorldDataset>): WorldDataset => ({
  id,
  metadata: { license: 'apache-2.0', language: ['en'], pretty_name: id },
  text: `# ${id}\n\nInvented for tests.`,
  description: `Invented rows of ${id}.`,
  files: { 'data/train.jsonl': lines(questions) },
  downloads: 10,
  likes: 1,
  gated: false,
  createdAt: '2026-02-03T04:05:06.000Z',
  papers: [],
  ...rest,
});

const paper = (id: string, rest: Partial<WorldPaper>): WorldPaper => ({
  id,
  title: `Paper ${id}`,
  authors: ['Ada Quill', 'Bo Fenn'],
  abstract: 'An invented abstract.',
  published: '2025-01-02T00:00:00.000Z',
  sections: [],
  references: [],
  influences: [],
  citationCount: 3,
  datasets: [],
  models: [],
  upvotes: 2,
  keywords: [],
  fullText: 'html',
  ...rest,
});

export function smallWorld(modelFolder = '/nonexistent'): WorldContent {
  return {
    datasets: [
      dataset('glim/colours', {
        papers: ['2501.00002'],
        downloads: 500,
        files: { 'data/train.jsonl': lines(questions), 'data/test.jsonl': lines(questions.slice(0, 5)) },
      }),
      dataset('glim/mixed', {
        metadata: {
          license: 'cc-by-nc-4.0',
          configs: [
            { config_name: 'chat', data_files: [{ split: 'train', path: 'chat.jsonl' }] },
            { config_name: 'flat', data_files: [{ split: 'train', path: 'flat.jsonl' }] },
          ],
        },
        files: {
          'chat.jsonl': lines([{ messages: [{ role: 'user', content: 'Hello?' }], score: 0.5 }]),
          'flat.jsonl': lines([{ text: 'one', long: 'x'.repeat(20_000) }]),
        },
      }),
      dataset('glim/locked', { gated: 'manual', downloads: 2 }),
      dataset('glim/broken', {
        files: { 'train.jsonl': '{"text":"one"}\n{"text":\n{"text":"three"}\n' },
        viewerFailure: 'A line could not be read.',
      }),
      dataset('glim/sheet', {
        files: { 'train.csv': 'name,note\nglim,"one, ""two"""\nflim,three\n', 'test.csv': '' },
        viewerFailure: 'CSV is not served.',
      }),
      dataset('glim/unviewable', { viewerFailure: 'The rows could not be streamed.' }),
    ],
    models: [
      {
        id: 'glim/tiny',
        metadata: { license: 'apache-2.0' },
        text: '# Tiny',
        folder: modelFolder,
        downloads: 1,
        likes: 0,
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    ],
    papers: [
      paper('2501.00001', {
        title: 'Short Answers for Small Models',
        abstract: 'We study answer formats for small models.',
        citationCount: 40,
        sections: [{ title: 'Introduction', paragraphs: ['Small models answer in odd formats.'] }],
      }),
      paper('2501.00002', {
        title: 'Glim Colours: a Recipe',
        abstract: 'A recipe for teaching colours to small models.',
        keywords: ['supervised fine-tuning'],
        references: ['2501.00001'],
        influences: ['2501.00001'],
        datasets: ['glim/colours'],
        sections: [
          { title: 'Introduction', paragraphs: ['We follow earlier work [@2501.00001]. It is short.'] },
          {
            title: 'Method',
            paragraphs: ['The learning rate is $3 \\times 10^{-4}$ and rows with a < b are dropped.'],
            tables: [
              {
                caption: 'Scores by mixture.',
                rows: [
                  ['mixture', 'score'],
                  ['plain', '0.31'],
                ],
              },
            ],
          },
        ],
      }),
      paper('2501.00003', {
        title: 'Only Markdown',
        fullText: 'markdown',
        references: ['2501.00001'],
        sections: [{ title: 'Body', paragraphs: ['Readable as Markdown only.'] }],
      }),
      paper('2501.00004', { title: 'Only an Abstract', fullText: 'none' }),
    ],
  };
}
