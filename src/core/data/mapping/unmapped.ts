/** Says inside the mapping that a row has no training row. */
import type { MappingProblem } from './problems';

export class Unmapped extends Error {
  constructor(readonly problem: MappingProblem) {
    super(problem);
  }
}
