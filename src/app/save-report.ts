/** Writes a run's report from its view; again whenever the run's story has grown. */
import { join } from 'node:path';
import type { Store } from '../core/ports/store';
import { writeReport } from '../core/run/report';
import type { RunView } from '../core/run/view';

export async function saveReport(
  store: Pick<Store, 'write'>,
  view: RunView,
  standIns: readonly string[],
): Promise<string> {
  const notes = standIns.map((text) => `Stand-in. ${text}`);
  await store.write(join(view.id, 'report.md'), writeReport(view, notes));
  return 'report.md';
}
