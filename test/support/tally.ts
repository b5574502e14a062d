// What a test runner counted, read from what it printed.

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export const nothing = (): Tally => ({ passed: 0, failed: 0, skipped: 0 });

export const add = (one: Tally, other: Tally): Tally => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  skipped: one.skipped + other.skipped,
});

/** A single check: all or nothing. */
export const single = (code: number): Tally => ({ ...nothing(), ...(code === 0 ? { passed: 1 } : { failed: 1 }) });

const count = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);

const plain = (output: string): string => output.replace(/\u001b\[[0-9;]*m/g, '');

/** mocha ends with lines such as "  12 passing (3s)". */
export function mochaTally(output: string, code: number): Tally {
  const text = plain(output);
  return sane(
    {
      passed: count(text, /^ {2}(\d+) passing/m),
      failed: count(text, /^ {2}(\d+) failing/m),
      skipped: count(text, /^ {2}(\d+) pending/m),
    },
    code,
  );
}

/** pytest ends with a line such as "3 passed, 1 skipped in 0.42s". */
export function pytestTally(output: string, code: number): Tally {
  const last = plain(output).trimEnd().split('\n').at(-1) ?? '';
  return sane(
    {
      passed: count(last, /(\d+) passed/),
      failed: count(last, /(\d+) failed/) + count(last, /(\d+) errors?/),
      skipped: count(last, /(\d+) skipped/),
    },
    code,
  );
}

/** One line a row, which begins with how it went. */
export function rowsTally(output: string, code: number): Tally {
  const rows = (word: string) => plain(output).match(new RegExp(`^${word} `, 'gm'))?.length ?? 0;
  return sane({ passed: rows('holds'), failed: rows('FAILED'), skipped: rows('skipped') }, code);
}

/** A runner that broke off, or that found no test at all, has failed whatever it counted. */
function sane(tally: Tally, code: number): Tally {
  const silent = tally.failed === 0 && (code !== 0 || tally.passed + tally.skipped === 0);
  return silent ? { ...tally, failed: 1 } : tally;
}

export function tallyText({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
