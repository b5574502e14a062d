/** Asks a teacher many things at once: within the budget, patiently, never twice for the same, until it is told to stop. */
import { MlInternError } from '../../errors';
import { ModelError } from '../../model-errors';
import type { Clock } from '../../ports/common';
import type { Teacher, TeacherReply } from '../../ports/teacher';
import { cost, promptTokens } from './estimate';
import { entryLine, type SynthEntry, type SynthLog } from './log';
import type { SynthPlan, TeacherSpec } from './plan';
import type { SynthRequest } from './prompts';

export interface Asked {
  spec: TeacherSpec;
  teacher: Teacher;
}

const mostTries = 6;
const longestWaitMs = 5 * 60_000;
const passing = new Set(['model-rate-limit', 'model-unavailable', 'timeout']);
/** About this request, not about the endpoint: the others may fare better. */
const itsOwnFault = new Set(['bad-input', 'model-context', 'model-garbage']);

export interface AskingParts {
  plan: SynthPlan;
  log: SynthLog;
  clock: Clock;
  signal: AbortSignal;
  onAnswer?: (() => void) | undefined;
}

export class Asking {
  requests = 0;
  inputTokens = 0;
  outputTokens = 0;
  usd = 0;
  /** Requests that the endpoint refused for what they say. */
  failed = 0;
  budgetSpent = false;
  private reservedTokens = 0;
  private reservedUsd = 0;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly parts: AskingParts,
    readonly answers: Map<string, SynthEntry>,
  ) {
    for (const entry of answers.values()) this.count(entry);
  }

  get tokens(): number {
    return this.inputTokens + this.outputTokens;
  }

  /** Resolves when all were answered, or the budget allows no more; rejects when the endpoint fails for good. */
  async all(requests: readonly SynthRequest[], asked: Asked): Promise<void> {
    const open = requests.filter(({ id }) => !this.answers.has(id));
    const failure = new AbortController();
    const signal = AbortSignal.any([this.parts.signal, failure.signal]);
    const work = async () => {
      for (let next = open.shift(); next !== undefined && !this.budgetSpent; next = open.shift())
        await this.one(next, asked, signal);
    };
    const workers = Array.from({ length: Math.min(this.parts.plan.concurrency, open.length) }, async () => {
      try {
        await work();
      } catch (error) {
        // The first failure ends the others: they would only meet the same.
        failure.abort(error);
        throw error;
      }
    });
    const ends = await Promise.allSettled(workers);
    this.parts.signal.throwIfAborted();
    if (failure.signal.aborted) throw failure.signal.reason;
    const rejected = ends.find((end) => end.status === 'rejected');
    if (rejected) throw rejected.reason;
  }

  private async one(request: SynthRequest, asked: Asked, signal: AbortSignal): Promise<void> {
    const tokens = promptTokens(request) + request.maxTokens;
    const usd = cost(asked.spec, promptTokens(request), request.maxTokens) ?? 0;
    // What is under way may come back shorter than it could have been.
    while (!this.fits(tokens, usd) && this.underWay.size > 0) await Promise.race(this.underWay);
    if (!this.fits(tokens, usd)) {
      this.budgetSpent = true;
      return;
    }
    this.reservedTokens += tokens;
    this.reservedUsd += usd;
    const answered = this.answer(request, asked, signal).finally(() => {
      this.reservedTokens -= tokens;
      this.reservedUsd -= usd;
      this.underWay.delete(settled);
    });
    const settled = answered.catch(() => undefined);
    this.underWay.add(settled);
    await answered;
  }

  private async answer(request: SynthRequest, { spec, teacher }: Asked, signal: AbortSignal): Promise<void> {
    const reply = await this.patiently(request, teacher, signal);
    if (reply === null) this.failed += 1;
    else await this.keep(request, spec, reply);
  }

  private fits(tokens: number, usd: number): boolean {
    const { budget } = this.parts.plan;
    if (this.tokens + this.reservedTokens + tokens > budget.tokens) return false;
    return budget.usd === undefined || this.usd + this.reservedUsd + usd <= budget.usd;
  }

  private async patiently(request: SynthRequest, teacher: Teacher, signal: AbortSignal): Promise<TeacherReply | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await teacher.ask(request, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!MlInternError.is(error)) throw error;
        if (itsOwnFault.has(error.reason)) return null;
        const asked = error instanceof ModelError ? error.retryAfterMs : undefined;
        const wait = asked ?? Math.min(500 * 2 ** (attempt - 1), 30_000);
        if (!passing.has(error.reason) || attempt >= mostTries || wait > longestWaitMs) throw error;
        await this.parts.clock.sleep(wait, signal);
      }
    }
  }

  private async keep(request: SynthRequest, spec: TeacherSpec, reply: TeacherReply): Promise<void> {
    const { id, kind, cell } = request;
    const { text, model, inputTokens, outputTokens, estimated, cut } = reply;
    const time = new Date(this.parts.clock.now()).toISOString();
    const usd = cost(spec, inputTokens, outputTokens);
    const entry = { id, kind, cell, text, model, inputTokens, outputTokens, estimated, cut, usd, time };
    await this.parts.log.append(entryLine(entry));
    this.answers.set(id, entry);
    this.count(entry);
    this.parts.onAnswer?.();
  }

  private count({ inputTokens, outputTokens, usd }: SynthEntry): void {
    this.requests += 1;
    this.inputTokens += inputTokens;
    this.outputTokens += outputTokens;
    this.usd += usd ?? 0;
  }
}
