/** A small imitation of the agent's tools whose world can be bent, and a loop that lets the policy work on it. */
import type { ChatMessage, OfferedTool, PlannedCall, Reply } from '../../../src/practice/stand-in/chat';
import { decide } from '../../../src/practice/stand-in/decide';

type Facts = Record<string, unknown>;

export interface FakeDataset {
  id: string;
  downloads: number;
  licenceVerdict?: string;
  columns?: string[];
  suggested?: { prompt: string; completion: string } | null;
  overlap?: { hits: number; flaggedRows: number; blocked: boolean };
  /** How the proposal is answered. */
  rejected?: string;
  card?: string;
  /** As inspect_dataset shows them. */
  rows?: string[];
  /** Of a row: the usual and the longest. */
  tokens?: { p50: number; max: number };
  duplicateShare?: number;
  /** What training on it alone gives. */
  worth?: number;
}

export interface FakeWorld {
  datasets: FakeDataset[];
  experiments: number;
  /** Reasons with which the first scripts are sent back by a person. */
  sentBack: string[];
  /** By experiment id: how its job fails. */
  failures: Record<string, { class: string; message: string; log: string }>;
  /** What a mixture loses or gains against the mean of its sources. */
  mixtureGain: number;
  longerGain: number;
  launchRejected: string[];
  paperSentences: string[];
  /** Questions that every evaluated model answers wrong. */
  wrong: string[];
  /** How the proposal to have rows written is answered. */
  writing: { decision: 'approved'; rows: number } | { decision: 'rejected'; reason: string };
}

export const usualWorld: FakeWorld = {
  datasets: [
    { id: 'hall/quiz-dump', downloads: 9000, overlap: { hits: 80, flaggedRows: 300, blocked: true } },
    { id: 'shop/animal-qa-pro', downloads: 5000, licenceVerdict: 'deny' },
    { id: 'web/animal-questions-noisy', downloads: 3000, card: 'Scraped questions about animals.', worth: 0.24 },
    { id: 'school/animal-qa', downloads: 400, card: 'Checked questions about animals.', worth: 0.5 },
    {
      id: 'zoo/animal-letters',
      downloads: 900,
      columns: ['text'],
      suggested: { prompt: '{text}', completion: ' {text}' },
      worth: 0.3,
    },
  ],
  experiments: 6,
  sentBack: [],
  failures: {},
  mixtureGain: -0.05,
  longerGain: 0.01,
  launchRejected: [],
  wrong: [],
  writing: { decision: 'approved', rows: 60 },
  paperSentences: ['We find that questions in the prompt format of the test help more than a larger number of rows.'],
};

export const toolNames = (
  'plan search_papers read_paper citations note_paper note_recipe search_datasets inspect_dataset check_overlap propose_dataset set_aside_dataset ' +
  'generate_rows starting_script write_script launch_job wait_for_job read_log evaluate compare record_experiment finish'
).split(' ');

export const offered: OfferedTool[] = toolNames.map((name) => ({ function: { name } }));

export type Answer = (call: PlannedCall) => string;

export interface Story {
  messages: ChatMessage[];
  calls: PlannedCall[];
  replies: Reply[];
  /** The last text, said without calling a tool; null when the limit was reached first. */
  last: string | null;
}

/** Lets the policy work until it stops. `view` may change what it is shown of the conversation. */
export function play(
  answer: Answer,
  options: {
    limit?: number;
    view?: (messages: ChatMessage[]) => ChatMessage[];
    start?: ChatMessage[];
    tools?: OfferedTool[];
  } = {},
): Story {
  const messages: ChatMessage[] = options.start ?? [
    { role: 'system', content: 'You post-train models.\nBenchmark: animal-quiz, metric exact.' },
    { role: 'user', content: 'Goal: raise the base model on questions about animals' },
  ];
  const calls: PlannedCall[] = [];
  const replies: Reply[] = [];
  for (let turn = 0; turn < (options.limit ?? 150); turn += 1) {
    const reply = decide(options.view?.(messages) ?? messages, options.tools ?? offered);
    replies.push(reply);
    if (reply.toolCalls.length === 0) return { messages, calls, replies, last: reply.text };
    const toolCalls = reply.toolCalls.map((call, index) => ({
      id: `c${turn}-${index}`,
      function: { name: call.name, arguments: JSON.stringify(call.args) },
    }));
    messages.push({ role: 'assistant', content: reply.text, tool_calls: toolCalls });
    for (const [index, call] of reply.toolCalls.entries()) {
      calls.push(call);
      messages.push({ role: 'tool', tool_call_id: `c${turn}-${index}`, content: answer(call) });
    }
  }
  return { messages, calls, replies, last: null };
}

