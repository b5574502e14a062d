import assert from 'node:assert/strict';
import { Installed } from '../../../src/core/lookup/installed';
import type { OpenedBox } from '../../../src/core/box/opened-box';
import { FakeBox } from '../../support/core/fake-box';
import { factsOf, openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { config, parameter, signatureBox } from '../../support/core/lookup';

describe('look_up_signature', () => {
  let asked: string[][];
  let work: Workplace;

  beforeEach(async () => {
    asked = [];
    work = await openWorkplace({ box: Object.assign(new FakeBox(perform), signatureBox(asked)) });
  });

  it('shows what is installed on the box: own parameters first, deprecated ones marked', async () => {
    const result = await work.call('look_up_signature', { names: ['lab.Config'] });
    const [facts] = factsOf(result)['signatures'] as Record<string, unknown>[];
    assert.deepEqual([facts?.['version'], facts?.['parameters'], facts?.['takesAnyKeyword']], ['1.0', 3, false]);
    assert.deepEqual(facts?.['deprecatedParameters'], ['old']);
    assert.match(
      result.content,
      /max_length: int = 1024\n {4}Longest row, in tokens\.\nold: int = None; DEPRECATED\nseed/,
    );
  });

  it('shows the whole help of the parameters that are asked for, and names near ones for those that do not exist', async () => {
    const result = await work.call('look_up_signature', { names: ['lab.Config'], match: 'max_seq_length, longest' });
    const [facts] = factsOf(result)['signatures'] as Record<string, unknown>[];
    assert.deepEqual(facts?.['noSuchParameter'], { max_seq_length: ['max_length'] });
    assert.match(result.content, /Longer ones are cut/);
    assert.doesNotMatch(result.content, /Where chance begins/);
  });

  it('says what was probably meant, and lets nothing but names into the facts', async () => {
    const result = await work.call('look_up_signature', { names: ['lab.Confg'] });
    const [facts] = factsOf(result)['signatures'] as Record<string, unknown>[];
    assert.deepEqual(facts?.['didYouMean'], ['lab.Config']);
    assert.match(result.content, /<untrusted source="looking for lab.Confg">/);
    assert.equal(result.content.match(/<\/untrusted>/g)?.length, 1);
  });

  it('asks the box once for what it found, and again for what it did not', async () => {
    for (const names of [['lab.Config'], ['lab.Config', 'lab.Confg'], ['lab.Confg']]) {
      await work.call('look_up_signature', { names });
    }
    assert.deepEqual(asked, [['lab.Config'], ['lab.Confg'], ['lab.Confg']]);
  });

  it('gives a long answer in pages', async () => {
    const parameters = Array.from({ length: 400 }, (_, index) => parameter(`option_${index}`));
    const signatures = () => Promise.resolve([{ ...config, parameters }]);
    const place = await openWorkplace({ box: Object.assign(new FakeBox(perform), { signatures }) });
    let seen = '';
    let offset: number | undefined = 0;
    for (let page = 0; offset !== undefined && page < 20; page++) {
      const result = await place.call('look_up_signature', { names: ['lab.Config'], offset });
      assert.ok(result.content.length <= 8_000);
      seen += result.content;
      offset = factsOf(result)['nextOffset'] as number | undefined;
    }
    assert.ok(parameters.every(({ name }) => seen.includes(`${name}: int`)));
  });

  it('says where to read instead, and in which versions, where a box only runs jobs', async () => {
    const result = await (await openWorkplace()).call('look_up_signature', { names: ['lab.Config'] });
    assert.match(String(factsOf(result)['error']), /cannot be looked into: its machines exist only while a job runs/);
    assert.match(String(factsOf(result)['next']), /use lab==1\.0\. .*find_code/);
  });

  it('does not wait for an environment that is long in the building', async () => {
    const box = signatureBox() as OpenedBox;
    const never = new Promise<string>(() => undefined);
    const installed = new Installed({ box, environment: () => never, requirements: [], patienceMs: 10 });
    await assert.rejects(installed.lookUp(['lab.Config'], AbortSignal.timeout(60_000)), /still being built/);
  });
});
