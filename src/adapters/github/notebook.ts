/** A notebook as text: its cells in order, without their outputs. */
import { z } from 'zod';

const schema = z.object({
  cells: z.array(z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]) })),
});

/** The text as it is when it is no notebook after all. */
export function notebookText(text: string): string {
  const notebook = schema.safeParse(parsed(text));
  if (!notebook.success) return text;
  return notebook.data.cells
    .map(({ cell_type: type, source }) => {
      const body = [source].flat().join('');
      return type === 'code' ? `\`\`\`python\n${body}\n\`\`\`` : body;
    })
    .join('\n\n');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
