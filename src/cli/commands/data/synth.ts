/** `ml-intern data synth`: rows written by a model, by a plan; what it will ask and cost is shown before anything is asked. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { SynthAnswer } from '../../../app/synth';
import {
  checkTeacher,
  teacherPolicies,
  teacherPolicySchema,
  type TeacherPolicy,
} from '../../../core/data/synth/teacher-policy';
import { estimate, priceText, proposalText } from '../../../core/data/synth/estimate';
import { cellName, cellsOf, parsePlan, teacherName, type SynthPlan } from '../../../core/data/synth/plan';
import { writeRequests } from '../../../core/data/synth/prompts';
import { isAbort, MlInternError } from '../../../core/errors';
import { jsonHash } from '../../../core/hash';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { count, plain, table } from '../../format';
import { readJson } from '../../given-file';
import { boxRootOption, command, examples, modelUrlOption } from '../../options';

interface SynthOptions extends GlobalOptions {
  out: string;
  yes?: boolean;
  policy: string;
  eval?: string;
  existing?: string[];
  box?: string;
}

export function synthCommand(cli: Cli, done: (code: number) => void): Command {
  return command('synth', 'have a model write training rows by a plan; shows prompts, number and price first')
    .argument('<plan.json>', 'task, topics, styles, languages, edge cases, rows, teacher, budget')
    .requiredOption('--out <file>', 'rows as JSON lines; beside it FILE.log.jsonl keeps every answer that was paid for')
    .option('--yes', 'ask the model; without it, only what would be asked and cost is shown')
    .option('--policy <name>', 'which models may write rows: any, posttrainbench, or a file of rules', 'any')
    .option('--eval <file>', 'leave out rows that overlap with these evaluation items')
    .option('--existing <files...>', 'rows that exist, as JSON lines: none of them is written again')
    .option('--box <host>', 'where a teacher of kind "box" is served, or listens')
    .addOption(modelUrlOption())
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((file: string, options: SynthOptions) => synth(cli, file, options, done));
}

const help = `${examples(
  ['What it would ask, and cost', 'ml-intern data synth plan.json --out rows.jsonl'],
  [
    'Have it written, checked against the evaluation',
    'ml-intern data synth plan.json --out rows.jsonl --eval test.jsonl --yes',
  ],
)}
A plan, with everything that is not needed in brackets:
  {"task": "...", "topics": [...], ["styles", "languages", "edgeCases": [{"name", "instruction"}], "examples", "seed",]
   "rows": 1100, "budget": {"tokens": 2000000, ["usd": 5]}, ["verify": "solve", "verifier", "rounds", "concurrency",]
   "teacher": {"kind": "openai", "baseUrl", "model", ["price": {"input", "output"}]}
           or {"kind": "hf-inference", "model", ["provider", "billTo", "price"]}
           or {"kind": "box", "model", ["revision", "port"]}}
A teacher on a box is served there with vLLM while it writes, as a job that waits its turn for GPUs and always ends; with
"port" it is a server that you started.
Interrupted, it goes on from its log: nothing is paid twice. ML_INTERN_MODEL_API_KEY is sent to --model-url only.
`;

async function synth(cli: Cli, file: string, options: SynthOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const plan = parsePlan(await readJson(resolve(cli.cwd, file), file), file);
  const policy = await policyOf(cli, options.policy);
  for (const teacher of [plan.teacher, ...(plan.verifier ? [plan.verifier] : [])]) checkTeacher(teacher, policy);
  if (!(await isApproved(cli, plan, options))) return done(exitCodes.ok);
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  let told = 0;
  try {
    const app = await cli.loadApp();
    const answer = await app.synthesise(orderOf(cli, plan, options), appOptions(cli, options), {
      signal: leaving.signal,
      say: (text) => terminal.line(plain(text)),
      onProgress: ({ requests, tokens, usd }) => {
        if (requests < told + 10) return;
        told = requests;
        terminal.line(
          `${count(requests)} answers, ${count(tokens)} tokens${plan.teacher.price ? `, $${usd.toFixed(2)}` : ''}`,
        );
      },
    });
    terminal.out(options.json ? `${JSON.stringify(resultOf(answer))}\n` : `${resultText(answer)}\n`);
    done(answer.rows.length === 0 ? exitCodes.failed : exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted || !isAbort(error)) throw error;
    throw new MlInternError('cancelled', 'The writing was interrupted; every answer so far is kept.', {
      next: 'Give the same command again: it goes on where it stopped.',
    });
  } finally {
    off();
  }
}

function orderOf(cli: Cli, plan: SynthPlan, options: SynthOptions) {
  const at = (path: string) => resolve(cli.cwd, path);
  return {
    ...{ plan, out: at(options.out), existing: (options.existing ?? []).map(at) },
    ...(options.eval === undefined ? {} : { evaluation: at(options.eval) }),
    ...(options.box === undefined ? {} : { box: options.box }),
  };
}

async function policyOf(cli: Cli, name: string): Promise<TeacherPolicy> {
  const known = teacherPolicies[name];
  if (known) return known;
  const parsed = teacherPolicySchema.safeParse(await readJson(resolve(cli.cwd, name), name));
  if (parsed.success) return parsed.data;
  throw new MlInternError('bad-input', `${name} is no policy for teachers: ${parsed.error.issues[0]?.message}.`, {
    next: `Use ${Object.keys(teacherPolicies).join(' or ')}, or a file {"name", "rules": [{"name", "verdict", "why"}]}.`,
  });
}

/** Shows what would be asked; goes on only when told to. */
async function isApproved(cli: Cli, plan: SynthPlan, { yes, json }: SynthOptions): Promise<boolean> {
  const { terminal } = cli;
  if (yes && json) return true;
  if (yes) {
    terminal.line(summary(plan));
    return true;
  }
  terminal.out(json ? `${JSON.stringify(dryRun(plan))}\n` : `${proposalText(plan)}\n`);
  if (!json && terminal.interactive) {
    const answer = await terminal.ask('\nHave it written? [yes/no] > ', new AbortController().signal);
    if (answer?.trim().toLowerCase() === 'yes') return true;
  }
  terminal.line('Nothing was asked. Add --yes to have it written.');
  return false;
}

