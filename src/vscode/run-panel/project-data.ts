/** The literature's recipes and where rows went, as the panel shows them: bounded. */
import type {
  PanelDataset,
  PanelRecipe,
  PanelRendered,
  PanelSpan,
  PanelWaterfall,
} from '../../core/protocol/panel-view';
import { sampleOf } from '../../core/data/sample-rows';
import { cellsOf, columnsOf } from '../../core/research/recipe-table';
import type { RecipeRow, RenderedSample, MappingUse } from '../../core/run/types';
import { onlySeen, seenLine } from '../../core/text/unseen';
import type { ExperimentView, ProposalView } from '../../core/run/view';
import { brief, formatCount } from '../format';

const recipesShown = 60;
const stagesShown = 60;

export function projectRecipes(rows: readonly RecipeRow[]): PanelRecipe[] {
  return rows.slice(-recipesShown).map((row) => ({
    columns: columnsOf(row).map((text) => brief(text, 300)),
    paper: seenLine(row.paper.title),
    url: row.paper.url,
    quotes: cellsOf(row).map(({ field, name, quote, place }) => ({
      field: name === '' ? field : name,
      quote: brief(quote, 600),
      place: seenLine(place),
    })),
  }));
}

export function projectWaterfalls(experiments: readonly ExperimentView[]): PanelWaterfall[] {
  return experiments.flatMap(({ id, waterfall, rendered }) => {
    if (waterfall === null) return [];
    const own = waterfall.sources.flatMap(({ dataset, stages }) =>
      stages.map((stage) => ({ source: dataset, ...stage })),
    );
    const all = waterfall.stages.map((stage) => ({ source: 'all', ...stage }));
    const unmapped = Object.entries(waterfall.unmapped).map(([problem, rows]) => `${formatCount(rows)} ${problem}`);
    return [
      {
        experiment: id,
        rows: waterfall.rows,
        stages: [...own, ...all].slice(-stagesShown),
        unmapped: unmapped.join(', '),
        rendered: rendered === null ? null : projectRendered(rendered),
      },
    ];
  });
}

function projectRendered({ looked, findings, rows, problem }: RenderedSample): PanelRendered {
  return {
    text:
      problem === undefined ? `${looked} rows rendered as the model sees them` : `Not rendered: ${brief(problem, 300)}`,
    findings: findings.map(
      ({ rule, rows: of, row, message }) => `${of} × ${rule}, e.g. row ${row}: ${brief(message, 300)}`,
    ),
    rows: rows.map(({ row, spans }) => ({ row, spans: spans.map(seenSpan) })),
  };
}

/** Of the latest proposal of a dataset; once a person has changed its mapping, of what they approved. */
export function projectSample(id: string, proposals: readonly ProposalView[]): PanelDataset['sample'] {
  const latest = latestOf(id, proposals);
  if (latest === undefined) return [];
  const sample = sampleOf(latest.proposal, latest.decision?.edited?.source);
  return sample.map(({ spans, problem }) => ({ spans: spans.map(seenSpan), problem: problem ?? '' }));
}

/** What the mapping that was proposed last makes of its rows; undefined where a person changed it since. */
export function latestUse(id: string, proposals: readonly ProposalView[]): MappingUse | undefined {
  const { proposal, decision } = latestOf(id, proposals) ?? {};
  if (proposal?.subject.kind !== 'dataset' || decision?.edited !== undefined) return undefined;
  return proposal.subject.use;
}

function latestOf(id: string, proposals: readonly ProposalView[]): ProposalView | undefined {
  return proposals.findLast(({ proposal: { subject } }) => subject.kind === 'dataset' && subject.sheet.id === id);
}

const seenSpan = ({ text, trained }: PanelSpan): PanelSpan => ({ text: onlySeen(text).text, trained });
