/** Has a model write training rows: the plan, its prompts, the teacher and the budget are approved first, and exactly they run. */
import { z } from 'zod';
import { priceText, proposalText } from '../../data/synth/estimate';
import { generate, rowLines } from '../../data/synth/generate';
import { paidTokens, type SynthLog } from '../../data/synth/log';
import { generatedRows, type Product } from '../../data/synth/generated';
import {
  cellsOf,
  parsePlan,
  teacherName,
  teacherSchema,
  type SynthPlan,
  type TeacherSpec,
} from '../../data/synth/plan';
import { writeRequests } from '../../data/synth/prompts';
import { checkTeacher } from '../../data/synth/teacher-policy';
import type { WrittenRow } from '../../data/synth/answers';
import { MlInternError } from '../../errors';
import { checkOverlap } from '../../experiments/overlaps';
import { jsonHash, sha256 } from '../../hash';
import { remaining, spendAt } from '../../run/budget';
import type { GeneratedRows, Proposal } from '../../run/types';
import { slugOf } from '../../slug';
import { budgetOf, defineTool, type AgentTool, type ToolCallContext, type ToolKit, type ToolOutput } from './tool';

const argsSchema = z.object({
  name: z.string().describe('Two to four words with hyphens; the file is data/NAME.jsonl'),
  why: z.string().describe('Why the data at hand is not enough'),
  task: z.string().describe('What the rows are for and what makes a good one, as the teacher is told'),
  topics: z.array(z.string()).min(1),
  styles: z.array(z.string()).optional(),
  languages: z.array(z.string()).optional(),
  edgeCases: z
    .array(z.object({ name: z.string(), instruction: z.string() }))
    .optional()
    .describe('E.g. hedging, emergencies'),
  examples: z.array(z.object({ prompt: z.string(), completion: z.string() })).optional(),
  rows: z.number().int().min(1),
  verify: z.enum(['none', 'solve']).optional().describe('solve: a second, independent answer must agree'),
  teacher: teacherSchema
    .optional()
    .describe(
      'Default: the model that you are; {"kind": "box", "model": ...} serves an open model on the box while it writes',
    ),
  budgetTokens: z.number().int().min(1).describe('Most tokens to spend; they count towards the budget of the run'),
  prompt: z.string().optional().describe('Template over {prompt} for training; default "{prompt}\\n"'),
  completion: z.string().optional().describe('Template over {completion}; default "{completion}"'),
});
type Args = z.infer<typeof argsSchema>;

export function generateTools(kit: ToolKit): AgentTool[] {
  return [
    defineTool({
      name: 'generate_rows',
      description:
        'Propose to have training rows written by a model, by a plan of topics, styles, languages and edge cases; when approved, they are written, checked and kept as a file that write_script takes as a source.',
      schema: argsSchema,
      phase: 'data',
      run: (args, call) => generateRows(kit, args, call),
    }),
  ];
}

async function generateRows(kit: ToolKit, args: Args, call: ToolCallContext): Promise<ToolOutput> {
  const plan = planOf(kit, args);
  const file = `data/${slugOf(args.name, 40, 'rows')}.jsonl`;
  const mapping = { prompt: args.prompt ?? '{prompt}\n', completion: args.completion ?? '{completion}' };
  const made = proposalOf(call.id, args.why, plan, { file, mapping });
  const proposal = await kit.broker.propose(call.id, () => Promise.resolve(affordable(kit, plan, file, made)));
  const decision = await kit.broker.request({ ...proposal, hash: made.hash }, call.signal);
  const { verdict, by, rule, reason } = decision;
  if (verdict === 'reject') {
    const note = 'Nothing was asked of the teacher.';
    return { facts: { decision: 'rejected', by, ...(rule ? { rule } : {}), reason: reason ?? '', note } };
  }
  const known = kit.bench.journal.view.generated.find((rows) => rows.file === file);
  const rows = known ?? (await write(kit, plan, { file, mapping, proposal: call.id }, call.signal));
  return {
    facts: { decision: 'approved', by, ...rows, examples: undefined, budget: budgetOf(kit) },
    untrusted: await sample(kit, file),
  };
}

function planOf(kit: ToolKit, args: Args): SynthPlan {
  const { seed } = kit.bench.journal.config;
  const { own, policy } = kit.teachers;
  const teacher = args.teacher ?? own;
  refuseStrangers(kit, teacher);
  checkTeacher(teacher, policy);
  const { task, topics, styles, languages, edgeCases, examples, rows, verify } = args;
  const given = { task, topics, styles, languages, edgeCases, examples, rows, verify, teacher, seed };
  return parsePlan({ ...given, budget: { tokens: args.budgetTokens } }, 'The plan');
}

