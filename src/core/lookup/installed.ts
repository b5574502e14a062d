/** What callables take as they are installed where the run's scripts will run; each name is asked once. */
import { unlessAborted } from '../box/abort';
import { cannot, type OpenedBox } from '../box/opened-box';
import { MlInternError } from '../errors';
import type { Signature } from '../ports/lookup';

export interface InstalledOptions {
  box: OpenedBox;
  /** Hash of the environment that trains; builds it when it is not there yet. */
  environment: () => Promise<string>;
  /** How long its building is waited for. */
  patienceMs?: number;
}

export interface InstalledAnswer {
  environment: string;
  signatures: Signature[];
}

const usualPatienceMs = 120_000;

export class Installed {
  private readonly kept = new Map<string, Signature>();

  constructor(private readonly options: InstalledOptions) {}

  async lookUp(names: readonly string[], signal: AbortSignal): Promise<InstalledAnswer> {
    const { box } = this.options;
    if (!box.signatures) throw cannot(box, 'be asked for signatures without a job');
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
