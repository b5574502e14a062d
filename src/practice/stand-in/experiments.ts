/** The baseline, then one experiment at a time: write, launch, evaluate, record; revise what a person sent back. */
import { carryThrough } from './experiment-steps';
import { dataOf, type Idea } from './idea';
import { nextIdea } from './ideas';
import { argument, callsTo, type Memory } from './memory';
import { applied } from './numbers';
import { evaluationOf, experiments, repeats, scoreOf, type Experiment } from './recall-experiments';
import { approved } from './recall-datasets';
import { requestsIn } from './requests';
import type { PlannedCall } from './chat';
import { call, type Step } from './step';
import { writeMissing } from './writing';

const mostRevisions = 3;

export function* baseline(memory: Memory): Generator<Step> {
  const calls = [
    ...(evaluationOf(memory, 'baseline') ? [] : [call('evaluate', { experiment: 'baseline' })]),
    ...(startingScript(memory) === null && experiments(memory).length === 0
      ? [call('starting_script', { method: 'sft' })]
      : []),
    ...lookUps(memory),
  ];
  if (calls.length > 0) yield { text: 'Before anything is changed: how good is the base model?', calls };
}

/** What the trainer takes as it is installed, and what its documentation says: looked up while the base model is measured. */
function lookUps(memory: Memory): PlannedCall[] {
  if (experiments(memory).length > 0) return [];
  const wanted = [
    call('search_docs', { query: 'rows longer than max_length', package: 'trl' }),
    call('look_up_signature', { names: ['trl.SFTConfig'], match: 'max_length completion_only_loss' }),
  ];
  return wanted.filter(({ name }) => callsTo(memory, name).length === 0);
}

export function* experimenting(memory: Memory): Generator<Step> {
  for (const experiment of [...experiments(memory), ...repeats(memory)]) yield* carryThrough(memory, experiment);
  // Nothing may be launched without a baseline, and nothing can be trained on without data.
  if (!evaluationOf(memory, 'baseline') || approved(memory).length === 0) return;
  yield* revise(memory);
  yield* compareDrafts(memory);
  const idea = nextIdea(memory);
  if (idea && idea.parent !== null) yield* writeMissing(memory);
  if (idea) yield write(idea, idea.hypothesis);
}

/** A script that a person sent back is changed as they asked and proposed again. */
function* revise(memory: Memory): Generator<Step> {
  const last = experiments(memory).at(-1);
  if (!last || last.decision !== 'rejected' || !last.byPerson || last.reason === '') return;
  const tries = experiments(memory).filter(
    (experiment) => experiment.slug === last.slug && experiment.decision === 'rejected',
  );
  if (tries.length > mostRevisions) return;
  const requests = requestsIn(last.reason);
  const config = applied(last.config, requests);
  const said = requests.changes.map((change) => change.say).join(', ');
  const changed = JSON.stringify(config) !== JSON.stringify(last.config);
  const idea = { ...ideaOf(last), config, hypothesis: `${last.hypothesis} Revised: ${said || last.reason}` };
  yield* changed ? [write(idea, `I change the script as asked: ${said}.`)] : rewriteScript(memory, idea, last.reason);
}

/** What could not be read as numbers is written where whoever reads the script next sees it. */
function* rewriteScript(memory: Memory, idea: Idea, reason: string): Generator<Step> {
  const script = latestScript(memory, idea.slug);
  if (script === null)
    yield { text: 'I look at the script again.', calls: [call('starting_script', { method: 'sft' })] };
  const comment = reason
    .split('\n')
    .map((line) => `# As asked: ${line.trim()}`)
    .join('\n');
  const revised = script === null ? {} : { script: `${comment}\n${script}` };
  yield write(idea, `I take this up: ${reason}`, revised);
}

function latestScript(memory: Memory, slug: string): string | null {
  const written = callsTo(memory, 'write_script').findLast((past) => argument(past, 'slug') === slug);
  return (written ? argument(written, 'script') : null) ?? startingScript(memory);
}

/** Null when it was not asked for, or came cut: half a script is no script. */
export function startingScript(memory: Memory): string | null {
  const whole = callsTo(memory, 'starting_script').filter((past) => past.answer && past.answer.facts.cut === undefined);
  const match = /<script>\n?([\s\S]*)\n?<\/script>/.exec(
    whole.findLast((past) => past.answer?.body.includes('<script>'))?.answer?.body ?? '',
  );
  return match?.[1] ?? null;
}

/** Before a parent is chosen: can the two best drafts be told apart at all? */
function* compareDrafts(memory: Memory): Generator<Step> {
  if (callsTo(memory, 'compare').length > 0) return;
  const all = experiments(memory);
  const drafts = all
    .flatMap((experiment) => {
      const score = experiment.parent === null && experiment.outcome !== 'failed' ? scoreOf(memory, experiment) : null;
      return score && experiment.id !== null ? [{ id: experiment.id, score }] : [];
    })
    .sort((a, b) => b.score.low - a.score.low);
  const [first, second] = drafts;
  const draftsOver = nextIdea(memory)?.parent !== null;
  if (!first || !second || !draftsOver) return;
  yield {
    text: `Are ${first.id} and ${second.id} told apart?`,
    calls: [call('compare', { a: first.id, b: second.id })],
  };
}

function write(idea: Idea, text: string, extra: { script?: string } = {}): Step {
  return { text, calls: [call('write_script', { ...idea, ...extra })] };
}

function ideaOf(experiment: Experiment): Idea {
  const { slug, parent, hypothesis, config } = experiment;
  return { slug, parent, hypothesis, ...dataOf(experiment), config };
}
