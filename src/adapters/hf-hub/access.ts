/** What a call to the Hub needs, and the calls that several parts make. */
import { datasetInfo, downloadFile, HubApiError } from '@huggingface/hub';

/** Where, and a `fetch` that is patient, bound to its host and speaks our errors. */
export interface Access {
  hubUrl: string;
  fetch: typeof globalThis.fetch;
}

export function infoOf(access: Access, id: string, revision?: string) {
  const additionalFields = ['sha', 'tags', 'cardData'] as ('sha' | 'tags' | 'cardData')[];
  return datasetInfo({ ...access, name: id, additionalFields, ...(revision !== undefined && { revision }) });
}

/** Undefined when there is no such file, or nothing in it: an empty file has no first byte to ask for. */
export async function fileOf(access: Access, id: string, path: string, revision: string): Promise<Blob | undefined> {
  try {
    const repo = { type: 'dataset' as const, name: id };
    return (await downloadFile({ ...access, repo, path, revision, xet: false })) ?? undefined;
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode === 416) return undefined;
    throw error;
  }
}
