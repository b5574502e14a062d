/**
 * The conversation, rebuilt from the log: there is no second source of truth. What a person said while tools were running comes after
 * their results, because a chat API wants each tool call answered first.
 */
import type { AnyEvent, EventData, RunEvent, ToolCall } from '../run/events';

export type Turn =
  | { role: 'person'; text: string; seq: number }
  | { role: 'agent'; text: string; toolCalls: ToolCall[] }
  | { role: 'tool'; callId: string; name: string; ok: boolean; content: string };

export interface Conversation {
  turns: Turn[];
  /** Calls of the last reply that have no result: the process died while they ran. They are run again with the same ids. */
  dangling: ToolCall[];
}

export function conversationOf(events: readonly AnyEvent[]): Conversation {
  const turns: Turn[] = [];
  let said: Turn[] = [];
  let open: ToolCall[] = [];
  for (const event of events as readonly RunEvent[]) {
    if (event.type === 'person.said') said.push({ role: 'person', text: wordsOf(event.data), seq: event.seq });
    if (event.type === 'model.replied') {
      turns.push(...said, { role: 'agent', text: event.data.text, toolCalls: event.data.toolCalls });
      said = [];
      open = event.data.toolCalls;
    }
    if (event.type === 'tool.returned') {
      const { callId, name, ok, content } = event.data;
      turns.push({ role: 'tool', callId, name, ok, content });
      open = open.filter((call) => call.id !== callId);
    }
  }
  return { turns: [...turns, ...said], dangling: open };
}

/** What people said after event `seq`, for a conversation that is under way. */
export function saidSince(events: readonly AnyEvent[], seq: number): { text: string; seq: number }[] {
  return (events as readonly RunEvent[]).flatMap((event) =>
    event.type === 'person.said' && event.seq > seq && event.data.source !== 'service'
      ? [{ text: wordsOf(event.data), seq: event.seq }]
      : [],
  );
}

const openings: Record<EventData['person.said']['source'], string> = {
  goal: 'Goal: ',
  'program.md': 'Standing instructions of the person (ml-intern/program.md):\n',
  feedback: 'Feedback: ',
  service: '',
};

function wordsOf({ text, source }: EventData['person.said']): string {
  return openings[source] + text;
}
