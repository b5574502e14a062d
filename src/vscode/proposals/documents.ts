/** Where proposals and their edited copies live as documents: every part of an address says what it shows. */

export const proposalScheme = 'ml-intern-proposal';
export const draftScheme = 'ml-intern-draft';

/** `proposal` is what is decided about; the others are only there to be read beside it. */
export type Role = 'proposal' | 'parent' | 'settings';

export interface DocumentAddress {
  run: string;
  proposal: string;
  role: Role;
  file: string;
}

export function documentPath(address: DocumentAddress): string {
  return `/${[address.run, address.proposal, address.role, address.file].map(encodeURIComponent).join('/')}`;
}

export function parseDocumentPath(path: string): DocumentAddress | undefined {
  const [run, proposal, role, file, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
  if (!run || !proposal || !file || rest.length > 0) return undefined;
  return role === 'proposal' || role === 'parent' || role === 'settings' ? { run, proposal, role, file } : undefined;
}
