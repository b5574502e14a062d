/** Having rows written: once, for what the data at hand lacks, when the drafts have shown which data is best. */
import { gapOf, type Gap } from './gaps';
import { callsTo, type Memory } from './memory';
import { bestExperiment, type Experiment } from './recall-experiments';
import { candidates } from './recall-datasets';
import { parseObject, text } from './facts';
import { columnsOf, rehearses } from './mapping';
import { call, type Step } from './step';

/** For each way of asking; a few dozen teach it. */
const rowsPerForm = 30;
const tokensPerRow = 1500;

export function* writeMissing(memory: Memory): Generator<Step> {
  if (callsTo(memory, 'generate_rows').length > 0) return;
  const best = bestExperiment(memory);
  const gap = best ? gapOf(memory, best) : null;
  const form = best ? formOfRows(memory, best) : null;
  if (!best || !gap || !form) return;
  const rows = rowsPerForm * gap.forms.length;
  yield {
    text: `The data of ${best.id} is not enough: ${reason(gap)} I have the missing rows written.`,
    calls: [
      call('generate_rows', {
        name: 'missing-questions',
        why: reason(gap),
        task: 'Each prompt is one short question in the form of the topic, or in other words, about things of your own choice; the completion is the one word that answers it, without a full stop.',
        topics: gap.forms,
        ...(form.example ? { examples: [form.example] } : {}),
        rows,
        verify: 'solve',
        budgetTokens: rows * tokensPerRow,
        prompt: form.prompt,
        completion: form.completion,
      }),
    ],
  };
}

function reason({ forms, wrong, shown, admitted }: Gap): string {
  const asked = forms.map((form) => `“${form}”`).join(' and ');
  const card = admitted === null ? '' : ` Its card says so: “${admitted}”`;
  return `${wrong} of the ${shown} wrong answers shown are to ${asked}, which none of the rows seen asks.${card}`;
}

interface RowForm {
  prompt: string;
  completion: string;
  example: { prompt: string; completion: string } | null;
}

/** As the best experiment's own rows are put to the model. */
function formOfRows(memory: Memory, { sources }: Experiment): RowForm | null {
  const source = candidates(memory).find(({ id }) => id === sources[0]?.id);
  const mapping = source?.proposedMapping;
  if (!mapping || !rehearses(mapping, source.inspection?.benchmarkPrompt ?? null)) return null;
  const [question] = columnsOf(mapping.prompt);
  const [answer] = columnsOf(mapping.completion);
  if (!question || !answer) return null;
  return {
    prompt: mapping.prompt.replaceAll(`{${question}}`, '{prompt}'),
    completion: mapping.completion.replaceAll(`{${answer}}`, '{completion}'),
    example: exampleIn(source.inspection?.text ?? '', question, answer),
  };
}

function exampleIn(lines: string, question: string, answer: string): RowForm['example'] {
  const rows = lines.split('\n').flatMap((line) => {
    const row = parseObject(line);
    const [prompt, completion] = [text(row?.[question]), text(row?.[answer])];
    return prompt && completion ? [{ prompt, completion }] : [];
  });
  return rows.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)[0] ?? null;
}
