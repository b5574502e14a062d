/** How the answers behind a run's scores are made: recorded as values, since a hash tells a reader nothing. */
import type { AskedWith, Benchmark } from '../run/types';

export function askedWith(benchmark: Benchmark): AskedWith {
  const { prompt, system, maxTokens, sampling = {}, template = 'model', fewShot, by, judge } = benchmark;
  return {
    ...{ prompt, maxTokens, sampling },
    ...(system === undefined ? {} : { system }),
    template: typeof template === 'string' ? template : 'own',
    examples: fewShot?.n ?? 0,
    ...(by === undefined ? {} : { by }),
    ...(judge ? { judge: { model: judge.model, temperature: judge.temperature } } : {}),
  };
}

/** One sentence. */
export function askedInWords({ by, sampling, maxTokens, template, examples, judge }: AskedWith): string {
  const parts = [
    ...(by === 'likelihood'
      ? ['the likeliest option counts']
      : [samplingInWords(sampling), `at most ${maxTokens} tokens an answer`]),
    ...(sampling.stop?.length ? [`ended by ${sampling.stop.map((each) => JSON.stringify(each)).join(' or ')}`] : []),
    { none: 'no chat template', model: "the model's own chat template", own: "the benchmark's chat template" }[
      template
    ],
    ...(examples === 0 ? [] : [`${examples} examples before each question`]),
    ...(judge ? [`judged by ${judge.model} at temperature ${judge.temperature}`] : []),
  ];
  return `Every model was asked alike: ${parts.join(', ')}.`;
}

function samplingInWords({ temperature = 0, topP, n = 1 }: AskedWith['sampling']): string {
  const answers = n === 1 ? '' : `, ${n} answers an item`;
  if (temperature === 0) return `greedily${answers}`;
  return `sampled at temperature ${temperature}${topP === undefined ? '' : ` and top-p ${topP}`}${answers}`;
}
