/** Reads on in a result that was too long to be shown whole: nothing that a tool gave is cut for good. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import { textPage, withShortLines } from '../../lookup/pages';
import { defineTool, type AgentTool, type ToolKit } from './tool';

const pageCharacters = 6_000;
/** As the toolbox names them; a name is no path to anything else. */
const resultFile = /^tool-results\/[\w-]+\.txt$/;

export function resultTools({ bench }: ToolKit): AgentTool[] {
  return [
    defineTool({
      name: 'read_result',
      description: 'Read the whole text of a tool result that was cut, page by page; nextOffset says where to read on.',
      schema: z.object({
        file: z.string().describe('As "cut" names it, e.g. tool-results/call-7.txt'),
        offset: z.number().optional().describe('nextOffset of the answer before'),
      }),
      async run({ file, offset }) {
        const text = resultFile.test(file) ? await bench.store.read(`${bench.runFolder}/${file}`) : undefined;
        if (text === undefined) throw noSuchResult(file);
        const page = textPage(withShortLines(text), offset ?? 0, pageCharacters);
        return {
          facts: { file, offset: page.offset, totalCharacters: page.total, nextOffset: page.next },
          untrusted: [{ source: file, text: page.text }],
        };
      },
    }),
  ];
}

function noSuchResult(file: string): MlInternError {
  return new MlInternError('bad-input', `There is no result ${file.slice(0, 200)}.`, {
    next: 'Give the file exactly as the "cut" of a result names it, or call the tool again.',
  });
}
