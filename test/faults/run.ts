/** Runs scenarios, a few at once, each within its time; a scenario that throws is a row that does not hold. */
import { holds, type Figures, type Scenario } from './scenario';

export interface Row extends Partial<Figures> {
  name: string;
  holds: boolean;
  seconds: number;
  /** Why it was not tried here; such a row neither holds nor breaks anything. */
  skipped?: string;
  error?: string;
}

export interface Choices {
  short: boolean;
  seed: number;
  atOnce: number;
}

export async function runScenarios(
  chosen: readonly Scenario[],
  choices: Choices,
  told: (row: Row) => void,
): Promise<Row[]> {
  const rows = new Map<Scenario, Row>();
  const waiting = [...chosen];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const row = await tryOne(next, choices);
      rows.set(next, row);
      told(row);
    }
  };
  await Promise.all(Array.from({ length: choices.atOnce }, work));
  return chosen.flatMap((each) => rows.get(each) ?? []);
}

async function tryOne(scenario: Scenario, { short, seed }: Choices): Promise<Row> {
  const { name } = scenario;
  const skipped = scenario.obstacle?.();
  if (skipped !== undefined) return { name, holds: false, seconds: 0, skipped };
  const began = Date.now();
  const row = (rest: Partial<Row> & { holds: boolean }): Row => ({
    name,
    ...rest,
    seconds: Math.round((Date.now() - began) / 100) / 10,
  });
  try {
    const figures = await withinTime(scenario, { short, seed });
    return row({ ...figures, holds: holds(figures) });
  } catch (error) {
    return row({ holds: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function withinTime(scenario: Scenario, conditions: { short: boolean; seed: number }): Promise<Figures> {
  const limit = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      limit.abort(new Error(`It took longer than ${scenario.limitSeconds} s.`));
      // What does not look at the signal must not hold up the rest.
      setTimeout(() => reject(limit.signal.reason as Error), 5000).unref();
    }, scenario.limitSeconds * 1000);
    void scenario
      .run({ ...conditions, signal: limit.signal })
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
