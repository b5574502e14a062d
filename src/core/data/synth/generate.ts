/** Makes synthetic rows by a plan: round by round, until every cell has its rows, the rounds are over or the budget is. */
import type { Clock } from '../../ports/common';
import type { Teacher } from '../../ports/teacher';
import { readAnswer, type WrittenRow } from './answers';
import { Asking, type Asked } from './asking';
import { readLog, type SynthEntry, type SynthLog } from './log';
import { cellName, cellsOf, teacherName, type Cell, type SynthPlan } from './plan';
import { solveRequest, writeRequests, type SynthRequest } from './prompts';
import { rejections, RowGate, sameAnswer, type Rejection } from './validate';

export interface SynthParts {
  plan: SynthPlan;
  teacher: Teacher;
  /** Absent: the teacher checks itself, in a second answer. */
  verifier?: Teacher;
  log: SynthLog;
  clock: Clock;
  signal: AbortSignal;
  /** Prompts of rows that exist: none of them is made again. */
  existing?: readonly string[];
  /** The places of rows that overlap with the evaluation. */
  overlap?: (rows: readonly WrittenRow[]) => Promise<ReadonlySet<number>>;
  onProgress?: (progress: SynthProgress) => void;
}

export interface SynthProgress {
  requests: number;
  tokens: number;
  usd: number;
}

export interface Provenance {
  synthetic: true;
  teacher: string;
  /** As the endpoint named it. */
  model: string;
  /** SHA-256 (its start) of the request's words, seed and settings. */
  request: string;
  seed: number;
  cell: string;
  round: number;
  time: string;
  /** The request's cost, shared among the rows that it gave; null without a price. */
  usd: number | null;
  verifiedBy: string | null;
}

export interface SynthRow extends WrittenRow {
  provenance: Provenance;
}

export interface CellCount {
  cell: string;
  wanted: number;
  accepted: number;
  rejected: Partial<Record<Rejection, number>>;
}

export interface SynthResult {
  rows: SynthRow[];
  cells: CellCount[];
  rejected: Record<Rejection, number>;
  /** `short`: the rounds are over and some cells lack rows. */
  ended: 'complete' | 'short' | 'budget';
  requests: number;
  failedRequests: number;
  tokens: number;
  inputTokens: number;
  outputTokens: number;
  usd: number | null;
}

interface Candidate {
  row: WrittenRow;
  cell: Cell;
  request: SynthRequest;
  entry: SynthEntry;
  siblings: number;
}

/** What it makes depends on the plan and the answers in the log alone, not on the order in which they came. */
export async function generate(parts: SynthParts): Promise<SynthResult> {
  const { plan, log, clock, signal, onProgress } = parts;
  const answers = await readLog(log);
  const onAnswer =
    onProgress && (() => onProgress({ requests: asking.requests, tokens: asking.tokens, usd: asking.usd }));
  const asking: Asking = new Asking({ plan, log, clock, signal, onAnswer }, answers);
  const work = new Work(parts, asking);
  for (let round = 0; round < plan.rounds && !asking.budgetSpent && work.missing().length > 0; round++)
    await work.round(round);
  return work.result();
}

class Work {
  private readonly cells: Cell[];
  private readonly gate: RowGate;
  private readonly rows: SynthRow[] = [];
  private readonly counts: CellCount[];

  constructor(
    private readonly parts: SynthParts,
    private readonly asking: Asking,
  ) {
    this.cells = cellsOf(parts.plan);
    this.gate = new RowGate(parts.plan.validation, [
      ...(parts.existing ?? []),
      ...parts.plan.examples.map(({ prompt }) => prompt),
    ]);
    this.counts = this.cells.map((cell) => ({ cell: cellName(cell), wanted: cell.rows, accepted: 0, rejected: {} }));
  }

  missing(): { cell: Cell; rows: number }[] {
    return this.cells
      .map((cell) => ({ cell, rows: cell.rows - this.count(cell).accepted }))
      .filter(({ rows }) => rows > 0);
  }

