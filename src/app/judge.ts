/** The key of a judge, for the evaluator: bound to the judge's address, there as here. */
import type { Judge } from '../core/evaluation/benchmark';
import type { Secrets } from '../core/ports/common';

/** Variables of the evaluator's environment; none where there is no judge or no key. */
export async function judgeSecrets(judge: Judge | undefined, secrets: Secrets): Promise<Record<string, string>> {
  const key = judge && (await secrets.get(`judge:${judge.url}`));
  return judge && key ? { ML_INTERN_JUDGE_KEY: key, ML_INTERN_JUDGE_URL: judge.url } : {};
}
