/** Reads the event log of the only run in a workspace, as a person with a text editor could. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventData, EventType, RunEvent } from '../../src/core/run/events';

export class RunLog {
  constructor(private readonly workspace: string) {}

  folder(): string {
    const root = join(this.workspace, 'ml-intern');
    const [run] = existsSync(root)
      ? readdirSync(root).filter((name) => existsSync(join(root, name, 'events.jsonl')))
      : [];
    return join(root, run ?? 'none');
  }

  /** Whole lines only: the last one may be in the writing. */
  events(): RunEvent[] {
    const file = join(this.folder(), 'events.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as RunEvent);
  }

  all<T extends EventType>(type: T): EventData[T][] {
    return this.events().flatMap((event) => (event.type === type ? [event.data as EventData[T]] : []));
  }

  /** What was proposed and not yet decided. */
  pending(): EventData['proposal.made']['proposal'][] {
    const decided = new Set(this.all('proposal.decided').map(({ decision }) => decision.proposal));
    return this.all('proposal.made').flatMap(({ proposal }) => (decided.has(proposal.id) ? [] : [proposal]));
  }

  async waitFor(what: string, holds: () => boolean, minutes: number): Promise<void> {
    const end = Date.now() + minutes * 60_000;
    while (!holds()) {
      if (Date.now() > end) {
        const last = this.events().slice(-3);
        throw new Error(
          `Within ${minutes} min there was no ${what}. The log ends with:\n${JSON.stringify(last).slice(0, 2000)}`,
        );
      }
      const ended = this.all('run.stopped').at(-1);
      if (ended !== undefined && this.events().at(-1)?.type === 'run.stopped')
        throw new Error(`The run stopped: ${ended.message}`);
      await pause(250);
    }
  }
}
