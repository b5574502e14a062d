/** The overlap check of a dataset with the whole evaluation, run on the box over every row. */
import { z } from 'zod';
import { contentHash, sha256 } from '../hash';
import { seal, unseal } from '../sealing';
import { benchmarkNamed, knownRelations, relationText } from '../data/known-overlap';
import { overlapVerdict } from '../data/overlap';
import { hitKinds } from '../data/overlap-check';
import type { DatasetRef } from '../run/recipe';
import type { OverlapReport } from '../run/types';
import { itemLines, jobRequest, type Bench } from './bench';
import { pretty } from './files';
import { jobError, type Preparation } from './preparation';
import { sourceFiles } from './source-files';

const kind = z.enum(hitKinds);
const resultSchema = z.object({
  rows: z.number(),
  items: z.number(),
  hits: z.array(z.unknown()),
  flaggedRows: z.array(z.number()),
  kinds: z.partialRecord(kind, z.number()).optional(),
  sources: z.record(z.string(), z.number()).optional(),
  examples: z.array(
    z.object({
      row: z.number(),
      item: z.number(),
      score: z.number(),
      kind: kind.optional(),
      rowText: z.string(),
      itemText: z.string(),
    }),
  ),
});

export interface OverlapQuestion {
  dataset: DatasetRef;
  columns: { question: string; answer?: string } | null;
  /** The rows themselves, as JSON lines, where they lie nowhere that the box can read; `dataset.id` is then their file. */
  rows?: string;
  /** The text of its card, which may name what it is made from. */
  card?: string;
}

const mostRemarks = 8;

export async function checkOverlap(
  bench: Bench,
  preparation: Preparation,
  question: OverlapQuestion,
): Promise<OverlapReport> {
  const items = seal(itemLines(bench.loaded.items), bench.itemsKey);
  const { dataset, columns } = question;
  const key = contentHash({
    dataset: { ...dataset },
    columns: columns ? { ...columns } : null,
    items: sha256(items),
  }).slice(0, 10);
  const id = bench.jobs.attempt(`${bench.runId}-overlap-${key}`);
  const { files, onDisk } = await sourceFiles(bench, [dataset]);
  const order = {
    id,
    kind: 'overlap' as const,
    steps: [['{python}', '-m', 'ml_intern_box.overlap', 'overlap.json']],
    files: {
      'overlap.json': pretty({ dataset, columns, items: 'items.sealed' }),
      'items.sealed': items,
      ...files,
      ...(question.rows === undefined ? {} : { [dataset.id]: question.rows }),
    },
    onDisk,
    environment: await preparation.environment('train'),
    capSeconds: 3600,
  };
  const job = await bench.jobs.run(await jobRequest(bench, order), { experiment: null, folder: `jobs/${id}` });
  if (job.state !== 'finished')
    throw jobError(
      job,
      `The overlap check of ${dataset.id} failed`,
      "Read the job's stderr.log, or set the dataset aside.",
    );
  const text = unseal(
    await bench.jobs.read(job.id, 'artifacts/result.sealed'),
    bench.itemsKey,
    `The hits of ${job.id}`,
  );
  const result = resultSchema.parse(JSON.parse(text));
  const hits = result.flaggedRows.length;
  return {
    dataset: dataset.id,
    revision: dataset.revision,
    config: dataset.config,
    split: dataset.split,
    rows: result.rows,
    items: result.items,
    hits,
    flaggedRows: result.flaggedRows,
    ...(columns ? { columns: [columns.question, ...(columns.answer === undefined ? [] : [columns.answer])] } : {}),
    blocked: overlapVerdict(hits).blocked,
    examples: result.examples.slice(0, 5),
    ...(result.kinds === undefined ? {} : { kinds: result.kinds }),
    remarks: remarksOn(question, bench.loaded.benchmark.name, Object.keys(result.sources ?? {})),
  };
}

function remarksOn({ dataset, card }: OverlapQuestion, benchmark: string, sources: string[]): string[] {
  const named = { ids: [dataset.id], sources, ...(card === undefined ? {} : { card }) };
  return knownRelations(benchmarkNamed(benchmark), named).slice(0, mostRemarks).map(relationText);
}
