/** The gate before a launch: a script with errors is not proposed, and what is only doubtful is told with the proposal. */
import { MlInternError } from '../errors';
import type { BoxCard } from '../ports/box';
import type { OpenedBox } from '../box/opened-box';
import type { LintAnswer, LintOrder, ScriptFinding } from '../ports/script-lints';
import type { Recipe } from '../run/types';

export interface LintedScript {
  script: string;
  config: Record<string, unknown>;
  recipe: Recipe;
}

export interface ScriptLintOptions {
  box: OpenedBox;
  environment: () => Promise<string>;
  baseModel: () => Promise<{ path: string }>;
  card: () => Promise<BoxCard>;
  /** Names of files and datasets of the evaluation. */
  protected: readonly string[];
}

export class ScriptLint {
  constructor(private readonly options: ScriptLintOptions) {}

  /** What was found; null where the box cannot be asked without a job, or fails to answer: that must not stop a launch. */
  async check({ script, config, recipe }: LintedScript, signal: AbortSignal): Promise<LintAnswer | null> {
    const { box } = this.options;
    if (!box.lint) return null;
    const order = { script, config, recipe, ...(await this.place()), launch: true };
    try {
      return await box.lint(order, signal);
    } catch (error) {
      if (signal.aborted || !MlInternError.is(error, 'box-command')) throw error;
      return null;
    }
  }

  private async place(): Promise<Omit<LintOrder, 'script'>> {
    const environment = await this.options.environment();
    const { path: baseModel } = await this.options.baseModel();
    const card = await this.options.card();
    // The machine that answers for a cluster is not the one that trains.
    const gpus = card.schedulerOptions === undefined ? { gpus: card.gpus.length } : {};
    return { environment, baseModel, ...gpus, protected: [...this.options.protected] };
  }
}

const mostTold = 20;

/** Throws what blocks, each finding with its line and how to mend it. */
export function refuseErrors({ errors }: LintAnswer): void {
  if (errors.length === 0) return;
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
  const more = errors.length > mostTold ? `\n(and ${errors.length - mostTold} more)` : '';
  throw new MlInternError(
    'script-errors',
    `The script has ${count}:\n${findingsText(errors.slice(0, mostTold))}${more}`,
    {
      next: 'Mend these lines and write the script again; nothing was proposed or run.',
    },
  );
}

/** One line each: `line 31: SFTConfig takes no warmup_ratio. Use warmup_steps. [unknown-argument]` */
export function findingsText(findings: readonly ScriptFinding[]): string {
  return findings.map(({ line, message, fix, rule }) => `line ${line}: ${message} ${fix} [${rule}]`).join('\n');
}
