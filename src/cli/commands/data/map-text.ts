/** What a mapping made of rows, for people. Pure and bounded. */
import type { MapAnswer } from '../../../app/data-map';
import { mappingProblems, type MappingProblem } from '../../../core/data/mapping/problems';
import { count, plain, shorten } from '../../format';

const longestText = 600;
const mostFindings = 12;

export function mapText(answer: MapAnswer): string {
  const { format, confidence, mapped, unmapped, mapping, problems, out } = answer;
  return [
    `${format}, confidence ${confidence.toFixed(2)}: ${count(mapped)} rows mapped, ${count(unmapped)} unmapped.`,
    ...(mapping === null ? [] : [`Mapping: ${plain(JSON.stringify(mapping))}`]),
    ...problems.map((problem) => `- ${plain(problem)}`),
    ...lostRows(answer),
    ...samples(answer),
    ...lintText(answer),
    ...(out === undefined ? [] : ['', `Written: ${plain(out)}`]),
  ].join('\n');
}

function lostRows({ unmapped, unmappedBy, unmappedRows }: MapAnswer): string[] {
  if (unmapped === 0) return [];
  const kinds = Object.entries(unmappedBy).map(([problem, times]) => {
    const rows = unmappedRows.filter((each) => each.problem.split(':')[0] === problem).map(({ row }) => row);
    const words = problem in mappingProblems ? `: ${mappingProblems[problem as MappingProblem]}` : '';
    return `  ${count(times)} × ${problem}${words} (rows ${plain(rows.slice(0, 5).join(', '))}${rows.length > 5 ? ', …' : ''})`;
  });
  return ['', 'Unmapped:', ...kinds];
}

function samples({ sample, lint }: MapAnswer): string[] {
  if (sample.length === 0 || lint !== undefined) return [];
  return ['', 'The first training rows:', ...sample.map((row) => shorten(plain(JSON.stringify(row)), longestText))];
}

/** What is trained on between ⟦ and ⟧; the rest is masked. */
function lintText({ lint }: MapAnswer): string[] {
  if (lint === undefined) return [];
  const { template, rendered, rules, findings, shown } = lint;
  const texts = shown.flatMap(({ rendered: sides }) =>
    sides.map(({ spans }) => spans.map(({ text, trained }) => (trained ? `⟦${text}⟧` : text)).join('')),
  );
  const counts = Object.entries(rules).map(([rule, times]) => `  ${count(times)} × ${rule}`);
  return [
    '',
    `Through the chat template of ${plain(template)}, ${count(rendered)} rows; trained on is what stands in ⟦ ⟧:`,
    ...texts.flatMap((text) => [
      '',
      ...text
        .slice(0, 2000)
        .split('\n')
        .map((line) => `  ${plain(line)}`),
    ]),
    '',
    ...(counts.length === 0 ? ['Nothing to mind.'] : ['To mind:', ...counts]),
    ...findings.slice(0, mostFindings).map(({ row, rule, message }) => `  row ${row}, ${rule}: ${plain(message)}`),
  ];
}
