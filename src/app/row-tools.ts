/** What looks at the text of rows, loaded when it is first needed. */
import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { languageDetector } from '../adapters/language/detector';
import { localRows } from '../adapters/rows/local';
import type { RowTools } from '../core/agent/tools/tool';
import { estimatedTokens } from '../core/data/tokens';
import { MlInternError } from '../core/errors';
import { openChatTemplate } from './chat-template';
import type { HubEndpoints } from './hub';
import { openTokenizer } from './tokenizer';

export function rowToolsFor(baseModel: string, folder: string, endpoints: HubEndpoints): RowTools {
  let template: ReturnType<RowTools['template']> | undefined;
  let tokens: ReturnType<RowTools['tokens']> | undefined;
  return {
    language: languageDetector,
    // A tokenizer that cannot be read is no reason to see nothing of a dataset: the sheet says that tokens are estimated.
    tokens: () => (tokens ??= openTokenizer({ model: baseModel, folder, endpoints }).catch(() => estimatedTokens)),
    template: () => (template ??= openChatTemplate({ model: baseModel, folder, endpoints }).catch(() => null)),
    openFile: async (path, split) => localRows(await insideOf(folder, path), { split }),
  };
}

/** Links are followed before it is judged: the agent reads data of the workspace and nothing else of this machine. */
async function insideOf(folder: string, path: string): Promise<string> {
  const place = await realpath(resolve(folder, path)).catch(() => resolve(folder, path));
  const inside = relative(await realpath(folder).catch(() => folder), place);
  if (inside !== '' && !inside.startsWith('..') && resolve(inside) !== inside) return place;
  throw new MlInternError('bad-input', `${path} lies outside the workspace.`, {
    next: 'Name a data file of the workspace.',
  });
}
