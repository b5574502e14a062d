import assert from 'node:assert/strict';
import { takeSecrets } from '../../src/cli/secrets';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const bindings = { modelUrl: undefined, hubEndpoint: 'https://hub.example', semanticScholar: 'https://s2.example' };

describe('secrets of the command line', () => {
  it('are taken out of the environment, each for the one address that it belongs to', async () => {
    const env: NodeJS.ProcessEnv = { GITHUB_TOKEN: 'gh', HF_TOKEN: 'hf', PATH: '/bin' };
    const secrets = takeSecrets(env, bindings, silent);
    assert.deepEqual(env, { PATH: '/bin' });
    assert.equal(await secrets.get('github:https://api.github.com'), 'gh');
    assert.equal(await secrets.get('hub:https://hub.example'), 'hf');
    for (const other of ['github:https://hub.example', 'hub:https://api.github.com', 'github:https://github.example']) {
      assert.equal(await secrets.get(other), undefined, other);
    }
  });
});
