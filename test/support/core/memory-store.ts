/** A store in memory that can be copied at any moment and told to fail, for tests of what a crash leaves behind. */
import { MlInternError } from '../../../src/core/errors';
import type { RunLock, Store } from '../../../src/core/ports/store';

export type Files = ReadonlyMap<string, Uint8Array>;

export class MemoryStore implements Store {
  readonly location = 'memory';
  /** Called after each append, e.g. to copy everything. */
  onAppend: (path: string) => void = () => undefined;
  private readonly files: Map<string, Uint8Array>;
  private readonly locks = new Set<string>();
  private failing: { path: string; keep: number } | undefined;

  constructor(files: Files = new Map()) {
    this.files = new Map(files);
  }

  /** The next append to `path` runs out of space after `keep` bytes. */
  failNextAppend(path: string, keep: number): void {
    this.failing = { path, keep };
  }

  copy(): Files {
    return new Map(this.files);
  }

  get paths(): string[] {
    return [...this.files.keys()].sort();
  }

  put(path: string, content: string | Uint8Array): void {
    this.files.set(path, bytesOf(content));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path) ?? new Uint8Array());
  }

  read(path: string): Promise<string | undefined> {
    return Promise.resolve(this.files.has(path) ? this.text(path) : undefined);
  }

  write(path: string, content: string): Promise<void> {
    this.put(path, content);
    return Promise.resolve();
  }

  append(path: string, content: string | Uint8Array): Promise<void> {
    const bytes = bytesOf(content);
    const failing = this.failing?.path === path ? this.failing : undefined;
    const written = failing ? bytes.subarray(0, failing.keep) : bytes;
    if (!failing || written.length > 0)
      this.put(path, Buffer.concat([this.files.get(path) ?? new Uint8Array(), written]));
    if (failing) {
      this.failing = undefined;
      return Promise.reject(
        new MlInternError('disk-full', `There is no space left to write ${path}.`, { next: 'Free some disk space.' }),
      );
    }
    this.onAppend(path);
    return Promise.resolve();
  }

  truncate(path: string, length: number): Promise<void> {
    const bytes = this.files.get(path);
    if (!bytes) return Promise.reject(Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' }));
    const grown = new Uint8Array(length);
    grown.set(bytes.subarray(0, length));
    this.put(path, grown);
    return Promise.resolve();
  }

  size(path: string): Promise<number> {
    return Promise.resolve(this.files.get(path)?.length ?? 0);
  }

  readFrom(path: string, offset: number, limit = Infinity): Promise<Uint8Array> {
    return Promise.resolve((this.files.get(path) ?? new Uint8Array()).slice(offset, offset + limit));
  }

  list(folder: string): Promise<string[]> {
    const below = folder === '.' ? '' : `${folder}/`;
    const inside = this.paths.filter((path) => path.startsWith(below));
    return Promise.resolve([...new Set(inside.map((path) => path.slice(below.length).split('/')[0] ?? ''))]);
  }

  lock(folder: string): Promise<RunLock> {
    if (this.locks.has(folder))
      return Promise.reject(new MlInternError('run-locked', 'Somebody drives this run.', { next: 'Wait.' }));
    this.locks.add(folder);
    return Promise.resolve({
      release: () => Promise.resolve(void this.locks.delete(folder)),
      freeReserve: () => Promise.resolve(),
    });
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
