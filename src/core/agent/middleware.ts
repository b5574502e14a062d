/** What stands between LangChain and the run: budget, retries and recording around each model call; our toolbox in place of its tools. */
import { AIMessage, createMiddleware, HumanMessage, ToolMessage } from 'langchain';
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';
import type { ModelEndpoint } from '../ports/model';
import type { EventData } from '../run/events';
import type { Journal } from '../run/journal';
import { saidSince } from './conversation';
import { endingOf, type AgentOptions } from './limits';

const patience: Partial<Record<MlInternError['reason'], number>> = {
  'model-rate-limit': 8,
  'model-unavailable': 6,
  'model-garbage': 3,
};
const longestPauseMs = 60_000;

/** Before each model call: end when finished or out of budget, pass on what people said since the last call. */
export function feedbackMiddleware({ journal, clock, refresh }: AgentOptions) {
  let seen = journal.view.lastSeq;
  return createMiddleware({
    name: 'feedback',
    beforeModel: {
      canJumpTo: ['end'],
      hook: async () => {
        await refresh();
        if (endingOf({ journal, clock })) return { jumpTo: 'end' as const };
        const said = saidSince(journal.events, seen);
        seen = said.at(-1)?.seq ?? seen;
        return said.length === 0 ? undefined : { messages: said.map(({ text }) => new HumanMessage(text)) };
      },
    },
  });
}

/** Records each reply before its tools run, asks again after broken tool calls, and runs tools through the toolbox. */
export function recordingMiddleware(options: AgentOptions) {
  const { journal, toolbox } = options;
  return createMiddleware({
    name: 'recording',
    wrapModelCall: async (request, handler) => {
      for (let tries = 1, { messages } = request; ; tries++) {
        const reply = await withPatience(options, async () => checkReply(await handler({ ...request, messages })));
        await recordReply(journal, reply);
        if (!isBrokenCall(reply)) return reply;
        if (tries === brokenCallsAllowed) throw brokenCalls();
        await journal.record('person.said', { source: 'service', text: brokenCallHint });
        messages = [...messages, new AIMessage(reply.text), new HumanMessage(brokenCallHint)];
      }
    },
    wrapToolCall: async ({ toolCall }) => {
      const { id = '', name, args } = toolCall;
      const { ok, content } = await toolbox.call({ id, name, args });
      return new ToolMessage({ content, tool_call_id: id, name, status: ok ? 'success' : 'error' });
    },
  });
}

const brokenCallsAllowed = 3;
const brokenCallHint =
  'The arguments of your tool call were not valid JSON, so nothing was run. Send the call again with valid JSON.';

function brokenCalls(): MlInternError {
  return new MlInternError(
    'model-garbage',
    `The model sent tool calls with broken arguments ${brokenCallsAllowed} times in a row.`,
    {
      next: 'Choose a model that supports tool calls, or switch on its tool-call parser on the server, then resume the run.',
    },
  );
}

/** A reply whose only calls have arguments that are not JSON: LangChain would end silently on it. */
function isBrokenCall(reply: AIMessage): boolean {
  return (reply.invalid_tool_calls ?? []).length > 0 && (reply.tool_calls ?? []).length === 0;
}

function checkReply(reply: unknown): AIMessage {
  const empty =
    !AIMessage.isInstance(reply) ||
    (reply.text.trim() === '' && !reply.tool_calls?.length && !reply.invalid_tool_calls?.length);
  if (empty)
    throw new MlInternError('model-garbage', 'The model answered with nothing.', {
      next: 'Resume the run to try again, or choose another model.',
    });
  return reply;
}

async function recordReply(journal: Journal, reply: AIMessage): Promise<void> {
  const toolCalls = (reply.tool_calls ?? []).map(({ id, name, args }) => ({ id: id ?? '', name, args }));
  const invalid = (reply.invalid_tool_calls ?? []).map(({ id, name, args, error }) => ({
    id: id ?? '',
    name: name ?? '',
    args: args ?? '',
    error: error ?? '',
  }));
  if (reply.text.trim() === '' && toolCalls.length === 0 && invalid.length === 0) {
    throw new MlInternError('model-garbage', 'The model answered with nothing.', {
      next: 'Try again, or choose another model.',
    });
  }
  const usage = reply.usage_metadata as { input_tokens: number; output_tokens: number } | undefined;
  const data: EventData['model.replied'] = {
    text: reply.text,
    toolCalls,
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? estimateTokens(reply.text + JSON.stringify(toolCalls)),
  };
  await journal.record('model.replied', invalid.length === 0 ? data : { ...data, invalidCalls: invalid });
}

/** For servers that do not report usage: about four characters a token. */
function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Tries again what may pass (rate limits, outages, garbage), with growing pauses; anything else is thrown typed at once. */
export async function withPatience<T>(
  {
    endpoint,
    clock,
    signal,
    journal,
  }: { endpoint: ModelEndpoint; clock: Clock; signal: AbortSignal; journal: Journal },
  call: () => Promise<T> | T,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (thrown) {
      signal.throwIfAborted();
      const error = endpoint.classify(thrown);
      if (!MlInternError.is(error) || attempt >= (patience[error.reason] ?? 1)) throw error;
      if (attempt === 1)
        await journal.record('problem.raised', {
          reason: error.reason,
          message: error.message,
          next: 'Trying again by itself.',
        });
      await clock.sleep(pauseMs(error, attempt), signal);
    }
  }
}

function pauseMs(error: MlInternError, attempt: number): number {
  const asked = (error as { retryAfterMs?: unknown }).retryAfterMs;
  return Math.min(longestPauseMs, typeof asked === 'number' ? asked : 500 * 2 ** attempt);
}
