/** Which experiments were trained on what. */
import type { ExperimentView, RunView } from './view';

/** Of a dataset, or of rows that were written for the run, by the name that recipes use. */
export function experimentsOn({ experiments }: Pick<RunView, 'experiments'>, source: string): ExperimentView[] {
  return experiments.filter(({ recipe }) => recipe.sources.some(({ dataset }) => dataset.id === source));
}
