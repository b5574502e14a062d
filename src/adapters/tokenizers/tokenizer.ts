/** A model's own tokenizer, from its `tokenizer.json`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { MlInternError } from '../../core/errors';
import type { TokenCounter } from '../../core/data/tokens';

export interface TokenizerFiles {
  /** Contents of the files, as JSON text. */
  tokenizer: string;
  config: string;
}

export function tokenizerOf(name: string, { tokenizer, config }: TokenizerFiles): TokenCounter {
  try {
    const loaded = new Tokenizer(JSON.parse(tokenizer) as object, JSON.parse(config) as object);
    return { name, estimated: false, count: (text) => countPieces(loaded, text) };
  } catch (cause) {
    throw new MlInternError('bad-input', `The tokenizer of ${name} cannot be read: ${(cause as Error).message}`, {
      next: 'Name another tokenizer, or leave it out to have the tokens estimated.',
      cause,
    });
  }
}

/** Tokenizers take more than linear time on long texts; cut at line ends the count stays right to a few tokens. */
const longestPiece = 20_000;

function countPieces(tokenizer: Tokenizer, text: string): number {
  let count = 0;
  for (let start = 0; start < text.length;) {
    const end = pieceEnd(text, start);
    count += tokenizer.encode(text.slice(start, end), { add_special_tokens: false }).ids.length;
    start = end;
  }
  return count;
}

function pieceEnd(text: string, start: number): number {
  if (text.length - start <= longestPiece) return text.length;
  const lineEnd = text.lastIndexOf('\n', start + longestPiece);
  return lineEnd > start ? lineEnd : start + longestPiece;
}

/** From a folder that holds a model or a tokenizer, or from the file itself. */
export async function localTokenizer(path: string): Promise<TokenCounter> {
  const folder = path.replace(/[/\\]tokenizer\.json$/, '');
  const tokenizer = await readFile(join(folder, 'tokenizer.json'), 'utf8').catch(() => undefined);
  if (tokenizer === undefined) {
    throw new MlInternError('bad-input', `There is no tokenizer.json in ${folder}.`, {
      next: 'Name a folder with one, or a model of the Hub.',
    });
  }
  const config = await readFile(join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}');
  return tokenizerOf(path, { tokenizer, config });
}
