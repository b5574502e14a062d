/** What a plan will ask for, at most and as expected, before anything is asked. */
import { cellName, cellsOf, isServed, teacherName, type SynthPlan, type TeacherSpec } from './plan';
import { writeRequests, type SynthRequest } from './prompts';

export const charactersPerToken = 4;

export interface Estimate {
  requests: number;
  cells: number;
  inputTokens: number;
  outputTokens: number;
  /** Null where a price is not known. */
  usd: number | null;
}

/** Of the first round, with each answer half as long as it may be, and verification where the plan asks for it. */
export function estimate(plan: SynthPlan): Estimate {
  const cells = cellsOf(plan).filter(({ rows }) => rows > 0);
  const requests = cells.flatMap((cell) => writeRequests(plan, cell, cell.rows, 0));
  const input = requests.reduce((sum, request) => sum + promptTokens(request), 0);
  const output = (requests.length * plan.maxTokens) / 2;
  const solves = plan.verify === 'solve' ? plan.rows : 0;
  const [solveInput, solveOutput] = [solves * 150, (solves * plan.maxTokens) / 4];
  const costs = [cost(plan.teacher, input, output), cost(plan.verifier ?? plan.teacher, solveInput, solveOutput)];
  return {
    ...{ requests: requests.length + solves, cells: cells.length },
    ...{ inputTokens: Math.ceil(input + solveInput), outputTokens: Math.ceil(output + solveOutput) },
    usd: costs.some((each) => each === null) ? null : costs.reduce<number>((sum, each) => sum + (each ?? 0), 0),
  };
}

export function promptTokens({ system, user }: Pick<SynthRequest, 'system' | 'user'>): number {
  return Math.ceil((system.length + user.length) / charactersPerToken);
}

/** In dollars; null without a price. */
export function cost({ price }: TeacherSpec, inputTokens: number, outputTokens: number): number | null {
  return price ? (inputTokens * price.input + outputTokens * price.output) / 1e6 : null;
}

/** As people are told it; a model that is served on the box costs its GPU hours. */
export function priceText(plan: SynthPlan): string {
  const { usd } = estimate(plan);
  if (usd !== null) return `about $${usd.toFixed(2)}`;
  return isServed(plan.teacher) ? 'and GPU hours of the box' : 'price unknown';
}

/** Markdown for whoever approves it: everything that will be sent, word for word, and what it may cost. */
export function proposalText(plan: SynthPlan): string {
  const cells = cellsOf(plan).filter(({ rows }) => rows > 0);
  const { requests, inputTokens, outputTokens } = estimate(plan);
  const [first] = cells.flatMap((cell) => writeRequests(plan, cell, cell.rows, 0));
  const { budget } = plan;
  return [
    `${plan.rows} rows in ${cells.length} cells, written by ${teacherName(plan.teacher)}.`,
    plan.verify === 'solve'
      ? `Each answer is checked against a second one by ${teacherName(plan.verifier ?? plan.teacher)}.`
      : 'Answers are not checked by a second pass.',
    `About ${requests} requests, ${inputTokens + outputTokens} tokens, ${priceText(plan)}; at most ${budget.tokens} tokens${budget.usd === undefined ? '' : ` and $${budget.usd}`}.`,
    `## Cells\n\n${cells.map((cell) => `- ${cell.rows} × ${cellName(cell)}`).join('\n')}`,
    ...(first ? [`## The first prompt, word for word\n\n${fenced(`${first.system}\n\n${first.user}`)}`] : []),
    `## The plan\n\n${fenced(JSON.stringify(plan, null, 2))}`,
  ].join('\n\n');
}

function fenced(text: string): string {
  return `~~~~\n${text.replace(/^~~~~/gm, '˜˜˜˜')}\n~~~~`;
}
