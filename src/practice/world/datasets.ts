/** The practice datasets: their pages and rows as repositories of the miniature Hub. */
import type { BenchmarkItem } from '../../core/run/types';
import { dataFile, metadataOf, pages, type Page } from './cards';
import type { Facts } from './facts';
import { irrelevantRows } from './irrelevant';
import { seededRandom } from './random';
import { rowsOf } from './rows';
import type { PracticeDataset, WorldRow } from './types';

export function makeDatasets(facts: Facts, items: readonly BenchmarkItem[], seed: number): PracticeDataset[] {
  const known = rowsOf(facts, items, seed);
  return pages.map((page) => {
    const rows =
      page.role === 'irrelevant'
        ? (irrelevantRows[page.id]?.(seededRandom(seed, `rows:${page.id}`)) ?? [])
        : known[page.role];
    return makeDataset(page, rows);
  });
}

function makeDataset(page: Page, rows: WorldRow[]): PracticeDataset {
  return {
    id: page.id,
    role: page.role,
    metadata: metadataOf(page),
    text: page.text,
    description: page.description,
    files: { [dataFile]: jsonLines(rows) },
    downloads: page.downloads,
    likes: page.likes,
    gated: false,
    createdAt: page.createdAt,
    papers: page.papers,
    rows,
  };
}

export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
