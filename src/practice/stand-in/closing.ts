/** Ending: name the best, say what was learned. */
import { argument, callsTo, type Memory } from './memory';
import { bestExperiment, experiments, scoreOf } from './recall-experiments';
import { candidates } from './recall-datasets';
import { call, type Step } from './step';

export function* closing(memory: Memory): Generator<Step> {
  const last = callsTo(memory, 'finish').at(-1);
  const news = Math.max(
    -1,
    ...memory.feedback.map((feedback) => feedback.at),
    ...experiments(memory).map((tried) => tried.at),
  );
  if (last && !last.answer?.error && last.at > news) return;
  const again = toRepeat(last?.answer?.error?.next ?? '').filter(
    (id) => !callsTo(memory, 'repeat_experiment').some((past) => argument(past, 'experiment') === id),
  );
  if (again.length > 0)
    yield {
      text: `Was it luck? I repeat ${again.join(' and ')} with another seed.`,
      calls: again.map((experiment) => call('repeat_experiment', { experiment })),
    };
  yield { text: summary(memory), calls: [call('finish', { summary: summary(memory), best: winner(memory) })] };
}

/** What the refusal to finish names. */
function toRepeat(next: string): string[] {
  return [...next.matchAll(/repeat_experiment with experiment "([^"]+)"/g)].flatMap(([, id]) => id ?? []);
}

/** The best by the lower end of its interval, unless it is worse than the base model. */
function winner(memory: Memory): string | null {
  const best = bestExperiment(memory);
  return best && best.evaluation?.toBaseline?.verdict !== 'worse' ? best.id : null;
}

export function summary(memory: Memory): string {
  const tried = experiments(memory).filter((experiment) => experiment.id !== null);
  const refused = candidates(memory).filter((candidate) => candidate.setAside).length;
  const best = bestExperiment(memory);
  const score = best ? scoreOf(memory, best) : null;
  if (tried.length === 0)
    return `Nothing was trained. ${refused} datasets were set aside, and none is left that may and should be used.`;
  const found =
    best && score
      ? `Best on the dev items: ${best.id} with ${score.value.toFixed(3)} [${score.low.toFixed(3)}, ${score.high.toFixed(3)}].`
      : 'None could be scored.';
  return `${tried.length} experiments were tried and ${refused} datasets set aside. ${found}`;
}
