/** What callables take as they are installed where the run's scripts will run; each name is asked once. */
import { unlessAborted } from '../box/abort';
import type { OpenedBox } from '../box/opened-box';
import { MlInternError } from '../errors';
import type { Signature } from '../ports/lookup';

export interface InstalledOptions {
  box: OpenedBox;
  /** Hash of the environment that trains; builds it when it is not there yet. */
  environment: () => Promise<string>;
  /** What it is made of, e.g. `trl==1.13.0`. */
  requirements: readonly string[];
  /** How long its building is waited for. */
  patienceMs?: number;
}

export interface InstalledAnswer {
  environment: string;
  signatures: Signature[];
}

/** Where each job has a machine of its own, one only for this would cost minutes and money. */
function onlyInJobs(box: OpenedBox, requirements: readonly string[]): MlInternError {
  return new MlInternError(
    'lookup-unavailable',
    `The packages on ${box.name} cannot be looked into: its machines exist only while a job runs.`,
    {
      next: `Its trainings use ${requirements.join(', ')}. Read what they take in the source of exactly these versions (find_code with ref, e.g. v1.13.0) or in the documentation (read_docs).`,
    },
  );
}

const usualPatienceMs = 120_000;

export class Installed {
  private readonly kept = new Map<string, Signature>();

  constructor(private readonly options: InstalledOptions) {}

  async lookUp(names: readonly string[], signal: AbortSignal): Promise<InstalledAnswer> {
    const { box } = this.options;
    if (!box.signatures) throw onlyInJobs(box, this.options.requirements);
    const environment = await this.environment(signal);
    const key = (name: string) => `${environment} ${name}`;
    const missing = [...new Set(names)].filter((name) => !this.kept.has(key(name)));
    const asked = missing.length === 0 ? [] : await box.signatures(environment, missing, signal);
    // What is not there may have failed for now only: it is asked again.
    for (const answer of asked) if (answer.found) this.kept.set(key(answer.name), answer);
    const known = [...asked, ...[...this.kept.values()]];
    const signatures = names.flatMap((name) => known.find((each) => each.name === name) ?? []);
    return { environment, signatures };
  }

  /** An environment that is still being built must not hold the agent up. */
  private async environment(signal: AbortSignal): Promise<string> {
    const tooLong = AbortSignal.timeout(this.options.patienceMs ?? usualPatienceMs);
    try {
      return await unlessAborted(this.options.environment(), AbortSignal.any([signal, tooLong]));
    } catch (error) {
      if (signal.aborted || !tooLong.aborted) throw error;
      throw new MlInternError('timeout', 'The environment that trains is still being built on the box.', {
        next: 'Look at the documentation meanwhile (read_docs) and ask again in some minutes.',
      });
    }
  }
}
