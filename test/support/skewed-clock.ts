/** A shell on a machine whose clock is wrong: the Python that it runs, and all that comes of it, sees another time. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellQuote } from '../../src/core/box/quote';
import type { Shell } from '../../src/core/ports/shell';

/** Only the wall clock is off: a clock that is set leaves the monotonic one alone. Python loads this by itself. */
const shim = `
import os, time
_right = time.time
_place = os.path.join(os.path.dirname(__file__), "seconds")
def _wrong():
    with open(_place) as file:
        return _right() + float(file.read())
time.time = _wrong
`;

export interface SkewedClock {
  /** May be called at any moment, as a clock may be set at any moment. */
  set(secondsAhead: number): Promise<void>;
  around(shell: Shell): Shell;
}

export async function skewedClock(folder: string): Promise<SkewedClock> {
  await mkdir(folder);
  await writeFile(join(folder, 'sitecustomize.py'), shim);
  const skewed = (command: string) => `export PYTHONPATH=${shellQuote(folder)}; ${command}`;
  return {
    set: async (secondsAhead) => {
      await writeFile(join(folder, 'new'), String(secondsAhead));
      await rename(join(folder, 'new'), join(folder, 'seconds'));
    },
    around: (shell) => ({
      name: shell.name,
      exec: (command, options) => shell.exec(skewed(command), options),
      stream: (command, options) => shell.stream(skewed(command), options),
      close: () => shell.close(),
    }),
  };
}