export function facts(object: Facts, ...blocks: [string, string][]): string {
  const fenced = blocks.map(([source, body]) => `<untrusted source="${source}">\n${body}\n</untrusted>`);
  return [JSON.stringify(object), ...(fenced.length > 0 ? ['', ...fenced] : [])].join('\n');
}

/** In the usual world but for these changes. */
export function playIn(changes: Partial<FakeWorld>, options: Parameters<typeof play>[1] = {}): Story {
  return play(fakeTools({ ...usualWorld, ...changes }), options);
}

export function callsOf(story: Story, name: string): PlannedCall[] {
  return story.calls.filter((call) => call.name === name);
}

interface Trial {
  id: string;
  parent: string | null;
  worth: number;
  waits: number;
}

/** The tools over one world. */
export function fakeTools(world: FakeWorld): Answer {
  const trials = new Map<string, Trial>();
  let scripts = 0;
  let left = world.experiments;
  const budget = (): Facts => ({ minutesLeft: 60, experimentsLeft: left, tokensLeft: 1e6 });
  const dataset = (call: PlannedCall): FakeDataset | undefined =>
    world.datasets.find((item) => item.id === call.args.id);
  const evaluated = (id: string): number => (id === 'baseline' ? 0.1 : (trials.get(id)?.worth ?? 0));
  const tools: Record<string, Answer> = {
    search_papers: () =>
      facts({ papers: [paper('2604.01', 40), paper('2604.02', 12)], missing: [] }, [
        'abstract of 2604.01',
        'Data for questions.',
      ]),
    read_paper: ({ args }) =>
      facts(
        {
          id: args.id,
          title: `Paper ${String(args.id)}`,
          url: 'http://x',
          sections: [
            { id: 'S1', title: 'Introduction', chars: 9 },
            { id: 'S3', title: 'Data', chars: 9 },
          ],
        },
        [
          `paper ${String(args.id)}`,
          args.section === 'S3' ? world.paperSentences.join(' ') : 'An introduction of some length without findings.',
        ],
      ),
    citations: () => facts({ papers: [{ ...paper('2605.03', 3), influential: true, intents: [] }], missing: [] }),
    search_datasets: () =>
      facts({ datasets: world.datasets.map((item) => ({ id: item.id, downloads: item.downloads })) }),
    inspect_dataset: (call) => {
      const item = dataset(call);
      return item ? inspected(item) : facts({ error: 'No such dataset.', next: 'Search again.' });
    },
    check_overlap: (call) => {
      const overlap = dataset(call)?.overlap ?? { hits: 0, flaggedRows: 0, blocked: false };
      return facts({ id: call.args.id, revision: 'r', rows: 1000, items: 200, ...overlap });
    },
    propose_dataset: (call) => {
      const reason = dataset(call)?.rejected;
      return facts(
        reason === undefined ? { decision: 'approved', by: 'person' } : { decision: 'rejected', by: 'person', reason },
      );
    },
    starting_script: () =>
      `${facts({ method: 'sft', configKeys: ['learning_rate', 'max_steps', 'epochs', 'batch_size', 'seed'] })}\n\n<script>\nimport trl\n</script>`,
    write_script: (call) => {
      const reason = world.sentBack[scripts];
      scripts += 1;
      const id = `${String(scripts).padStart(2, '0')}-${String(call.args.slug)}`;
      if (reason !== undefined) return facts({ experiment: id, decision: 'rejected', by: 'person', reason });
      left -= 1;
      trials.set(id, { id, parent: (call.args.parent as string | null) ?? null, worth: worthOf(call), waits: 0 });
      return facts({ experiment: id, decision: 'approved', by: 'person' });
    },
    launch_job: ({ args }) =>
      world.launchRejected.includes(String(args.experiment))
        ? facts({ decision: 'rejected', by: 'person', reason: 'not now', budget: budget() })
        : facts({ job: `job-${String(args.experiment)}`, state: 'queued', decision: 'approved', budget: budget() }),
    wait_for_job: ({ args }) => {
      const trial = trials.get(String(args.job).replace('job-', ''));
      if (!trial) return facts({ error: 'No such job.', next: 'Launch it.' });
      trial.waits += 1;
      if (trial.waits < 2) return facts({ job: args.job, state: 'running', wallSeconds: 5, budget: budget() });
      const failure = world.failures[trial.id];
      return facts({
        job: args.job,
        state: failure ? 'failed' : 'finished',
        failure: failure ?? null,
        wallSeconds: 9,
        budget: budget(),
      });
    },
    read_log: ({ args }) =>
      facts({ job: args.job, file: args.file, from: 0, size: 10 }, [
        'stderr.log',
        world.failures[String(args.job).replace('job-', '')]?.log ?? '',
      ]),
    evaluate: ({ args }) => {
      const id = String(args.experiment);
      const parent = trials.get(id)?.parent;
      const told = {
        experiment: id,
        score: score(evaluated(id)),
        toParent: parent ? comparison(evaluated(id), evaluated(parent)) : null,
        toBaseline: id === 'baseline' ? null : comparison(evaluated(id), 0.1),
        budget: budget(),
      };
      const wrong = world.wrong.map((question) => JSON.stringify({ question, expected: 'x', generated: 'y' }));
      return facts(told, [`some wrong answers of ${id}`, wrong.join('\n')]);
    },
    generate_rows: ({ args }) => facts({ ...world.writing, file: `data/${String(args.name)}.jsonl`, budget: budget() }),
    compare: ({ args }) =>
      facts({ a: args.a, b: args.b, comparison: comparison(evaluated(String(args.a)), evaluated(String(args.b))) }),
    note_paper: () => facts({ noted: true, place: 'S3' }),
    note_recipe: () => facts({ noted: true, rows: 1, place: 'S3' }),
  };
  const worthOf = (call: PlannedCall): number => {
    const sources = call.args.sources as { id: string }[];
    const each = sources.map((source) => world.datasets.find((item) => item.id === source.id)?.worth ?? 0.1);
    const mean = each.reduce((sum, worth) => sum + worth, 0) / each.length;
    const slug = String(call.args.slug);
    return mean + (sources.length > 1 ? world.mixtureGain : 0) + (slug.includes('longer') ? world.longerGain : 0);
  };
  return (call) => tools[call.name]?.(call) ?? facts({ ok: true });
}

