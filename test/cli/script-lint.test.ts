import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import { systemClock } from '../../src/adapters/system/clock';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import type { LintAnswer } from '../../src/core/ports/script-lints';
import { FakeRuns, FakeTerminal, play } from './support';

describe('ml-intern script lint', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lint-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  /** On this machine, whose box has no environment. */
  const run = async (...args: string[]) => {
    const packageFiles = await readBoxPackage('box');
    const options = { name: 'local', shell: new LocalShell(), packageFiles, root: join(folder, 'box') };
    const box = new SupervisedBox({ ...options, clock: systemClock });
    return play(['script', 'lint', ...args], new FakeRuns(), new FakeTerminal(), {}, box);
  };

  it('ends with 1 on errors, with the line, the rule and the remedy of each', async () => {
    const script = await file('train.py', 'import os\nos.system("curl x")\nprint(os.environ["HF_TOKEN"])\n');
    const { code, terminal } = await run(script, '--json');
    const answer = JSON.parse(terminal.stdout) as LintAnswer;
    assert.equal(code, 1, terminal.stderr);
    assert.deepEqual(
      answer.errors.map(({ line, rule }) => [line, rule]),
      [
        [2, 'subprocess'],
        [3, 'secrets'],
      ],
    );
    assert.ok(answer.errors.every(({ message, fix }) => message.length > 0 && fix.length > 0));
    const shown = (await run(script)).terminal.stdout;
    assert.match(shown, /train\.py:2:1 error \[subprocess\]/);
    assert.match(shown, /2 errors, 0 warnings/);
  });

  it('says that arguments could not be checked where no environment is', async () => {
    const script = await file('odd.py', 'from trl import SFTConfig\nSFTConfig(nothing_such=1)\n');
    const { code, terminal } = await run(script);
    assert.equal(code, 0, terminal.stderr);
    assert.match(terminal.stdout, /packages and arguments were not checked/);
  });

  it('checks rows against the recipe, and lets a person allow a rule', async () => {
    const load = 'rows = load_dataset("json", data_files="data/train.jsonl", split="train")\n';
    const script = await file(
      'dpo.py',
      `from datasets import load_dataset\nfrom trl import DPOTrainer\n${load}DPOTrainer(model="m", train_dataset=rows)\n`,
    );
    const recipe = await file('recipe.json', '{"seed": 1, "sources": [{"mapping": {"to": "text", "text": "{t}"}}]}');
    const refused = await run(script, '--recipe', recipe, '--json');
    assert.equal(refused.code, 1, refused.terminal.stderr);
    assert.match(refused.terminal.stdout, /DPOTrainer takes rows with chosen \+ rejected; these have text/);
    assert.equal((await run(script, '--recipe', recipe, '--allow', 'wrong-column')).code, 0);
  });

  it('refuses files that cannot be read', async () => {
    const { code, terminal } = await run(join(folder, 'none.py'), '--json');
    assert.equal(code, 2);
    assert.match(terminal.stdout, /cannot be read/);
    const script = await file('x.py', 'x = 1\n');
    assert.equal((await run(script, '--recipe', await file('r.json', '[]'))).code, 2);
  });
});
