/** Writes what an overlap check found: everything as JSON, and in a folder a page with the matching rows beside each other. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MlInternError } from '../../../core/errors';
import { overlapText, type OverlapAnswer } from './overlap-text';

const pageWidth = 160;

/** The files written. */
export async function writeReport(path: string, answer: OverlapAnswer): Promise<string[]> {
  try {
    if (/\.json$/i.test(path)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${JSON.stringify(answer, null, 1)}\n`);
      return [path];
    }
    const [all, page] = [join(path, 'overlap.json'), join(path, 'overlap.md')];
    await mkdir(path, { recursive: true });
    await writeFile(all, `${JSON.stringify(answer, null, 1)}\n`);
    await writeFile(page, pageOf(answer));
    return [all, page];
  } catch (error) {
    throw new MlInternError('bad-input', `The report cannot be written to ${path}: ${(error as Error).message}.`, {
      next: 'Name a folder, or a file that ends in .json, where you may write.',
      cause: error,
    });
  }
}

function pageOf(answer: OverlapAnswer): string {
  const pairs = answer.examples.map(
    ({ row, item, kind, score, file, rowText, itemText }) =>
      `## Row ${row}${file === undefined ? '' : ` of ${file}`} and item ${item}: ${kind}, ${score}\n\n${quoted('row', rowText)}\n\n${quoted('item', itemText)}`,
  );
  const summary = overlapText({ ...answer, examples: [] }, pageWidth)
    .split('\n')
    .filter((line) => !/^(─|row |file )/.test(line));
  return `# Overlap with the evaluation\n\n${summary.filter((line) => line.trim() !== '').join('\n\n')}\n\n${pairs.join('\n\n')}\n`;
}

/** Indented, so that no text of a row is taken for markup. */
function quoted(name: string, text: string): string {
  return `The ${name}:\n\n${text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}`;
}
