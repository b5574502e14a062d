/** The doctor for the command line: on a folder of this machine, or of a box that is reached over SSH. */
import { examineModel, type DoctorOrder, type DoctorResult } from '../core/doctor/doctor';
import { withFiles } from './data-programs';
import type { AppOptions } from './options';

export function checkModel(
  host: string,
  order: DoctorOrder,
  options: AppOptions,
  signal?: AbortSignal,
): Promise<DoctorResult> {
  return withFiles(host, options, (place) => examineModel(place, order, signal));
}
