/** Maps a file or dataset to training rows, and shows them through a model's chat template. */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { usualMaxTokens } from '../core/data/inspect';
import { lintRow, type LintFinding, type LintOptions, type Linted } from '../core/data/lint/lint';
import { mapRows, type MapResult } from '../core/data/map-rows';
import type { Mapping } from '../core/data/mapping';
import type { TrainingRow } from '../core/data/mapping/training-row';
import { MlInternError } from '../core/errors';
import { openChatTemplate } from './chat-template';
import type { AppOptions } from './options';
import { hubEndpoints, openRows, type RowsRequest } from './rows';
import { openTokenizer } from './tokenizer';

export interface MapRequest extends RowsRequest {
  mapping?: Mapping | undefined;
  /** A model's id or folder, whose chat template renders the rows. */
  template?: string | undefined;
  maxTokens?: number | undefined;
  rows?: number | undefined;
  /** Where the training rows are written. */
  out?: string | undefined;
}

export interface MapAnswer extends MapResult {
  out?: string;
  /** With a template: what was found in the rows that were rendered, the most frequent rule first. */
  lint?: {
    template: string;
    rendered: number;
    rules: Record<string, number>;
    findings: LintFinding[];
    shown: Linted[];
  };
}

/** Rows that are rendered: templates are slow. */
const mostRendered = 500;
const mostFindings = 50;
const mostShown = 2;

export async function mapData(request: MapRequest, options: AppOptions, signal?: AbortSignal): Promise<MapAnswer> {
  const source = await openRows({ ...request, whole: true }, options, signal);
  const lint =
    request.template === undefined ? undefined : new Lint(request.template, await lintOptions(request, options));
  const out = request.out === undefined ? undefined : await RowsFile.create(request.out);
  try {
    const { mapping, rows } = request;
    const onRow = async (row: TrainingRow, index: number) => {
      lint?.add(row, index);
      await out?.add(row);
    };
    const result = await mapRows(source, { mapping, rows, signal, onRow });
    await out?.finish();
    return { ...result, ...(out ? { out: out.path } : {}), ...(lint ? { lint: lint.result() } : {}) };
  } catch (error) {
    await out?.discard();
    throw error;
  }
}

async function lintOptions(
  { template = '', folder, maxTokens = usualMaxTokens }: MapRequest,
  options: AppOptions,
): Promise<LintOptions> {
  const asked = { model: template, folder, endpoints: hubEndpoints(options) };
  return { template: await openChatTemplate(asked), tokens: await openTokenizer(asked), maxTokens };
}

class Lint {
  private rendered = 0;
  private readonly rules = new Map<string, number>();
  private readonly findings: LintFinding[] = [];
  private readonly shown: Linted[] = [];

  constructor(
    private readonly name: string,
    private readonly options: LintOptions,
  ) {}

  add(row: TrainingRow, index: number): void {
    if (this.rendered >= mostRendered) return;
    this.rendered++;
    const linted = lintRow(row, index, this.options);
    if (this.shown.length < mostShown) this.shown.push(linted);
    for (const finding of linted.findings) {
      this.rules.set(finding.rule, (this.rules.get(finding.rule) ?? 0) + 1);
      if (this.findings.length < mostFindings) this.findings.push(finding);
    }
  }

  result(): NonNullable<MapAnswer['lint']> {
    const rules = Object.fromEntries([...this.rules].sort(([, a], [, b]) => b - a));
    return { template: this.name, rendered: this.rendered, rules, findings: this.findings, shown: this.shown };
  }
}

/** A JSON lines file that takes its name only when it is whole. */
class RowsFile {
  private failed: Error | undefined;

  private constructor(
    readonly path: string,
    private readonly stream: ReturnType<typeof createWriteStream>,
  ) {
    stream.on('error', (error) => (this.failed = error));
  }

  static async create(path: string): Promise<RowsFile> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const stream = createWriteStream(`${path}.part`);
      await once(stream, 'open');
      return new RowsFile(path, stream);
    } catch (error) {
      throw unwritable(path, error as Error);
    }
  }

  async add(row: TrainingRow): Promise<void> {
    if (this.failed) throw unwritable(this.path, this.failed);
    if (!this.stream.write(`${JSON.stringify(row)}\n`)) await once(this.stream, 'drain');
  }

  async finish(): Promise<void> {
    this.stream.end();
    await once(this.stream, 'close');
    if (this.failed) throw unwritable(this.path, this.failed);
    await rename(`${this.path}.part`, this.path);
  }

  async discard(): Promise<void> {
    this.stream.destroy();
    await rm(`${this.path}.part`, { force: true });
  }
}

function unwritable(path: string, cause: Error): MlInternError {
  return new MlInternError('bad-input', `The training rows cannot be written to ${path}: ${cause.message}.`, {
    next: 'Name a file in a folder where you may write.',
    cause,
  });
}
