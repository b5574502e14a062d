/** Checks of a training script before it is launched, on the box whose packages it will run with. Never runs it. */

export interface ScriptFinding {
  /** Line and column count from 1. */
  line: number;
  column: number;
  rule: string;
  message: string;
  fix: string;
}

export interface LintOrder {
  script: string;
  /** What config.json beside the script will hold. */
  config?: Record<string, unknown>;
  recipe?: object;
  /** A folder on the box, or a Hub id whose files lie in the box's cache. */
  baseModel?: string;
  /** Hash of a built environment; absent: the newest on the box that trains. */
  environment?: string;
  /** Path of a Python on the box, instead of an environment. */
  python?: string;
  /** How many the script will have; absent: not known. */
  gpus?: number;
  /** Names of evaluation files and datasets, which no script may touch. */
  protected?: string[];
  /** Modules that lie beside the script. */
  beside?: string[];
  /** Rules whose findings shall not block. */
  allow?: string[];
  /** It is about to run as a job: nothing but the approved data and model are there. */
  launch?: boolean;
}

export interface LintAnswer {
  /** They block a launch. */
  errors: ScriptFinding[];
  warnings: ScriptFinding[];
  environment: string | null;
  /** Whether packages and arguments were compared with what is installed. */
  checked: boolean;
  /** Why not. */
  note?: string | undefined;
}

export interface ScriptLints {
  lint(order: LintOrder, signal?: AbortSignal): Promise<LintAnswer>;
}
