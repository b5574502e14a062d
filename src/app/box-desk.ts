/** Serving outside of any run: jobs that only the box remembers. */
import { hubToken } from '../core/experiments/bench';
import type { Box } from '../core/ports/box';
import type { ServeDesk } from '../core/serving/model-server';
import { builtEnvironment } from './environments';
import { loneFailure, resultOf, runAlone, submitAlone } from './lone-jobs';
import type { AppOptions } from './options';

/** Whatever becomes of us, the server is then over; a longer generation goes on from its answers. */
const longestSeconds = 12 * 3600;
const run = 'teachers';

export function boxDesk(
  box: Box,
  { productRoot, secrets, settings }: AppOptions,
  say: (text: string) => void,
): ServeDesk {
  const { hubEndpoint } = settings;
  const env = { HF_ENDPOINT: hubEndpoint };
  const started = Date.now().toString(36);
  let made = 0;
  return {
    environment: (signal) => builtEnvironment(box, 'serve', productRoot, { signal, onOutput: say }),
    result: async (order, signal) => {
      const token = await secrets.get(`hub:${hubEndpoint}`);
      const surroundings = { run, env, secrets: token === undefined ? {} : { [hubToken]: token } };
      const job = await runAlone(box, order, surroundings, { signal, onOutput: say });
      const result = await resultOf(box, job, signal);
      if (job.state === 'finished') return result;
      throw loneFailure('The model could not be fetched', job, result);
    },
    submit: async (order, own, signal) => {
      await submitAlone(box, order, { run, env, secrets: own }, signal);
    },
    // From then on it ends by itself, whoever goes on listening.
    end: async (id) => {
      await box.stop(id);
    },
    newId: (what) => `teacher-${what}-${started}-${process.pid}-${++made}`,
    capSeconds: () => longestSeconds,
  };
}
