/** A dataset hub: Hugging Face, a mirror, or the practice world's miniature Hub. */

export interface DatasetHit {
  id: string;
  downloads: number;
  likes: number;
  licence: string | null;
  gated: boolean;
  tags: string[];
  description: string;
  updatedAt: string | null;
}

export interface DatasetColumn {
  name: string;
  type: string;
}

export interface DatasetSplit {
  config: string;
  split: string;
  rows: number | null;
}

export interface DatasetCard {
  id: string;
  revision: string;
  licence: string | null;
  gated: boolean;
  tags: string[];
  downloads: number;
  likes: number;
  updatedAt: string | null;
  /** The README's text without its metadata block; untrusted. */
  text: string;
}

export interface DatasetPreview {
  config: string;
  split: string;
  columns: DatasetColumn[];
  /** Cells as JSON values; at most 100 rows; untrusted. */
  rows: Record<string, unknown>[];
  truncated: boolean;
}

export interface Hub {
  readonly endpoint: string;
  searchDatasets(query: { text?: string; paper?: string; limit: number }, signal?: AbortSignal): Promise<DatasetHit[]>;
  datasetCard(id: string, revision?: string, signal?: AbortSignal): Promise<DatasetCard>;
  /** Throws `hub-not-found` for a missing dataset; a viewer that cannot answer is `hub-unavailable` and says why. */
  splits(id: string, signal?: AbortSignal): Promise<DatasetSplit[]>;
  preview(id: string, config: string, split: string, rows: number, signal?: AbortSignal): Promise<DatasetPreview>;
}
