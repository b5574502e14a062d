/** What stands between LangChain and the run: budget, retries and recording around each model call; our toolbox in place of its tools. */
import { createMiddleware, HumanMessage, ToolMessage } from 'langchain';
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';
import type { ModelEndpoint } from '../ports/model';
import type { RunEvent } from '../run/events';
import type { Journal } from '../run/journal';
import { saidSince } from './conversation';
import { endingOf, type AgentOptions } from './limits';
import { readReply, replyMessage } from './reply';

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
  const { journal, toolbox, signal } = options;
  return createMiddleware({
    name: 'recording',
    wrapModelCall: async (request, handler) => {
      for (let tries = 1, { messages } = request; ; tries++) {
        const reply = await withPatience(options, async () =>
          readReply(await handler({ ...request, messages }), messages, callIds(journal), (index) =>
            newId(journal, index),
          ),
        );
        await journal.record('model.replied', reply);
        if (!reply.invalidCalls) return replyMessage(reply);
        if (tries === brokenCallsAllowed) throw brokenCalls();
        await journal.record('person.said', { source: 'service', text: brokenCallHint });
        messages = [...messages, replyMessage(reply), new HumanMessage(brokenCallHint)];
      }
    },
    wrapToolCall: async ({ toolCall }) => {
      const { id = '', name, args } = toolCall;
      const { ok, content } = await toolbox.call({ id, name, args }, signal);
      return new ToolMessage({ content, tool_call_id: id, name, status: ok ? 'success' : 'error' });
    },
  });
}

function callIds(journal: Journal): Set<string> {
  const replies = (journal.events as readonly RunEvent[]).filter((event) => event.type === 'model.replied');
  return new Set(replies.flatMap(({ data }) => data.toolCalls.map(({ id }) => id)));
}

/** The log never uses a sequence number twice. */
function newId({ view }: Journal, index: number): string {
  return `call-${view.lastSeq + 1}-${index}`;
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
