/** Asks the box's Python whether a model's folder is fit to be shipped: the one doctor, on the local machine or on a box. */
import { z } from 'zod';
import { runProgram, type ProgramPlace } from '../box/program';

export const checkResults = ['pass', 'warn', 'fail', 'not-checked'] as const;

export const doctorSchema = z.object({
  /** No check failed. */
  ok: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      result: z.enum(checkResults),
      message: z.string(),
      /** In words; empty where nothing is to be mended. */
      fix: z.string(),
    }),
  ),
  /** What was measured on the way, e.g. parameters, samples, the distance to the base. */
  facts: z.record(z.string(), z.unknown()),
});
export type DoctorResult = z.infer<typeof doctorSchema>;
export type DoctorCheck = DoctorResult['checks'][number];

export interface DoctorOrder {
  /** Folder of the model; on a box, relative paths count from the home folder. */
  model: string;
  /** Folder of the base model that was allowed, or the hash of its weights. */
  baseModel?: string | undefined;
  /** What the run's log holds as the hash of the base's weights. */
  baseHash?: string | undefined;
  /** A sibling that must not have been taken instead, e.g. the instruct model. */
  instruct?: string | undefined;
  /** The version of transformers that it must load in. */
  transformers?: string | undefined;
  /** An interpreter with torch and transformers. */
  python?: string | undefined;
  /** False: files only. */
  load?: boolean | undefined;
}

const program = { name: 'The doctor', module: 'doctor', progress: z.string(), result: doctorSchema };

export function examineModel(place: ProgramPlace, order: DoctorOrder, signal?: AbortSignal): Promise<DoctorResult> {
  return runProgram(place, program, order, signal ? { signal } : {});
}

/** What failed, in one sentence each. */
export function failuresOf({ checks }: Pick<DoctorResult, 'checks'>): string[] {
  return checks.filter(({ result }) => result === 'fail').map(({ name, message }) => `${name}: ${message}`);
}
