/** The text of a row: all of it, or what a mapping makes of it for training. */
import type { Row } from '../ports/rows';
import type { Mapping } from '../run/types';
import { applyMapping } from './mapping';
import type { Message, TrainingRow } from './mapping/training-row';

export function isEmpty(cell: unknown): boolean {
  if (cell === null || cell === undefined) return true;
  if (typeof cell === 'string') return cell.trim() === '';
  return Array.isArray(cell) && cell.length === 0;
}

export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

export function rowText(row: Row): string {
  return Object.values(row).map(cellText).join('\n');
}

/** All that a training row is made of; of a preference pair the answer to learn, with its prompt. */
export function trainingText(row: Row, mapping: Mapping): { text: string } | { problem: string } {
  const mapped = applyMapping(row, mapping);
  return 'problem' in mapped ? mapped : { text: textOf(mapped.row) };
}

export function textOf(row: TrainingRow): string {
  if ('text' in row) return row.text;
  if ('messages' in row) return row.messages.map(messageText).join('\n');
  if ('chosen' in row) return `${said(row.prompt)}${said(row.chosen)}`;
  return `${row.prompt}${row.completion}`;
}

function said(part: string | Message[] | undefined): string {
  return Array.isArray(part) ? part.map(messageText).join('\n') : (part ?? '');
}

const messageText = (message: Message): string => cellText(message.content);
