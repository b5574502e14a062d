/** Which models may write training rows. Rules are data: the first that fits decides, and its name is shown. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import type { TeacherSpec } from './plan';

const ruleSchema = z.strictObject({
  name: z.string().min(1),
  verdict: z.enum(['allow', 'deny']),
  kinds: z.array(z.enum(['openai', 'hf-inference', 'box'])).optional(),
  /** `*` stands for any letters. */
  models: z.array(z.string()).optional(),
  hosts: z.array(z.string()).optional(),
  why: z.string(),
});
export const teacherPolicySchema = z.strictObject({ name: z.string(), rules: z.array(ruleSchema) });
export type TeacherPolicy = z.infer<typeof teacherPolicySchema>;

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * PostTrainBench's rules, as its judges apply them: rows written by a hosted model are a violation, those of a model that runs on the
 * job's own machine are not.
 */
export const postTrainBench: TeacherPolicy = {
  name: 'posttrainbench',
  rules: [
    { name: 'local-server', verdict: 'allow', kinds: ['box'], why: 'a model that runs on the box itself is allowed' },
    {
      ...{ name: 'loopback-server', verdict: 'allow', kinds: ['openai'], hosts: loopback },
      why: 'a server on this machine is allowed',
    },
    {
      ...{ name: 'no-hosted-model', verdict: 'deny' },
      why: 'calls to hosted language models are a violation of the benchmark’s rules',
    },
  ],
};
export const anyTeacher: TeacherPolicy = { name: 'any', rules: [] };
export const teacherPolicies: Record<string, TeacherPolicy> = { any: anyTeacher, posttrainbench: postTrainBench };

/** The rule that let the teacher pass, or null where none speaks of it; throws for one that is denied. */
export function checkTeacher(teacher: TeacherSpec, policy: TeacherPolicy): string | null {
  const rule = policy.rules.find((each) => concerns(each, teacher));
  if (rule?.verdict !== 'deny') return rule?.name ?? null;
  throw new MlInternError(
    'not-approved',
    `${teacher.model} may not write training rows: rule “${rule.name}” of the policy “${policy.name}”: ${rule.why}.`,
    { next: 'Use a model that the policy allows, e.g. one served on the box, or change the policy.' },
  );
}

function concerns({ kinds, models, hosts }: TeacherPolicy['rules'][number], teacher: TeacherSpec): boolean {
  if (kinds && !kinds.includes(teacher.kind)) return false;
  if (models && !models.some((pattern) => fits(pattern, teacher.model))) return false;
  if (!hosts) return true;
  return teacher.kind === 'openai' && hosts.some((pattern) => fits(pattern, new URL(teacher.baseUrl).hostname));
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(text);
}
