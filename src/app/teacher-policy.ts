/** Which models may write training rows in a workspace: a preset from the settings, else `ml-intern/teachers.json`, which a team can commit; absent: any that is approved. */
import { z } from 'zod';
import {
  anyTeacher,
  teacherPolicies,
  teacherPolicySchema,
  type TeacherPolicy,
} from '../core/data/synth/teacher-policy';
import { MlInternError } from '../core/errors';
import type { Store } from '../core/ports/store';

export const teacherFile = 'teachers.json';

const preset = z.strictObject({ policy: z.enum(Object.keys(teacherPolicies)) });

export async function teacherPolicy(store: Pick<Store, 'read' | 'location'>, chosen = ''): Promise<TeacherPolicy> {
  const named = teacherPolicies[chosen];
  if (named) return named;
  const text = await store.read(teacherFile);
  if (text === undefined) return anyTeacher;
  try {
    const parsed = z.union([preset, teacherPolicySchema]).parse(JSON.parse(text));
    return 'rules' in parsed ? parsed : (teacherPolicies[parsed.policy] ?? anyTeacher);
  } catch (cause) {
    throw new MlInternError('bad-input', `The policy for teachers ${store.location}/${teacherFile} cannot be read.`, {
      next: `Write {"policy": "posttrainbench"}, or {"name": "...", "rules": [{"name", "verdict": "allow"|"deny", "why"}]}.`,
      cause,
    });
  }
}
