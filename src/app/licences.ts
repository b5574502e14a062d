/** The licence policy of a workspace: the default one, the person's settings, and `ml-intern/licences.json`, which a team can commit. */
import { z } from 'zod';
import { defaultLicencePolicy, mergePolicies, type LicencePolicy } from '../core/data/licence';
import { MlInternError } from '../core/errors';
import type { Store } from '../core/ports/store';

export const licenceFile = 'licences.json';

const ids = z.array(z.string().min(1)).default([]);
const shape = z.strictObject({ allow: ids, ask: ids, deny: ids });

/** What the file names outweighs the settings, and they the default. */
export async function licencePolicy(
  store: Pick<Store, 'read' | 'location'>,
  settings: LicencePolicy | undefined,
): Promise<LicencePolicy> {
  const text = await store.read(licenceFile);
  const file = text === undefined ? undefined : parsed(text, `${store.location}/${licenceFile}`);
  return mergePolicies(defaultLicencePolicy, ...(settings ? [settings] : []), ...(file ? [file] : []));
}

function parsed(text: string, path: string): LicencePolicy {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new MlInternError('bad-input', `The licence policy ${path} cannot be read: ${reason(cause)}`, {
      next: 'Write it as {"allow": ["odc-by"], "ask": ["cc-by-sa-*"], "deny": ["*-nc-*"]}.',
      cause,
    });
  }
}

function reason(cause: unknown): string {
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
  return issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message;
}
