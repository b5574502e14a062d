/** What training rows hold beside plain text, and what a reader of them should know. */
import type { Message, TrainingRow } from '../mapping/training-row';

export type Trait = 'tool-calls' | 'reasoning' | 'multi-turn' | 'system';

export function traitsOf(rows: readonly TrainingRow[]): { traits: Trait[]; remarks: string[] } {
  const chats = rows.flatMap((row) => ('messages' in row ? [row.messages] : []));
  const has = (is: (messages: readonly Message[]) => boolean) => chats.some(is);
  const tests: [Trait, boolean][] = [
    [
      'tool-calls',
      has((turns) => turns.some((turn) => 'tool_calls' in turn || turn.role === 'tool')) ||
        rows.some((row) => 'tools' in row),
    ],
    ['reasoning', rows.some(thinks)],
    ['multi-turn', has((turns) => turns.filter(({ role }) => role === 'user').length > 1)],
    ['system', has((turns) => turns.some(({ role }) => role === 'system'))],
  ];
  const doubled = chats.filter((turns) => turns.some(follows)).length;
  const words = doubled === 1 ? 'conversation has' : 'conversations have';
  const remark = `${doubled} ${words} two turns of one side in a row: many chat templates refuse that.`;
  return { traits: tests.flatMap(([trait, is]) => (is ? [trait] : [])), remarks: doubled === 0 ? [] : [remark] };
}

function follows({ role, tool_calls }: Message, at: number, turns: readonly Message[]): boolean {
  return at > 0 && role !== 'tool' && tool_calls === undefined && turns[at - 1]?.role === role;
}

function thinks(row: TrainingRow): boolean {
  if ('messages' in row)
    return row.messages.some(
      (turn) => 'reasoning_content' in turn || 'thinking' in turn || thought.test(turn.content.slice(0, 2000)),
    );
  if ('completion' in row) return thought.test(row.completion.slice(0, 2000));
  return 'text' in row && thought.test(row.text.slice(0, 2000));
}

const thought = /<think(ing)?>/;
