import assert from 'node:assert/strict';
import { takeSecrets } from '../../src/cli/secrets';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const bindings = {
  modelUrl: undefined,
  judgeUrl: undefined,
  hubEndpoint: 'https://hub.example',
  semanticScholar: 'https://s2.example',
};

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

  it('are there for every part of the product that a command opens, not for the first one only', async () => {
    const env: NodeJS.ProcessEnv = { HF_TOKEN: 'hf' };
    takeSecrets(env, bindings, silent);
    assert.equal(await takeSecrets(env, bindings, silent).get('hub:https://hub.example'), 'hf');
  });

  it('hold the key of a judge for the address that the person named, and for no other', async () => {
    const said: string[] = [];
    const logger = { ...silent, warn: (text: string) => said.push(text) };
    const env: NodeJS.ProcessEnv = { ML_INTERN_JUDGE_API_KEY: 'jk' };
    const secrets = takeSecrets(env, { ...bindings, judgeUrl: 'https://judge.example/v1/' }, logger);
    assert.deepEqual(env, {});
    assert.equal(await secrets.get('judge:https://judge.example/v1'), 'jk');
    assert.equal(await secrets.get('model:https://judge.example/v1'), undefined);
    assert.deepEqual(said, []);
    assert.equal(await secrets.get('judge:https://other.example/v1'), undefined);
    assert.match(said.join(), /ML_INTERN_JUDGE_API_KEY is not sent to https:\/\/other\.example\/v1: .*--judge-url/);
  });
});
