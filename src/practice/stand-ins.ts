/** What is not real in the practice world, said plainly wherever its results are shown. */
import type { PracticeWorldInfo } from './world-file';

export function standInSentences(ssh: PracticeWorldInfo['ssh']['kind']): string[] {
  return [
    'The language model: a deterministic policy behind an OpenAI-compatible endpoint; it decides from what the tools return.',
    'The teacher that writes synthetic rows: the same endpoint, signed practice-stand-in-teacher; it knows the invented almanac and makes mistakes on purpose.',
    'The Hub with its documentation, the dataset viewer, the paper and citation services and the code host: a local server with the real endpoints and content written for this product.',
    'The base model: a tiny transformer, pretrained from scratch on this machine.',
    ssh === 'openssh'
      ? 'The box: this machine, reached over SSH through an OpenSSH server of its own on loopback.'
      : "The box: this machine, reached over SSH through ssh2's server on loopback, because no OpenSSH server is installed.",
  ];
}
