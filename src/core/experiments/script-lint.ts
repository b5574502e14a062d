/** The gate before a launch: a script with errors is not proposed, and what is only doubtful is told with the proposal. */
import { MlInternError, toMlInternError } from '../errors';
import type { BoxCard } from '../ports/box';
import type { OpenedBox } from '../box/opened-box';
import type { LintAnswer, LintOrder, ScriptFinding, ScriptLints } from '../ports/script-lints';
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
  /** The check by this machine, for a box that cannot do it without a job. */
  here: ScriptLints['lint'];
}

export interface Checked {
  /** Null where there was no check. */
  found: LintAnswer | null;
  /** What was not checked and why, for whoever decides; absent: all was. */
  unchecked?: string;
}

export class ScriptLint {
  constructor(private readonly options: ScriptLintOptions) {}

  /** A check that fails stops no launch: it is told, and then a person decides. */
  async check({ script, config, recipe }: LintedScript, signal: AbortSignal): Promise<Checked> {
    const { box, here } = this.options;
    const order = { script, config, recipe, protected: [...this.options.protected], launch: true };
    const lint = box.lint?.bind(box);
    try {
      if (lint) return told(await lint({ ...order, ...(await this.place()) }, signal));
      return told(await here(order, signal), `Checked on this machine: ${box.name} cannot without a job. `);
    } catch (error) {
      // What fails on this machine says nothing of the box.
      if (signal.aborted || (lint && !MlInternError.is(error, 'box-command'))) throw error;
      return { found: null, unchecked: `The check of the script failed: ${toMlInternError(error).message}` };
    }
  }

  private async place(): Promise<Omit<LintOrder, 'script'>> {
    const environment = await this.options.environment();
    const { path: baseModel } = await this.options.baseModel();
    const card = await this.options.card();
    // The machine that answers for a cluster is not the one that trains.
    const gpus = card.schedulerOptions === undefined ? { gpus: card.gpus.length } : {};
    return { environment, baseModel, ...gpus };
  }
}

function told(found: LintAnswer, before = ''): Checked {
  const unchecked = `${before}${found.note ?? ''}`.trim();
  return { found, ...(unchecked === '' ? {} : { unchecked }) };
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
