/**
 * The agent: LangChain's `createAgent` over any OpenAI-compatible endpoint. It keeps no state of its own: messages come from the log, each
 * reply is in the log before its tools run, each result before the next reply. Killed anywhere, it goes on from there.
 */
import {
  AIMessageChunk,
  ClearToolUsesEdit,
  contextEditingMiddleware,
  createAgent,
  HumanMessage,
  MiddlewareError,
  tool,
  ToolMessage,
  type BaseMessage,
} from 'langchain';
import { ChatOpenAICompletions } from '@langchain/openai';
import type { Journal } from '../run/journal';
import { conversationOf, type Turn } from './conversation';
import { endingOf, type AgentEnding, type AgentOptions } from './limits';
import { feedbackMiddleware, recordingMiddleware } from './middleware';
import { replyMessage } from './reply';

// LangChain brings LangSmith along, which uploads prompts when the user's shell has it switched on for something else.
for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING_V2', 'LANGCHAIN_TRACING'])
  process.env[name] = 'false';

/** Replies without a tool call, in a row, before the agent is taken to be done. */
const idleReplies = 3;
/** Old tool results are cleared from what the model is sent when this share of its context is used; the log keeps them. */
const fullShare = 0.6;
const resultsKept = 12;
/** Steps of LangChain's graph; the budget is what really bounds the run. */
const recursionLimit = 100_000;

/** Drives the agent until it finishes or a cap is reached; throws typed `model-*` errors and `cancelled`. */
export async function driveAgent(options: AgentOptions): Promise<AgentEnding> {
  await runDangling(options);
  for (let idle = 0; ; idle++) {
    const ending = endingOf(options);
    if (ending) return ending;
    if (idle === idleReplies) return { ending: 'agent-finished' };
    if (idle > 0) await nudge(options.journal);
    const before = toolCallsMade(options.journal);
    await runOnce(options);
    if (toolCallsMade(options.journal) > before) idle = 0;
  }
}

async function assemble(options: AgentOptions) {
  const { endpoint, systemPrompt, toolbox } = options;
  const model = new ChatOpenAICompletions({
    model: endpoint.model,
    apiKey: (await endpoint.apiKey()) ?? 'none',
    maxRetries: 0,
    configuration: { baseURL: endpoint.baseUrl, organization: null, project: null, fetch: endpoint.fetch },
  });
  const tools = toolbox.tools.map(({ name, description, schema }) =>
    // Calls go through the recording middleware to the toolbox, which validates and runs them; this function is never reached.
    tool(() => '', { name, description, schema }),
  );
  return createAgent({
    model,
    tools,
    systemPrompt,
    middleware: [
      feedbackMiddleware(options),
      contextEditingMiddleware({
        edits: [
          new ClearToolUsesEdit({
            trigger: { tokens: Math.floor(options.contextTokens * fullShare) },
            keep: { messages: resultsKept },
            placeholder: '[An old result, cleared to make room. Call the tool again if you need it.]',
          }),
        ],
      }),
      recordingMiddleware(options),
    ],
  });
}

async function runOnce(options: AgentOptions): Promise<void> {
  const agent = await assemble(options);
  const messages = conversationOf(options.journal.events).turns.map(toMessage);
  try {
    const stream = await agent.stream({ messages }, { signal: options.signal, recursionLimit, streamMode: 'messages' });
    for await (const [message] of stream) {
      // Pieces only: the whole reply comes by once more when it is done.
      if (AIMessageChunk.isInstance(message) && message.text !== '') options.onSpeech(message.text);
    }
  } catch (error) {
    throw unwrapped(error);
  }
}

/** LangChain wraps what middleware throws, once for each layer: typed errors lose their reason and their next step. */
function unwrapped(error: unknown): unknown {
  return MiddlewareError.isInstance(error) && error.cause !== undefined ? unwrapped(error.cause) : error;
}

async function runDangling({ journal, toolbox, signal }: AgentOptions): Promise<void> {
  const { dangling } = conversationOf(journal.events);
  await Promise.all(dangling.map((call) => toolbox.call(call, signal)));
}

async function nudge(journal: Journal): Promise<void> {
  await journal.record('person.said', {
    source: 'service',
    text: 'Nobody is here to answer. Budget remains and you have not called finish: go on with the next step, or call finish and say why nothing promising is left.',
  });
}

function toolCallsMade(journal: Journal): number {
  return journal.events.filter((event) => event.type === 'tool.returned').length;
}

function toMessage(turn: Turn): BaseMessage {
  if (turn.role === 'person') return new HumanMessage(turn.text);
  if (turn.role === 'tool') {
    return new ToolMessage({
      content: turn.content,
      tool_call_id: turn.callId,
      name: turn.name,
      status: turn.ok ? 'success' : 'error',
    });
  }
  return replyMessage(turn);
}
