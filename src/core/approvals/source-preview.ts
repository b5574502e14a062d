/** What a use of a dataset makes of its rows: a few of them as the model sees them, and how many can be used. */
import { usualMaxTokens } from '../data/inspect';
import { lintRow } from '../data/lint/lint';
import { applyMapping } from '../data/mapping';
import { mappingUse, ranked, refuseUseless } from '../data/mapping-use';
import type { TrainingRow } from '../data/mapping/training-row';
import { boundedSpans, sampleRows, type SampleRow } from '../data/sample-rows';
import { estimatedTokens, type TokenCounter } from '../data/tokens';
import type { ChatTemplate } from '../ports/chat-template';
import type { Row } from '../ports/rows';
import type { MappingUse, ProposalSubject, RecipeSource } from '../run/types';
import { editedSource } from './edited-source';
import { sourceProblem, type SourceProblem } from './source-problem';

export interface SourcePreview extends MappingUse {
  sample: SampleRow[];
  /** Through whose chat template the sample was rendered; null: without one. */
  template: string | null;
  /** What a person should mind of the rendered rows. */
  findings: { rule: string; message: string; rows: number }[];
}

/** A version that does not hold has no preview, but a place where it does not. */
export type PreviewAnswer = { preview: SourcePreview } | { problem: SourceProblem };

export function previewEdited(
  subject: Extract<ProposalSubject, { kind: 'dataset' }>,
  text: string,
  rows: readonly Row[],
  template: ChatTemplate | null,
  tokens?: TokenCounter,
): PreviewAnswer {
  try {
    const source = editedSource(subject, text);
    const preview = previewSource(source, rows, template, subject.sheet.wouldBeCut?.maxTokens, tokens);
    refuseUseless(preview, subject.sheet.id);
    return { preview };
  } catch (error) {
    const problem = sourceProblem(text, error);
    if (problem === null) throw error;
    return { problem };
  }
}

export function previewSource(
  { mapping }: RecipeSource,
  rows: readonly Row[],
  template: ChatTemplate | null,
  maxTokens = usualMaxTokens,
  tokens: TokenCounter = estimatedTokens,
): SourcePreview {
  const made = rows.map((row) => applyMapping(row, mapping));
  const training = made.flatMap((each) => ('row' in each ? [each.row] : []));
  const findings = template === null ? [] : found(training, template, maxTokens);
  const sample = sampleRows(rows, mapping);
  return {
    ...mappingUse(rows, mapping, maxTokens, tokens),
    sample: template === null ? sample : sample.map((each, index) => rendered(each, made[index], template)),
    template: template?.name ?? null,
    findings,
  };
}

/** With the marks of the template, EOS included; a row that the template refuses says so. */
function rendered(
  plain: SampleRow,
  made: ReturnType<typeof applyMapping> | undefined,
  template: ChatTemplate,
): SampleRow {
  if (made === undefined || 'problem' in made) return plain;
  const { rendered: sides, findings } = lintRow(made.row, 0, lintWith(template, usualMaxTokens));
  if (sides.length === 0) return { spans: [], problem: findings[0]?.message ?? 'the chat template refuses it' };
  return { spans: boundedSpans(sides.flatMap(({ spans }) => spans)), problem: null };
}

function found(rows: readonly TrainingRow[], template: ChatTemplate, maxTokens: number): SourcePreview['findings'] {
  const byRow = rows.map((row, index) => lintRow(row, index, lintWith(template, maxTokens)).findings);
  const first = new Map(
    byRow
      .flat()
      .toReversed()
      .map(({ rule, message }) => [rule, message]),
  );
  return ranked(byRow.flatMap((findings) => [...new Set(findings.map(({ rule }) => rule))])).map(([rule, count]) => ({
    ...{ rule, rows: count, message: first.get(rule) ?? '' },
  }));
}

const lintWith = (template: ChatTemplate, maxTokens: number) => ({ template, tokens: estimatedTokens, maxTokens });
