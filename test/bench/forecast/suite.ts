/** What a trial says a training will take, against what it then takes; three trainings of different shape, on the CPU. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { mustRun } from '../../support/process';
import { pythonForTests } from '../../support/python-environment';
import { timed } from '../measure';
import { soleRow, type Row } from '../row';
import type { Suite } from '../suites';

const box = resolve(__dirname, '../../../box');
const shapes = ['short-rows', 'long-rows', 'adapters'];
/** The trainings are made so long: shorter ones would mostly measure how long Python takes to start. */
const trainingSeconds = 60;
const mostError = 15;

const figure = z.object({ value: z.number(), low: z.number(), high: z.number() });
const forecastFile = z.object({ secondsPerStep: figure, seconds: figure, trialSeconds: z.number() });
type Forecast = z.infer<typeof forecastFile>;

interface Work {
  python: string;
  folder: string;
}

export const forecastSuite: Suite = {
  name: 'forecast',
  what: 'what a trial of at most 90 s says of a training against what it takes (three shapes, CPU; 8 minutes)',
  async run(note, row) {
    const python = await pythonForTests();
    for (const shape of shapes) {
      const folder = await mkdtemp(join(tmpdir(), 'forecast-'));
      try {
        for (const each of await measure(shape, { python, folder }, note)) row(each);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  },
};

async function measure(shape: string, work: Work, note: (text: string) => void): Promise<Row[]> {
  await mustRun(work.python, [join(__dirname, 'shapes.py'), join(work.folder, 'work'), shape, '1000000']);
  const steps = await stepsFor(work);
  const path = join(work.folder, 'work/config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, max_steps: steps }));
  const forecast = await trial(work, ['--seconds', '30', '--steps', '200']);
  const seconds = (await timed(() => step(work, ['train.py']))) / 1000;
  const { value, low, high } = forecast.seconds;
  const inside = seconds >= low && seconds <= high;
  note(
    `${shape}: ${steps} steps, forecast ${value.toFixed(1)} s (${low.toFixed(1)} to ${high.toFixed(1)}), took ${seconds.toFixed(1)} s, ${inside ? 'inside' : 'outside'}; load ${loadavg()[0]?.toFixed(1)}`,
  );
  return [
    soleRow(`forecast error, ${shape}`, (100 * Math.abs(value - seconds)) / seconds, '%', mostError),
    soleRow(`trial, ${shape}`, forecast.trialSeconds, 's'),
  ];
}

async function stepsFor(work: Work): Promise<number> {
  const { secondsPerStep } = await trial(work, ['--no-smoke', '--seconds', '10', '--steps', '40']);
  return Math.ceil(trainingSeconds / secondsPerStep.value);
}

async function trial(work: Work, options: string[]): Promise<Forecast> {
  await step(work, ['-m', 'ml_intern_box.trial', ...options, '--', work.python, 'train.py']);
  return forecastFile.parse(JSON.parse(await readFile(join(work.folder, 'artifacts/forecast.json'), 'utf8')));
}

/** As a box runs a step of a job; rows are tokenised anew each time. */
async function step({ python, folder }: Work, args: string[]): Promise<void> {
  const env = {
    ...process.env,
    PYTHONPATH: box,
    ML_INTERN_JOB_DIR: folder,
    HF_HOME: await mkdtemp(join(folder, 'hf-')),
  };
  await mustRun(python, args, { cwd: join(folder, 'work'), env });
}