function dryRun(plan: SynthPlan): object {
  const cells = cellsOf(plan).filter(({ rows }) => rows > 0);
  const prompts = cells.flatMap((cell) => writeRequests(plan, cell, cell.rows, 0));
  return {
    ...{ dryRun: true, hash: jsonHash(plan), teacher: teacherName(plan.teacher), rows: plan.rows },
    estimate: estimate(plan),
    cells: cells.map((cell) => ({ cell: cellName(cell), rows: cell.rows })),
    prompts: prompts.map(({ id, system, user, seed }) => ({ id, system, user, seed })),
  };
}

function summary(plan: SynthPlan): string {
  const { requests, inputTokens, outputTokens } = estimate(plan);
  return `About ${count(requests)} requests to ${plain(teacherName(plan.teacher))}, ${count(inputTokens + outputTokens)} tokens, ${priceText(plan)}.`;
}

function resultOf({ rows, ...rest }: SynthAnswer): object {
  return { rows: rows.length, ...rest };
}

function resultText({ rows, cells, rejected, ended, requests, tokens, usd, file, sha256 }: SynthAnswer): string {
  const body = cells.map(({ cell, wanted, accepted, rejected: lost }) => [
    ...[plain(cell), String(wanted), String(accepted)],
    Object.entries(lost)
      .map(([reason, number]) => `${number} ${reason}`)
      .join(', '),
  ]);
  const lost = Object.entries(rejected).filter(([, number]) => number > 0);
  const why = { complete: '', short: ' The rounds are over: some cells lack rows.', budget: ' The budget is spent.' }[
    ended
  ];
  return [
    table([['cell', 'wanted', 'rows', 'refused'], ...body]),
    '',
    `${count(rows.length)} rows: ${plain(file)}.${why}`,
    ...(lost.length === 0 ? [] : [`Refused: ${lost.map(([reason, number]) => `${number} ${reason}`).join(', ')}.`]),
    `${count(requests)} requests, ${count(tokens)} tokens, ${usd === null ? 'price unknown' : `$${usd.toFixed(4)}`}. SHA-256 ${sha256}`,
  ].join('\n');
}
