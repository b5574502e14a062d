/** What columns that hold each row's licence say: all of it is judged, in bounded memory. */
import type { Row } from '../ports/rows';
import type { LicenceSource } from '../run/types';
import { licenceId } from './licence-names';

const licenceColumn = /^(source_|data_|dataset_|repo_)?licen[cs]es?(_type|_name)?$/i;
/** No column of licences has as many different ones; what goes beyond is left to a person. */
export const mostRowLicences = 200;
const longestWord = 60;

export class RowLicences {
  private readonly columns = new Map<string, { ids: Set<string>; unread: number }>();

  add(row: Row): void {
    for (const name of Object.keys(row)) if (licenceColumn.test(name)) this.addCells(name, [row[name]].flat());
  }

  /** `unread`: further cells, which were only counted. */
  addCells(column: string, cells: readonly unknown[], unread = 0): void {
    const words = cells.filter((cell) => typeof cell === 'string').filter((word) => word.trim() !== '');
    if (words.length === 0 && unread === 0) return;
    const known = this.columns.get(column) ?? { ids: new Set(), unread: 0 };
    this.columns.set(column, known);
    known.unread += unread;
    for (const word of words) {
      const id = licenceId(word) ?? word.toLowerCase().slice(0, longestWord);
      if (known.ids.has(id) || known.ids.size < mostRowLicences) known.ids.add(id);
      else known.unread++;
    }
  }

  sources(): LicenceSource[] {
    return [...this.columns].map(([name, { ids, unread }]) => ({
      ...{ where: `the column ${name}`, licences: [...ids].sort() },
      ...(unread === 0 ? {} : { unread }),
    }));
  }
}
