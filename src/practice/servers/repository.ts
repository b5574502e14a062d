/** Datasets and models as the Hub sees them: a commit, files with git and LFS ids, tags, and the files' bytes. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { CardMetadata, WorldContent, WorldDataset, WorldModel } from './content';
import { bytesOf, linesOf, splitsOf } from './data-files';

export interface RepoFile {
  path: string;
  size: number;
  /** Git's id of the file, or of its pointer when it is stored with LFS. */
  oid: string;
  lfs: { oid: string; size: number; pointerSize: number } | null;
  /** Bytes from `start` up to and including `end`. */
  open(start: number, end: number): Readable;
}

export type RepoType = 'dataset' | 'model' | 'space';

export interface Repo {
  type: RepoType;
  id: string;
  sha: string;
  /** Only for whoever has the token; absent: for everybody. */
  private?: boolean;
  gated: false | 'auto' | 'manual';
  metadata: CardMetadata;
  description: string;
  downloads: number;
  likes: number;
  createdAt: string;
  tags: string[];
  files: RepoFile[];
}

/** Finds and lists repositories. What a world came with never changes but for models' folders; what was written stays in memory. */
export class Repositories {
  private readonly datasets: Map<string, Repo>;
  private readonly written = new Map<string, Repo>();
  private readonly hashes = new Map<string, { sha1: string; sha256: string }>();

  constructor(private readonly content: WorldContent) {
    this.datasets = new Map(content.datasets.map((dataset) => [dataset.id, datasetRepo(dataset)]));
  }

  async find(type: RepoType, id: string): Promise<Repo | undefined> {
    const written = this.written.get(keyOf(type, id));
    if (written !== undefined || type === 'space') return written;
    if (type === 'dataset') return this.datasets.get(id);
    const model = this.content.models.find((candidate) => candidate.id === id);
    return model && (await this.modelRepo(model));
  }

  /** From now on it is like this. */
  put(repo: Repo): void {
    this.written.set(keyOf(repo.type, repo.id), repo);
  }

  /** The present name of a dataset that had this one. */
  renamed(id: string): string | undefined {
    return this.content.datasets.find((dataset) => dataset.formerIds?.includes(id))?.id;
  }

  async all(type: RepoType): Promise<Repo[]> {
    const written = [...this.written.values()].filter((repo) => repo.type === type);
    const own = new Set(written.map(({ id }) => id));
    return [...(await this.given(type)).filter(({ id }) => !own.has(id)), ...written];
  }

  private async given(type: RepoType): Promise<Repo[]> {
    if (type === 'space') return [];
    if (type === 'dataset') return [...this.datasets.values()];
    const models = await Promise.all(this.content.models.map((model) => this.modelRepo(model)));
    return models.filter((model) => model !== undefined);
  }

  private async modelRepo(model: WorldModel): Promise<Repo | undefined> {
    const paths = await filesBelow(model.folder);
    if (paths === undefined) return undefined;
    const files = await Promise.all(paths.map((path) => this.fileOnDisk(model.folder, path)));
    if (!paths.includes('README.md')) files.push(fileInMemory('README.md', readme(model.metadata, model.text)));
    const tags = cardTags(model.metadata);
    return { ...model, type: 'model', gated: false, description: '', sha: commitId(files), tags, files };
  }

  private async fileOnDisk(folder: string, path: string): Promise<RepoFile> {
    const location = join(folder, path);
    const { size, mtimeMs } = await stat(location);
    const key = `${location} ${size} ${mtimeMs}`;
    const hash = this.hashes.get(key) ?? (await hashFile(location, size));
    this.hashes.set(key, hash);
    return repoFile(path, size, hash, (start, end) => createReadStream(location, { start, end }));
  }
}

/** The Hub does not tell capitals apart. */
const keyOf = (type: RepoType, id: string): string => `${type} ${id.toLowerCase()}`;

function datasetRepo(dataset: WorldDataset): Repo {
  const files = Object.entries(dataset.files).map(([path, content]) => fileInMemory(path, content));
  files.push(fileInMemory('README.md', readme(dataset.metadata, dataset.text)));
  const tags = [
    ...cardTags(dataset.metadata),
    `size_categories:${sizeCategory(rowCount(dataset))}`,
    ...dataset.papers.map((id) => `arxiv:${id}`),
  ];
  return { ...dataset, type: 'dataset', sha: commitId(files), tags, files };
}

function rowCount(dataset: WorldDataset): number {
  const rows = splitsOf(dataset).flatMap((split) => split.files.map((path) => linesOf(dataset, path).length));
  return rows.reduce((sum, count) => sum + count, 0);
}

/** JSON is YAML, so each value is written as JSON and no YAML writer is needed. */
function readme(metadata: CardMetadata, body: string): string {
  const lines = Object.entries(metadata).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n\n${body.trim()}\n`;
}

function cardTags(metadata: CardMetadata): string[] {
  return [
    ...(metadata.license === undefined ? [] : [`license:${metadata.license}`]),
    ...(metadata.language ?? []).map((language) => `language:${language}`),
    ...(metadata.task_categories ?? []).map((task) => `task_categories:${task}`),
    ...(metadata.tags ?? []),
  ];
}

function sizeCategory(rows: number): string {
  if (rows < 1_000) return 'n<1K';
  if (rows < 10_000) return '1K<n<10K';
  return rows < 100_000 ? '10K<n<100K' : '100K<n<1M';
}

export function fileInMemory(path: string, content: string | Uint8Array): RepoFile {
  const bytes = bytesOf(content);
  const hash = { sha1: gitHash(bytes.length).update(bytes).digest('hex'), sha256: sha256Hex(bytes) };
  return repoFile(path, bytes.length, hash, (start, end) => Readable.from([bytes.subarray(start, end + 1)]));
}

function repoFile(
  path: string,
  size: number,
  hash: { sha1: string; sha256: string },
  open: RepoFile['open'],
): RepoFile {
  if (!isLarge(path, size)) return { path, size, oid: hash.sha1, lfs: null, open };
  const pointer = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${hash.sha256}\nsize ${size}\n`);
  const oid = gitHash(pointer.length).update(pointer).digest('hex');
  return { path, size, oid, lfs: { oid: hash.sha256, size, pointerSize: pointer.length }, open };
}

export function isLarge(path: string, size: number): boolean {
  return /\.(safetensors|bin|parquet|pt)$/.test(path) || size > 10 * 1024 * 1024;
}

/** `parent` where the commit before it is known: the same files twice are two commits. */
export function commitId(files: readonly RepoFile[], parent = ''): string {
  const listing = [parent, ...files.map((file) => `${file.path} ${file.lfs?.oid ?? file.oid}`).sort()];
  return createHash('sha1').update(listing.join('\n')).digest('hex');
}

const gitHash = (size: number) => createHash('sha1').update(`blob ${size}\0`);
const sha256Hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function hashFile(path: string, size: number): Promise<{ sha1: string; sha256: string }> {
  const sha1 = gitHash(size);
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(path)) {
    sha1.update(chunk as Buffer);
    sha256.update(chunk as Buffer);
  }
  return { sha1: sha1.digest('hex'), sha256: sha256.digest('hex') };
}

/** Undefined when the folder is missing. */
async function filesBelow(folder: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