function paper(id: string, citations: number): Facts {
  return { id, title: `Data for questions ${id}`, year: 2026, citations, url: `http://papers/${id}` };
}

function inspected(item: FakeDataset): string {
  const columns = item.columns ?? ['question', 'answer'];
  const sheet = {
    id: item.id,
    revision: 'r',
    licence: item.licenceVerdict === 'deny' ? 'cc-by-nc-nd-4.0' : 'cc-by-4.0',
    licenceVerdict: item.licenceVerdict ?? 'allow',
    gated: false,
    downloads: item.downloads,
    likes: 1,
    splits: [{ config: 'default', split: 'train', rows: 1000 }],
    columns: columns.map((name) => ({ name, type: 'string' })),
    format: columns.length > 1 ? 'question-answer' : 'text',
    duplicateShare: item.duplicateShare ?? 0,
    emptyShare: 0,
    ...(item.tokens ? { lengths: { tokens: item.tokens } } : {}),
  };
  const suggestedMapping =
    item.suggested === undefined ? { prompt: '{question}', completion: '{answer}' } : item.suggested;
  return facts(
    { sheet, suggestedMapping, format: sheet.format, benchmarkPrompt: 'Question: {question}\nAnswer:' },
    [`card of ${item.id}`, item.card ?? 'Questions about animals.'],
    [`rows of ${item.id}`, (item.rows ?? ['{"question":"?","answer":"!"}']).join('\n')],
  );
}

function score(value: number): Facts {
  return { metric: 'exact', value, low: value - 0.03, high: value + 0.03, n: 200, seeds: [1], invalidShare: 0 };
}

function comparison(own: number, other: number): Facts {
  const difference = own - other;
  const verdict = difference > 0.03 ? 'better' : difference < -0.03 ? 'worse' : 'no evidence';
  return {
    against: 'x',
    n: 200,
    difference,
    low: difference - 0.03,
    high: difference + 0.03,
    pValue: 0.5,
    method: 'McNemar',
    verdict,
  };
}
