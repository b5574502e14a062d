/** A complete scripted run over all real tools, and its driver: what a process does from taking a run up to the report. */
import { driveAgent } from '../../../src/core/agent/agent';
import type { ModelEndpoint } from '../../../src/core/ports/model';
import { sha256 } from '../../../src/core/hash';
import { examine } from '../../../src/core/experiments/examination';
import { scoreReferences } from '../../../src/core/experiments/references';
import { driveRun, stopRun, type DriverParts } from '../../../src/core/run/driver';
import { writeReport } from '../../../src/core/run/report';
import type { Budget } from '../../../src/core/run/types';
import { runFolder } from './journal';
import { sentence, type Workplace } from './kit';
import type { Answer, Call } from './scripted-model';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };

let turn = 0;
/** One reply; its calls get ids by turn and place. */
function reply(...calls: [name: string, args: Record<string, unknown>][]): Answer & { calls: Call[] } {
  turn += 1;
  return { calls: calls.map(([name, args], index) => ({ id: `t${turn}c${index}`, name, args })) };
}

const experiments = ['01-draft', '02-other'];
const script = (slug: string) => ({
  ...{ slug, parent: null, hypothesis: 'questions help', sources: [{ id: 'lab/qa' }], config: { max_steps: 5 } },
});
const launch = () =>
  reply(...(experiments.map((experiment): [string, object] => ['launch_job', { experiment, capMinutes: 5 }]) as []));

function replies(): Answer[] {
  turn = 0;
  const research = [
    reply(
      ['plan', { items: [{ text: 'read', state: 'doing' }] }],
      ['search_papers', { query: 'glims' }],
      ['search_datasets', { query: 'glims' }],
    ),
    reply(
      ['read_paper', { id: '2601.00001' }],
      ['note_paper', { id: '2601.00001', claim: 'it helps', quote: sentence }],
    ),
    reply(['inspect_dataset', { id: 'lab/qa' }], ['inspect_dataset', { id: 'lab/leaky' }]),
    reply(['check_overlap', { id: 'lab/qa' }], ['check_overlap', { id: 'lab/leaky' }]),
    reply(
      ['propose_dataset', { id: 'lab/qa', why: 'fits', mapping }],
      ['propose_dataset', { id: 'lab/leaky', why: 'big', mapping }],
    ),
    reply(['set_aside_dataset', { id: 'lab/leaky', reason: 'leaks' }], ['evaluate', { experiment: 'baseline' }]),
    reply(
      ['write_script', script('draft')],
      ['write_script', { ...script('other'), sources: [{ id: 'lab/qa', maxRows: 50 }] }],
    ),
  ];
  const launched = launch();
  const jobs = launched.calls.map(
    ({ id = '' }, index) => `${runFolder}-${experiments[index]}-${sha256(id).slice(0, 6)}`,
  );
  const each = (name: string, args: (experiment: string) => Record<string, unknown>) =>
    reply(...experiments.map((experiment): [string, Record<string, unknown>] => [name, args(experiment)]));
  return [
    ...research,
    launched,
    reply(...jobs.map((job): [string, Record<string, unknown>] => ['wait_for_job', { job }])),
    each('evaluate', (experiment) => ({ experiment })),
    each('record_experiment', (experiment) => ({ experiment, outcome: 'promising', note: 'good' })),
    { text: 'I think about it.' },
    reply(['compare', { a: '01-draft', b: 'baseline' }]),
    reply(['finish', { summary: 'Questions helped.', best: '01-draft' }]),
  ];
}

/** As many experiments as it tries: none is left to repeat the best with another seed. */
export const wholeRunBudget: Budget = { wallHours: 1, modelTokens: 1_000_000, experiments: 2 };

export const wholeRun: readonly Answer[] = replies();

/** As the session of a run does it: drives the run, records why it stopped, lets go of the log. */
export async function drive(work: Workplace, endpoint: ModelEndpoint, signal: AbortSignal): Promise<void> {
  const { journal, box, jobs, preparation, evaluations, clock, toolbox, store } = work;
  const failures: string[] = [];
  const say = (message: string) => void failures.push(message);
  const logger = { info: say, warn: say, error: say };
  const parts: DriverParts = {
    ...{ journal, box, jobs, preparation, evaluations, clock, logger },
    examine: (experiment) => examine(work.kit.bench, preparation, experiment),
    scoreReferences: (capSeconds) => scoreReferences(work.kit.bench, preparation, capSeconds),
    readProgram: () => Promise.resolve('Be brief.'),
    driveAgent: (until, refresh) =>
      driveAgent({
        ...{ endpoint, toolbox, journal, clock, refresh, signal: until, systemPrompt: 'You are tested.' },
        contextTokens: 100_000,
        onSpeech: () => undefined,
      }),
    writeReport: async () => {
      await store.write(`${runFolder}/report.md`, writeReport(journal.view, []));
      return 'report.md';
    },
  };
  const ending = { journal, logger, freeReserve: () => Promise.resolve() };
  try {
    await driveRun(parts, { by: 'cli', process: 1 }, signal);
  } catch (error) {
    await stopRun(ending, error, signal);
  }
  await journal.close();
  if (failures.length > 0) throw new Error(failures.join('\n'));
}