  async round(round: number): Promise<void> {
    const { plan, teacher } = this.parts;
    const requests = this.missing().flatMap(({ cell, rows }) => writeRequests(plan, cell, rows, round));
    await this.asking.all(requests, { spec: plan.teacher, teacher });
    const candidates = requests.flatMap((request) => this.candidates(request));
    const verified = await this.verified(candidates);
    const clean = await this.withoutOverlap(verified);
    for (const candidate of clean) this.accept(candidate, round);
  }

  private candidates(request: SynthRequest): Candidate[] {
    const entry = this.asking.answers.get(request.id);
    const cell = this.cells[request.cell];
    if (!entry || !cell) return [];
    const { rows, malformed } = readAnswer(entry.text);
    for (let index = 0; index < malformed; index++) this.reject(cell, 'malformed');
    const good = rows.filter((row) => {
      const reason = this.gate.refuse(row);
      if (reason) this.reject(cell, reason);
      return reason === undefined;
    });
    return good.map((row) => ({ row, cell, request, entry, siblings: good.length }));
  }

  private async verified(candidates: Candidate[]): Promise<Candidate[]> {
    const { plan, teacher, verifier } = this.parts;
    if (plan.verify === 'none') return candidates;
    const asked: Asked = { spec: plan.verifier ?? plan.teacher, teacher: verifier ?? teacher };
    const solve = ({ row, cell }: Candidate) => solveRequest(plan, row.prompt, cell.index);
    await this.asking.all(candidates.map(solve), asked);
    return candidates.filter((candidate) => {
      const second = this.asking.answers.get(solve(candidate).id);
      const agrees = second !== undefined && sameAnswer(candidate.row.completion, second.text);
      if (!agrees) this.reject(candidate.cell, 'unverified');
      return agrees;
    });
  }

  private async withoutOverlap(candidates: Candidate[]): Promise<Candidate[]> {
    const flagged = candidates.length === 0 ? undefined : await this.parts.overlap?.(candidates.map(({ row }) => row));
    return candidates.filter(({ cell }, index) => {
      if (flagged?.has(index)) this.reject(cell, 'overlap');
      return !flagged?.has(index);
    });
  }

  /** More than a cell wants is not kept: the plan's balance holds. */
  private accept({ row, cell, request, entry, siblings }: Candidate, round: number): void {
    const { plan } = this.parts;
    const count = this.count(cell);
    if (count.accepted >= count.wanted) return;
    count.accepted += 1;
    const provenance: Provenance = {
      ...{ synthetic: true, teacher: teacherName(plan.teacher), model: entry.model, request: request.id },
      ...{ seed: request.seed, cell: count.cell, round, time: entry.time },
      usd: entry.usd === null ? null : entry.usd / siblings,
      verifiedBy: plan.verify === 'none' ? null : teacherName(plan.verifier ?? plan.teacher),
    };
    this.rows.push({ ...row, provenance });
  }

  private reject(cell: Cell, reason: Rejection): void {
    const { rejected } = this.count(cell);
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  }

  private count(cell: Cell): CellCount {
    const count = this.counts[cell.index];
    if (!count) throw new TypeError('A cell of another plan.');
    return count;
  }

  result(): SynthResult {
    const { asking, rows, counts } = this;
    const { teacher, verifier, verify } = this.parts.plan;
    const hasPrices = teacher.price !== undefined && (verify === 'none' || (verifier ?? teacher).price !== undefined);
    const of = (reason: Rejection) => counts.reduce((sum, { rejected }) => sum + (rejected[reason] ?? 0), 0);
    return {
      ...{ rows, cells: counts.filter(({ wanted }) => wanted > 0) },
      rejected: Object.fromEntries(rejections.map((reason) => [reason, of(reason)])) as Record<Rejection, number>,
      ended: this.missing().length === 0 ? 'complete' : asking.budgetSpent ? 'budget' : 'short',
      ...{ requests: asking.requests, failedRequests: asking.failed, tokens: asking.tokens },
      ...{ inputTokens: asking.inputTokens, outputTokens: asking.outputTokens },
      usd: hasPrices ? asking.usd : null,
    };
  }
}

export function rowLines(rows: readonly SynthRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
