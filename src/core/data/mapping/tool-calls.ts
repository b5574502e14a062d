/** Tools and calls of them as chat templates take them: arguments as an object, not as text. */
import { unpacked } from './packed';
import { Unmapped } from './unmapped';

type Entry = Record<string, unknown>;

/** `{name, arguments}`, also inside `function` and packed in a string. */
export function toolCallOf(cell: unknown): Entry {
  const value = entry(cell);
  const { name, arguments: given } = entry(value?.['function'] ?? value) ?? {};
  const args = given === undefined || given === null || given === '' ? {} : entry(given);
  if (typeof name !== 'string' || name === '' || args === null) throw new Unmapped('bad-tool-call');
  const id = value?.['id'];
  return {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    type: 'function',
    function: { name, arguments: args },
  };
}

export function toolCallsOf(cell: unknown): Entry[] {
  return listOf(cell, 'bad-tool-call').map(toolCallOf);
}

/** What a row offers the assistant; bare functions are wrapped. */
export function toolsOf(cell: unknown): Entry[] {
  return listOf(cell, 'unreadable').map((tool) => {
    const value = entry(tool);
    if (value === null) throw new Unmapped('unreadable');
    return 'function' in value ? value : { type: 'function', function: value };
  });
}

/** Nothing is an empty list. */
function listOf(cell: unknown, problem: 'bad-tool-call' | 'unreadable'): unknown[] {
  if (cell === null || cell === undefined || (typeof cell === 'string' && cell.trim() === '')) return [];
  const list = typeof cell === 'string' ? unpacked(cell) : cell;
  if (!Array.isArray(list)) throw new Unmapped(problem);
  return list as unknown[];
}

function entry(cell: unknown): Entry | null {
  const value = typeof cell === 'string' ? unpacked(cell) : cell;
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Entry) : null;
}
