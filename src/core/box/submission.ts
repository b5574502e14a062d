/** Which files of a job travel within its request (one round trip) and which are put beside it, by their content. */
import { sha256 } from '../hash';
import type { LocalFile } from '../ports/box-files';

type Content = string | Uint8Array;

const mostEach = 64 * 1024;
const mostTogether = 1024 * 1024;

export interface Divided {
  within: Record<string, Content>;
  beside: LocalFile[];
}

/** A file that is not the approved one stays within the request: refusing it is the box's. */
export function divide(
  files: Readonly<Record<string, Content>>,
  approved: Readonly<Record<string, string>>,
  canPush: boolean,
): Divided {
  const all = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
  const isMuch = all.reduce((sum, { content }) => sum + content.length, 0) > mostTogether;
  const goesBeside = ({ path, content }: (typeof all)[number]) =>
    canPush && (isMuch || content.length > mostEach) && sha256(content) === approved[path];
  return {
    within: Object.fromEntries(all.filter((each) => !goesBeside(each)).map(({ path, content }) => [path, content])),
    beside: all
      .filter(goesBeside)
      .map(({ content }) => ({ sha256: sha256(content), bytes: content.length, source: content })),
  };
}

export function encode(files: Readonly<Record<string, Content>>): Record<string, string> {
  const encoded = Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('base64')]);
  return Object.fromEntries(encoded) as Record<string, string>;
}
