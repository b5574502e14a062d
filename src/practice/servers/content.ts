/** What the practice world's servers serve. Plain data: the world itself is written in `src/practice/world`. */

/** The metadata block of a README. Written out as YAML (each value as JSON, which YAML contains). */
export interface CardMetadata {
  license?: string;
  language?: string[];
  pretty_name?: string;
  task_categories?: string[];
  tags?: string[];
  /** Which files are which split. Without it the splits follow from the file names, as on the real Hub. */
  configs?: { config_name: string; data_files: { split: string; path: string }[]; default?: boolean }[];
  [key: string]: unknown;
}

export interface WorldDataset {
  /** `owner/name`. */
  id: string;
  metadata: CardMetadata;
  /** The README below its metadata block (Markdown). */
  text: string;
  /** One or two sentences, shown in lists. */
  description: string;
  /** Path -> content; data files are JSON lines (`.jsonl`). */
  files: Record<string, string | Uint8Array>;
  downloads: number;
  likes: number;
  gated: false | 'auto' | 'manual';
  /** ISO 8601. */
  createdAt: string;
  /** arXiv ids of papers that go with it; they become `arxiv:` tags. */
  papers: string[];
  /** Why the dataset viewer cannot serve it; absent when it can. */
  viewerFailure?: string;
  /** Names that it had before; they lead here. */
  formerIds?: string[];
}

export interface WorldModel {
  /** `owner/name`. */
  id: string;
  metadata: CardMetadata;
  text: string;
  /** Folder on disk whose files are streamed; while it is missing, so is the model. */
  folder: string;
  downloads: number;
  likes: number;
  createdAt: string;
}

export interface WorldTable {
  caption: string;
  /** The first row is the header. */
  rows: string[][];
}

export interface WorldSection {
  title: string;
  /** Plain text; `$x^2$` is a formula, `[@2501.00001]` cites a paper by its id. */
  paragraphs: string[];
  tables?: WorldTable[];
}

export interface WorldPaper {
  /** arXiv id without version. */
  id: string;
  title: string;
  authors: string[];
  abstract: string;
  /** ISO 8601. */
  published: string;
  sections: WorldSection[];
  /** Ids of the papers in its bibliography; those that it builds on are also in `influences`. */
  references: string[];
  influences: string[];
  /** Citations counted by the citation service, from papers inside and outside this world. */
  citationCount: number;
  /** Ids of datasets and models that the Hub links to it. */
  datasets: string[];
  models: string[];
  upvotes: number;
  keywords: string[];
  /** Where its full text can be read: arXiv's HTML, ar5iv's, the Hub's Markdown, arXiv's PDF (which all of these have), or only the abstract. */
  fullText: 'html' | 'ar5iv' | 'markdown' | 'pdf' | 'none';
}

export interface WorldDocPage {
  /** Below `/docs/`, e.g. `trl/sft_trainer`. */
  path: string;
  title: string;
  /** Markdown. */
  sections: { title: string; anchor: string; text: string }[];
}

export interface WorldRepository {
  /** `owner/name`. */
  name: string;
  branch: string;
  files: Record<string, string | Uint8Array>;
  /** The API lists a part of it only, as it does with very large ones. */
  truncated?: boolean;
}

export interface WorldContent {
  datasets: WorldDataset[];
  models: WorldModel[];
  papers: WorldPaper[];
  /** Pages of the documentation, on the Hub. */
  docs?: readonly WorldDocPage[];
  /** Repositories of the code host. */
  repositories?: readonly WorldRepository[];
}
