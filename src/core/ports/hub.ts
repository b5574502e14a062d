/** A dataset hub: Hugging Face, a mirror, or the practice world's miniature Hub. */
import type { DataSheet, LicenceSource } from '../run/types';
import type { RowSource } from './rows';

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

export interface DatasetSplit {
  config: string;
  split: string;
  rows: number | null;
}

export interface DatasetCard {
  id: string;
  revision: string;
  licence: string | null;
  /** All places that say something of its licence, the weightiest first. */
  licences: LicenceSource[];
  gated: boolean;
  /** How access is granted, and what to do for it. */
  gating?: NonNullable<DataSheet['gating']>;
  tags: string[];
  downloads: number;
  likes: number;
  updatedAt: string | null;
  /** The README's text without its metadata block; untrusted. */
  text: string;
}

export interface DatasetQuery {
  text?: string;
  /** A paper that it goes with, by its arXiv id in any form. The Hub links no other papers. */
  paper?: string;
  /** As on the Hub, e.g. `apache-2.0`. */
  licence?: string;
  limit: number;
}

export interface Hub {
  readonly endpoint: string;
  searchDatasets(query: DatasetQuery, signal?: AbortSignal): Promise<DatasetHit[]>;
  datasetCard(id: string, revision?: string, signal?: AbortSignal): Promise<DatasetCard>;
  /**
   * The rows of a split, of the default one when none is named. Throws `hub-not-found` for a missing dataset, `hub-gated`
   * for one whose rows are not shown to everybody, `hub-unavailable` when neither viewer nor files can be read.
   */
  rows(request: RowsOnHub, signal?: AbortSignal): Promise<RowSource>;
}

export interface RowsOnHub {
  id: string;
  revision?: string | undefined;
  config?: string | undefined;
  split?: string | undefined;
  /** These files of the dataset instead of what it calls the split. */
  files?: readonly string[] | undefined;
  /** Every row as it lies in the files; else what is at hand fastest, which can be a sample with shortened cells. */
  whole?: boolean | undefined;
}
