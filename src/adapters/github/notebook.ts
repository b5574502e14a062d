/** A notebook as text: its cells in order, without their outputs. */
import { z } from 'zod';
import { parseJson } from '../../core/json';

const schema = z.object({
  cells: z.array(z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]) })),
});

/** The text as it is when it is no notebook after all. */
export function notebookText(text: string): string {
  const notebook = schema.safeParse(parseJson(text));
  if (!notebook.success) return text;
  return notebook.data.cells
    .map(({ cell_type: type, source }) => {
      const body = [source].flat().join('');
      return type === 'code' ? `\`\`\`python\n${body}\n\`\`\`` : body;
    })
    .join('\n\n');
}
