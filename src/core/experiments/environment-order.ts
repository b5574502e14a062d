/** The job that builds an environment. */
import type { EnvironmentSet, WorkOrder } from './bench';
import { pretty } from './files';

export function environmentOrder(id: string, set: EnvironmentSet): WorkOrder {
  return {
    id,
    kind: 'environment',
    steps: [['{python}', '-m', 'ml_intern_box.environment', 'environment.json']],
    files: { 'environment.json': pretty(set) },
    environment: null,
    capSeconds: 3600,
  };
}
