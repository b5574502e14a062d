/** The few parts of OpenAI's chat completions that the stand-in reads and answers with. */

export interface ChatMessage {
  role: string;
  content?: string | { type: string; text?: string }[] | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

export interface OfferedTool {
  function: { name: string; parameters?: { properties?: Record<string, unknown> } };
}

export interface PlannedCall {
  name: string;
  args: Record<string, unknown>;
}

/** What the model says and the tools it calls; no calls means that it considers its work done. */
export interface Reply {
  text: string;
  toolCalls: PlannedCall[];
}

export function messageText(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((part) => part.text ?? '').join('');
}
