/** Every benchmark by its name. */
import { boxSuite } from './box/suite';
import { dataSuite } from './data/suite';
import { forecastSuite } from './forecast/suite';
import type { Row } from './row';

export interface Suite {
  name: string;
  what: string;
  run(note: (text: string) => void, row: (row: Row) => void): Promise<void>;
}

export const suites: readonly Suite[] = [boxSuite, dataSuite, forecastSuite];
