/** The rows of a split from the dataset viewer: pages spread over the whole split, not only its beginning. */
import { chooseSplit } from '../../core/data/choose-split';
import { spread } from '../../core/data/sampling';
import type { RowsOnHub } from '../../core/ports/hub';
import type { ReadOptions, ReadRow, RowsDescription, RowSource } from '../../core/ports/rows';
import { pageRows, ViewerFailure, type SizedSplit, type Viewer, type ViewedSplit, type ViewerPage } from './viewer';

/** The viewer is shared by everybody: a thousand rows tell what a data sheet needs. */
const mostPages = 10;

/** Throws `ViewerFailure` when the viewer cannot serve the split at this revision. */
export async function viewerRows(
  viewer: Viewer,
  { id, config, split }: RowsOnHub,
  revision: string,
  signal?: AbortSignal,
): Promise<RowSource> {
  const splits = await viewer.splits(id, signal);
  const chosen = { id, ...chooseSplit(id, splits, config, split) };
  const { page, paged } = await firstPage(viewer, chosen, signal);
  checkRevision(page, revision);
  return new ViewerRows(viewer, { chosen, revision, splits, first: page, paged });
}

/** Rows of which nobody says where they are from may be of another commit, or of another dataset with this name. */
function checkRevision(page: ViewerPage, revision: string): void {
  if (page.revision === revision) return;
  throw new ViewerFailure(page.revision === null ? 'it does not say of which revision' : 'it knows another revision');
}

async function firstPage(viewer: Viewer, split: ViewedSplit, signal?: AbortSignal) {
  try {
    return { page: await viewer.page(split, 0, pageRows, signal), paged: true };
  } catch (error) {
    if (!(error instanceof ViewerFailure) || error.isRefusal) throw error;
    return { page: await viewer.first(split, signal), paged: false };
  }
}

function refusalWords({ message }: ViewerFailure, others: number): string {
  const rest = others === 0 ? '' : `, and ${others} more pages of ${pageRows} rows were not asked for`;
  return `the viewer did not give them (${message})${rest}`;
}

interface Viewed {
  chosen: ViewedSplit;
  revision: string;
  splits: readonly SizedSplit[];
  first: ViewerPage;
  /** Any page can be asked for, not only the first rows. */
  paged: boolean;
}

class ViewerRows implements RowSource {
  constructor(
    private readonly viewer: Viewer,
    private readonly viewed: Viewed,
  ) {}

  describe(): Promise<RowsDescription> {
    const { chosen, revision, splits, first } = this.viewed;
    const own = splits.find(({ config, split }) => config === chosen.config && split === chosen.split);
    return Promise.resolve({
      ...chosen,
      revision,
      splits: splits.map(({ config, split, rows }) => ({ config, split, rows })),
      columns: first.columns,
      rows: this.total ?? own?.rows ?? null,
      bytes: own?.bytes ?? null,
      from: this.words(),
    });
  }

  async *rows({ limit = Infinity, sample, onBad, onEnd, signal }: ReadOptions = {}): AsyncIterable<ReadRow> {
    let given = 0;
    const numbers = this.pages(limit, sample);
    for (const [at, number] of numbers.entries()) {
      const page = await this.page(number, signal).catch((error: unknown) => {
        if (error instanceof ViewerFailure) return error;
        throw error;
      });
      if (page instanceof ViewerFailure) {
        const others = page.isRefusal ? numbers.length - at - 1 : 0;
        onBad?.({ place: `rows ${number * pageRows} and on`, why: refusalWords(page, others) });
        // Every other page would be refused as well, each after another wait.
        if (page.isRefusal) return;
        continue;
      }
      for (const row of page.rows) {
        if (given++ >= limit) return;
        yield row;
      }
    }
    if (this.total !== null && given >= this.total) onEnd?.(given);
  }

  private get total(): number | null {
    return this.viewed.first.partial ? null : this.viewed.first.total;
  }

  private pages(limit: number, sample: number | undefined): number[] {
    const { first, paged } = this.viewed;
    const all = paged ? Math.max(1, Math.ceil((first.total ?? 0) / pageRows)) : 1;
    const count = Math.min(all, mostPages, Math.ceil(limit / pageRows));
    return sample === undefined ? Array.from({ length: count }, (_, page) => page) : spread(all, count, sample);
  }

  private async page(number: number, signal?: AbortSignal): Promise<ViewerPage> {
    const { chosen, first, revision } = this.viewed;
    if (number === 0) return first;
    const page = await this.viewer.page(chosen, number * pageRows, pageRows, signal);
    checkRevision(page, revision);
    return page;
  }

  private words(): string {
    if (!this.viewed.paged) return 'the dataset viewer, which gives only the first rows';
    return this.viewed.first.partial ? 'the dataset viewer, which knows only the first 5 GB' : 'the dataset viewer';
  }
}
