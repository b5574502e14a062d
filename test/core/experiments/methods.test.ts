import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Mapping } from '../../../src/core/data/mapping';
import { checkRows, methodNames, methodOf } from '../../../src/core/experiments/methods';
import { launchMethod } from '../../../src/core/experiments/training';
import type { Recipe } from '../../../src/core/run/types';
import { readStartingScripts } from '../../../src/app/product-files';

const root = resolve(__dirname, '../../..');

const recipe = (mapping: Mapping): Recipe => ({
  seed: 1,
  sources: [{ dataset: { id: 'a/b', revision: '1', config: '', split: 'train' }, mapping, weight: 1, excludeRows: [] }],
});
const answers: Mapping = { prompt: '{q}', completion: '{a}' };
const pairs: Mapping = { to: 'preference', prompt: 'q', chosen: 'good', rejected: 'bad' };

describe('the methods of the starting scripts', () => {
  it('are told from each script, all of which read their method of training from the configuration', async () => {
    const scripts = await readStartingScripts(root);
    assert.deepEqual(Object.keys(scripts).sort(), [...methodNames].sort());
    for (const name of methodNames) {
      assert.equal(methodOf(scripts[name] ?? ''), name);
      assert.equal(launchMethod(scripts[name] ?? '', {}), 'full');
      assert.equal(launchMethod(scripts[name] ?? '', { method: 'qlora' }), 'qlora');
    }
  });

  it('take the rows that their trainer reads, and others are refused before anything runs', async () => {
    const { sft = '', dpo = '', grpo = '' } = await readStartingScripts(root);
    checkRows(sft, recipe(answers));
    checkRows(dpo, recipe(pairs));
    checkRows(grpo, recipe(answers));
    assert.throws(() => checkRows(sft, recipe(pairs)), { reason: 'bad-input', message: /a\/b are preference/ });
    assert.throws(() => checkRows(dpo, recipe(answers)), { message: /takes \{prompt, chosen, rejected\}/ });
    checkRows('print("a script of its own")', recipe(pairs));
  });

  it('are known in scripts that do not read the configuration by the names of the library for adapters', () => {
    assert.equal(launchMethod('trainer = SFTTrainer(peft_config=LoraConfig())', { method: 'full' }), 'lora');
    assert.equal(launchMethod('trainer = SFTTrainer()', {}), 'full');
  });

  it('share what they all do word for word', async () => {
    const functions = await Promise.all(
      methodNames.map(async (name) => functionsOf(await readFile(join(root, `box/scripts/${name}.py`), 'utf8'))),
    );
    const versions = new Map<string, Set<string>>();
    for (const [name, text] of functions.flatMap((each) => [...each]))
      versions.set(name, (versions.get(name) ?? new Set()).add(text));
    // Each loss holds other things in memory, which `arguments` counts.
    const own = ['load_rows', 'main', 'rewards', 'arguments'];
    for (const [name, texts] of versions) if (!own.includes(name)) assert.equal(texts.size, 1, name);
  });
});

function functionsOf(script: string): Map<string, string> {
  const parts = script.split(/\n{3}(?=def |class |if __name__)/);
  return new Map(
    parts.flatMap((part) => [...part.matchAll(/^def (\w+)/g)].map(([, name = '']) => [name, part] as const)),
  );
}
