/** The stand-in as an OpenAI-compatible server, seen through the real LangChain client. */
import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage, type AIMessageChunk, type UsageMetadata } from '@langchain/core/messages';
import { ChatOpenAICompletions } from '@langchain/openai';
import { firstFew } from '../../../src/practice/stand-in/faults';
import { startStandInModel, type StandInModel } from '../../../src/practice/stand-in/server';
import { facts, offered } from './fake-tools';

const tools = offered.map((tool) => ({
  type: 'function' as const,
  function: { ...tool.function, description: tool.function.name, parameters: { type: 'object' } },
}));

function clientOf(standIn: StandInModel): ChatOpenAICompletions {
  return new ChatOpenAICompletions({
    model: standIn.model,
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL: standIn.url },
  });
}

/** LangChain's message types lose the usage's own type here. */
function usageOf(reply: AIMessageChunk): UsageMetadata {
  return reply.usage_metadata as unknown as UsageMetadata;
}

describe('startStandInModel', () => {
  let standIn: StandInModel;
  beforeEach(async () => {
    standIn = await startStandInModel();
  });
  afterEach(() => standIn.stop());

  const goal = new HumanMessage('Goal: raise the base model on questions about animals');

  async function streamed(messages: (HumanMessage | AIMessageChunk | ToolMessage)[]): Promise<AIMessageChunk> {
    let whole: AIMessageChunk | undefined;
    for await (const chunk of await clientOf(standIn).bindTools(tools).stream(messages))
      whole = whole ? whole.concat(chunk) : chunk;
    assert.ok(whole);
    return whole;
  }

  it('streams text and several tool calls at once, with an estimate of the tokens', async () => {
    const reply = await streamed([goal]);
    assert.match(reply.text, /papers/);
    assert.deepEqual(
      reply.tool_calls?.map((call) => call.name),
      ['plan', 'search_papers'],
    );
    assert.equal((reply.tool_calls?.[0]?.args.items as unknown[]).length, 5);
    assert.deepEqual(reply.invalid_tool_calls, []);
    const usage = usageOf(reply);
    assert.ok(usage.input_tokens > 0 && usage.output_tokens > 0);
    assert.match(String(reply.response_metadata.system_fingerprint), /estimated/);
  });

  it('decides from what the tools returned', async () => {
    const first = await streamed([goal]);
    const answers = (first.tool_calls ?? []).map((call) => {
      const papers = [{ id: '2604.01', title: 'Data for animals', citations: 3 }];
      const content =
        call.name === 'plan'
          ? facts({ ok: true })
          : facts({ papers: [...papers, { ...papers[0], id: '2604.02' }], missing: [] });
      return new ToolMessage({ content, tool_call_id: call.id ?? '' });
    });
    const second = await streamed([goal, first, ...answers]);
    assert.deepEqual(
      second.tool_calls?.map((call) => [call.name, call.args.id]),
      [
        ['read_paper', '2604.01'],
        ['read_paper', '2604.02'],
      ],
    );
  });

  it('answers in one piece when no stream is asked for', async () => {
    const reply = await clientOf(standIn).bindTools(tools).invoke([goal]);
    assert.equal(reply.tool_calls?.length, 2);
    assert.ok(usageOf(reply).total_tokens > 0);
  });

  it('calls one tool at a time, or none, when asked to', async () => {
    const one = await clientOf(standIn).bindTools(tools, { parallel_tool_calls: false }).invoke([goal]);
    const none = await clientOf(standIn).bindTools(tools, { tool_choice: 'none' }).invoke([goal]);
    assert.equal(one.tool_calls?.length, 1);
    assert.equal(none.tool_calls?.length, 0);
    assert.notEqual(none.text, '');
  });

  it('lists its model, and says what it does not understand', async () => {
    const list = (await (await fetch(`${standIn.url}/models`)).json()) as { data: { id: string }[] };
    assert.deepEqual(
      list.data.map((model) => model.id),
      [standIn.model],
    );
    assert.equal((await fetch(`${standIn.url}/embeddings`, { method: 'POST', body: '{}' })).status, 404);
    for (const body of ['no JSON', '[]', '{"messages": 1}'])
      assert.equal((await fetch(`${standIn.url}/chat/completions`, { method: 'POST', body })).status, 400);
  });

  it('fails as often as it is told to, then answers', async () => {
    const flaky = await startStandInModel({ faults: firstFew(2, { kind: 'status', status: 500 }) });
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1) statuses.push((await fetch(`${flaky.url}/models`)).status);
    await flaky.stop();
    assert.deepEqual(statuses, [500, 500, 200]);
  });
});