/** No host is added to a run: nothing that the agent read may lead its requests, or its keys, to a machine that nobody chose. */
function refuseStrangers({ bench, teachers }: ToolKit, teacher: TeacherSpec): void {
  const { autonomy, box } = bench.journal.config;
  if (teacher.kind === 'box' && teacher.box !== undefined && teacher.box !== box)
    throw new MlInternError('not-approved', `This run works on its own box ${box}, not on ${teacher.box}.`, {
      next: "Leave the box out: the model is then served on the run's box, or found at the port that you name there.",
    });
  if (autonomy === 'autopilot' && teacher.kind === 'openai' && !sameEndpoint(teacher, teachers.own))
    throw new MlInternError('not-approved', `${teacher.baseUrl} is not an endpoint that a person chose for this run.`, {
      next: "Use the run's own model, Hugging Face Inference, or a server on the box.",
    });
}

function sameEndpoint(teacher: TeacherSpec, own: TeacherSpec): boolean {
  return teacher.kind === 'openai' && own.kind === 'openai' && teacher.baseUrl === own.baseUrl;
}

/** Its hash stands for the plan, every prompt of the first round, the teacher, the budget and what the rows are trained as. */
function proposalOf(id: string, why: string, plan: SynthPlan, product: Omit<Product, 'proposal'>): Proposal {
  const prompts = cellsOf(plan).flatMap((cell) => writeRequests(plan, cell, cell.rows, 0).map((request) => request.id));
  return {
    ...{ id, kind: 'spend', why, title: `${plan.rows} synthetic rows: ${product.file}` },
    hash: jsonHash({ plan, prompts, product }),
    subject: {
      kind: 'spend',
      what: `${plan.rows} training rows written by ${teacherName(plan.teacher)}`,
      amount: `at most ${plan.budget.tokens} tokens, ${priceText(plan)}`,
      details: proposalText(plan),
    },
  };
}

function affordable(kit: ToolKit, plan: SynthPlan, file: string, proposal: Proposal): Proposal {
  const { view, config } = kit.bench.journal;
  const left = remaining(config.budget, spendAt(view, kit.clock.now())).tokens;
  if (plan.budget.tokens > left)
    throw new MlInternError('budget-spent', `The run has ${left} model tokens left, the plan may take more.`, {
      next: 'Ask for fewer rows with a smaller budgetTokens.',
    });
  if (view.generated.some((rows) => rows.file === file))
    throw new MlInternError('bad-input', `${file} was written already.`, { next: 'Use it, or choose another name.' });
  return proposal;
}

async function write(kit: ToolKit, plan: SynthPlan, product: Product, signal: AbortSignal): Promise<GeneratedRows> {
  const { bench, clock } = kit;
  const path = `${bench.runFolder}/${product.file}`;
  const logPath = path.replace(/\.jsonl$/, '.log.jsonl');
  const log: SynthLog = {
    read: async () => (await bench.store.read(logPath)) ?? '',
    append: (text) => bench.store.append(logPath, text),
  };
  const teacher = await kit.teachers.open(plan.teacher);
  try {
    const result = await generate({
      ...{ plan, teacher, clock, signal, overlap: (rows: readonly WrittenRow[]) => overlapping(kit, rows) },
      log,
    });
    const text = rowLines(result.rows);
    await bench.store.write(path, text);
    const rows = generatedRows(plan, product, result, text);
    await bench.journal.record('rows.generated', { rows });
    return rows;
  } catch (error) {
    // What was answered is paid for, whatever became of it.
    await bench.journal.record('teacher.paid', { file: product.file, ...(await paidTokens(log)) });
    throw error;
  } finally {
    await teacher.close();
  }
}

/** The whole evaluation is compared on the box; only places come back. */
async function overlapping(kit: ToolKit, rows: readonly WrittenRow[]): Promise<ReadonlySet<number>> {
  const text = rows.map(({ prompt, completion }) => `${JSON.stringify({ prompt, completion })}\n`).join('');
  const dataset = { id: 'rows.jsonl', revision: sha256(text), config: '', split: 'train' };
  const report = await checkOverlap(kit.bench, kit.preparation, { dataset, columns: null, rows: text });
  return new Set(report.flaggedRows);
}

async function sample(kit: ToolKit, file: string): Promise<{ source: string; text: string }[]> {
  const text = (await kit.bench.store.read(`${kit.bench.runFolder}/${file}`)) ?? '';
  return text === '' ? [] : [{ source: `rows of ${file}`, text: text.split('\n').slice(0, 3).join('\n') }];
}
