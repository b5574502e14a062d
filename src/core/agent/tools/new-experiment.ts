/** What every new experiment goes through: within the budget, checked, proposed, and created once it is approved. */
import { approvedHash } from '../../approvals/decide';
import { MlInternError } from '../../errors';
import { experimentFiles, scriptHash } from '../../experiments/files';
import { isKeptForRepeats, repeatedBy } from '../../experiments/repeats';
import { findingsText, refuseErrors } from '../../experiments/script-lint';
import { shorterRows } from '../../experiments/shorter-rows';
import { sha256 } from '../../hash';
import { remaining, spendAt, type Remaining } from '../../run/budget';
import type { Decision, Proposal } from '../../run/types';
import type { RunView } from '../../run/view';
import { slugOf } from '../../slug';
import { budgetOf, type ToolCallContext, type ToolKit, type ToolOutput } from './tool';

export type ScriptSubject = Extract<Proposal['subject'], { kind: 'script' }>;

export interface NewExperiment extends Omit<
  ScriptSubject,
  'kind' | 'experiment' | 'repeats' | 'findings' | 'unchecked' | 'shorter'
> {
  slug: string;
  hypothesis: string;
}

/** Proposes what `make` gives; a repeated call finds its proposal. */
export async function tryExperiment(
  kit: ToolKit,
  call: ToolCallContext,
  { slug, hypothesis }: Pick<NewExperiment, 'slug' | 'hypothesis'>,
  make: () => Promise<NewExperiment>,
): Promise<ToolOutput> {
  const proposal = await kit.broker.propose(call.id, async () => {
    refuseBeyondBudget(kit);
    return scriptProposal(kit, await make(), call);
  });
  const decision = await kit.broker.request(proposal, call.signal);
  const { subject } = proposal;
  if (subject.kind !== 'script') throw new TypeError('A script proposal has a script subject.');
  if (decision.verdict === 'approve') await createExperiment(kit, { slug, hypothesis }, subject, decision);
  return { facts: decidedFacts(kit, subject, decision) };
}

export function leftOf(kit: ToolKit): Remaining {
  const { view, config } = kit.bench.journal;
  return remaining(config.budget, spendAt(view, kit.clock.now()));
}

const scriptsOf = ({ proposals }: RunView) => proposals.filter(({ proposal }) => proposal.kind === 'script');

/** Each script that was not rejected is an experiment, or may become one. */
function refuseBeyondBudget(kit: ToolKit): void {
  const { view, config } = kit.bench.journal;
  if (scriptsOf(view).filter(({ decision }) => decision?.verdict !== 'reject').length < config.budget.experiments)
    return;
  throw new MlInternError('budget-spent', `All ${config.budget.experiments} experiments of the budget are used.`, {
    next: 'Call finish with the best experiment.',
  });
}

async function scriptProposal(kit: ToolKit, made: NewExperiment, call: ToolCallContext): Promise<Proposal> {
  const { view, config: run } = kit.bench.journal;
  const { slug, hypothesis, script, config, recipe, parent, parentScript } = made;
  const repeats = repeatedBy(view, made);
  if (repeats === undefined && isKeptForRepeats(view, leftOf(kit), run.budget.experiments)) throw keptForRepeats();
  const number = String(scriptsOf(view).length + 1).padStart(2, '0');
  const experiment = `${number}-${slugOf(slug, 40, 'experiment')}`;
  const shorter = shorterRows(view, config);
  const subject: ScriptSubject = {
    ...{ kind: 'script', experiment, script, config, recipe, parent, parentScript },
    ...(repeats === undefined ? {} : { repeats }),
    ...(shorter === undefined ? {} : { shorter }),
  };
  const { found = null, unchecked } = (await kit.scriptLint?.check(subject, call.signal)) ?? {};
  if (found !== null) refuseErrors(found);
  return {
    id: call.id,
    kind: 'script',
    hash: scriptHash(subject),
    title: `Script of experiment ${experiment}`,
    why: hypothesis,
    subject: {
      ...subject,
      ...(found === null ? {} : { findings: found.warnings }),
      ...(unchecked === undefined ? {} : { unchecked }),
    },
  };
}

function keptForRepeats(): MlInternError {
  return new MlInternError('budget-spent', 'The experiments that are left are kept for repeating the best ones.', {
    next: 'Call finish: it says what to repeat with another seed. Then use repeat_experiment.',
  });
}

async function createExperiment(
  { bench }: ToolKit,
  { slug, hypothesis }: Pick<NewExperiment, 'slug' | 'hypothesis'>,
  subject: ScriptSubject,
  decision: Decision,
): Promise<void> {
  const { experiment: id, parent, recipe, config, repeats } = subject;
  const isNew = ({ experiments }: RunView) => !experiments.some((known) => known.id === id);
  if (!isNew(bench.journal.view)) return;
  const folder = `experiments/${id}`;
  const script = decision.edited?.script ?? subject.script;
  const files = experimentFiles({ script, config, recipe });
  for (const [path, text] of Object.entries(files))
    await bench.store.write(`${bench.runFolder}/${folder}/${path}`, text);
  // A script that was edited before it was approved is another one.
  const isRepeat = repeats !== undefined && decision.edited === undefined;
  await bench.journal.recordIf(isNew, 'experiment.created', {
    ...{ id, slug: slugOf(slug, 40, 'experiment'), parent, hypothesis, recipe, config },
    ...{ scriptHash: approvedHash(decision), codeHash: sha256(script), folder },
    ...(isRepeat ? { repeats } : {}),
  });
}

function decidedFacts(kit: ToolKit, subject: ScriptSubject, decision: Decision): Record<string, unknown> {
  const { verdict, by, rule, reason } = decision;
  return {
    experiment: subject.experiment,
    decision: verdict === 'approve' ? 'approved' : 'rejected',
    by,
    ...(rule ? { rule } : {}),
    ...(reason ? { reason } : {}),
    ...(decision.edited ? { edited: true } : {}),
    ...(subject.repeats ? { repeats: subject.repeats } : {}),
    ...(subject.findings?.length ? { scriptWarnings: findingsText(subject.findings) } : {}),
    ...(subject.unchecked ? { scriptNotChecked: subject.unchecked } : {}),
    ...(verdict === 'reject' ? { note: 'Nothing was run and no file was changed.' } : {}),
    budget: budgetOf(kit),
  };
}
