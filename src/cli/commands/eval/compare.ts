/** `ml-intern eval compare A B`: is A better than B, over the same items? */
import { Option, type Command } from 'commander';
import { MlInternError } from '../../../core/errors';
import { compare } from '../../../core/evaluation/compare';
import { askedOfBoth } from '../../../core/evaluation/compare-scored';
import { scoreOf } from '../../../core/evaluation/score';
import type { Comparison, Score } from '../../../core/run/types';
import type { Cli } from '../../app';
import { exitCodes } from '../../exit-codes';
import { differenceText, percent, points, scoreText } from '../../format';
import { command, examples } from '../../options';
import { itemsOf, type ItemsOptions } from './items-of';

interface CompareOptions extends ItemsOptions {
  common?: boolean;
}

type Answer = Omit<Comparison, 'against'> & { a: Score; b: Score; remarks: string[] };

export function compareCommand(cli: Cli, done: (code: number) => void): Command {
  return command('compare', 'tell whether A is better than B: a paired comparison over the same items')
    .argument('<a>', 'per-item results: a .jsonl file, a folder that holds one, or RUN:EXPERIMENT')
    .argument('<b>', 'what A is compared with; "baseline" is the base model, e.g. my-run:baseline')
    .addOption(new Option('--split <name>', 'of RUN:EXPERIMENT').choices(['dev', 'promotion']).default('dev'))
    .option('--common', 'compare only the items that both hold (default: other items are an error)')
    .option('--filter <name>', "of lm-evaluation-harness's samples: which filter (default: the first)")
    .option('--metric <name>', "of lm-evaluation-harness's samples: which metric (default: the task's first)")
    .addHelpText('after', help)
    .action(async (a: string, b: string, options: CompareOptions) => {
      const answer = await answerTo(cli, [a, b], options);
      cli.terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${textOf(a, b, answer)}\n`);
      done(exitCodes.ok);
    });
}

const help = `${examples(
  ['Two files', 'ml-intern eval compare new/items.jsonl old/items.jsonl'],
  ['Two experiments of a run', 'ml-intern eval compare my-run:02-clean my-run:baseline --json'],
  ['What lm-evaluation-harness logged', 'ml-intern eval compare tuned/ base/ --filter flexible-extract'],
)}
A positive difference means that A is better than B. "better" and "worse" are said only where the paired test gives
p < 0.05 and the 95 % interval leaves out 0; else there is "no evidence". Right and wrong: McNemar's exact test and
Newcombe's paired interval. Grades from 0 to 1, or items asked several times: sign-flip test and BCa bootstrap over items.
repaired: from an unreadable to a right answer; learned: from a readable wrong to a right one; lost: from right to not.
A line is {"id", "correct", "valid"?, "score"?, "truncated"?, "tokens"?, "seed"?} or a sample of lm-evaluation-harness.
One comparison is made and nothing is corrected for: who compares many, and reports the best, should use a run's tree.
`;

async function answerTo(cli: Cli, places: [string, string], options: CompareOptions): Promise<Answer> {
  const [left, right] = [await itemsOf(cli, places[0], options), await itemsOf(cli, places[1], options)];
  const [a, b] = options.common ? askedOfBoth(left.items, right.items) : [left.items, right.items];
  const { against: _against, ...comparison } = compare(a, b, places[1]);
  const settings = { metric: options.metric ?? 'correct', seeds: [] };
  if (a.length === 0) {
    throw new MlInternError('bad-input', `${places[0]} and ${places[1]} have no item in common.`, {
      next: 'Items are paired by their ids: give results of the same benchmark.',
    });
  }
  const leftOut = left.items.length - a.length + right.items.length - b.length;
  const remarks = [...new Set([...left.remarks, ...right.remarks])];
  if (leftOut > 0) remarks.push(`${leftOut} results are of items that only one of the two holds; they were left out.`);
  return { ...comparison, a: scoreOf(a, settings), b: scoreOf(b, settings), remarks };
}

function textOf(a: string, b: string, answer: Answer): string {
  const { verdict, n, pValue, method, repaired, learned, lost, format, knowledge, remarks } = answer;
  const part = (name: string, { difference, low, high }: { difference: number; low: number; high: number }) =>
    `  ${name}: ${points(difference)} points [${points(low)}, ${points(high)}]`;
  return [
    `${verdict}: ${differenceText({ ...answer, against: b })}, p ${pValue < 0.0001 ? '< 0.0001' : `= ${pValue.toFixed(4)}`}, over ${n} items (${method})`,
    ...[scoreLine(a, answer.a), scoreLine(b, answer.b)],
    `${repaired} repaired, ${learned} learned, ${lost} lost`,
    ...(format ? [part('from answers that became or ceased to be readable', format)] : []),
    ...(knowledge ? [part('from the other answers', knowledge)] : []),
    ...remarks,
  ].join('\n');
}

function scoreLine(name: string, score: Score): string {
  return `  ${name}: ${scoreText(score)}, invalid ${percent(score.invalidShare)}`;
}
