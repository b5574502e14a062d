/** Which dataset viewer is asked about which Hub. */
import assert from 'node:assert/strict';
import { openHub, viewerOf } from '../../src/app/hub';
import { dataWorld } from '../support/data-world';
import { startFaultyServers } from '../support/practice';

describe('the dataset viewer', () => {
  const cases: [string, string, string | undefined][] = [
    ['https://huggingface.co', '', 'https://datasets-server.huggingface.co'],
    ['https://huggingface.co/', '', 'https://datasets-server.huggingface.co'],
    ['https://hub.example', '', undefined],
    ['https://hub.example', 'https://viewer.example', 'https://viewer.example'],
  ];
  for (const [hubEndpoint, viewerEndpoint, expected] of cases) {
    it(`of ${hubEndpoint}, set to "${viewerEndpoint}", is ${expected ?? 'nobody'}`, () =>
      assert.equal(viewerOf({ hubEndpoint, viewerEndpoint }), expected));
  }

  it('is not needed to read the rows of a Hub that has none', async () => {
    const servers = await startFaultyServers(dataWorld());
    const hub = openHub({ hub: servers.hub, viewer: undefined, hubToken: async () => undefined });
    const source = await hub.rows({ id: 'glim/colours' });
    const { from, splits } = await source.describe();
    assert.deepEqual([from, splits.map(({ split }) => split).sort()], ['its files, by range', ['test', 'train']]);
    assert.ok(servers.requests().every(({ service }) => service !== 'viewer'));
    await servers.stop();
  });
});
