import assert from 'node:assert/strict';
import { createAgent, createMiddleware, fakeModel } from 'langchain';
import { isAbort, MlInternError, toMlInternError } from '../../src/core/errors';

async function thrownThroughAnAgent(error: Error): Promise<unknown> {
  const middleware = createMiddleware({
    name: 'failing',
    wrapModelCall: () => {
      throw error;
    },
  });
  const agent = createAgent({ model: fakeModel(), tools: [], middleware: [middleware] });
  return agent.invoke({ messages: 'Hello' }).catch((thrown: unknown) => thrown);
}

describe('MlInternError', () => {
  it("comes whole out of LangChain's own error around it", async () => {
    const thrown = await thrownThroughAnAgent(new MlInternError('model-auth', 'Refused.', { next: 'Set a key.' }));
    const { reason, message, next } = toMlInternError(thrown);
    assert.deepEqual([reason, message, next], ['model-auth', 'Refused.', 'Set a key.']);
  });

  it('knows a stop, wrapped or not', async () => {
    const stop = new MlInternError('cancelled', 'Stopped.', { next: 'Resume.' });
    assert.ok(isAbort(stop));
    assert.ok(isAbort(await thrownThroughAnAgent(stop)));
    assert.ok(!isAbort(new Error('x')));
  });

  it('makes a stranger internal and keeps it as the cause', () => {
    const stranger = new Error('odd');
    const error = toMlInternError(stranger);
    assert.equal(error.reason, 'internal');
    assert.equal(error.cause, stranger);
  });
});
