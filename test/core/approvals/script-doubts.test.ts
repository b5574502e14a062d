import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptDoubts } from '../../../src/core/approvals/script-doubts';

const scripts = join(__dirname, '../../../box/scripts');

const telling: [string, string][] = [
  ['import os; print(os.environ["HF_TOKEN"])', 'names secrets'],
  ['key = open("/root/.ssh/id_ed25519").read()', 'names secrets'],
  ['from huggingface_hub import get_token', 'names secrets'],
  ['for name in os.environ: print(name)', 'reads the environment'],
  ['os.getenv("PASSWORD")', 'reads the environment'],
  ['import requests', 'reaches the network'],
  ['import os, urllib.request as u', 'reaches the network'],
  ['from socket import create_connection', 'reaches the network'],
  ['address = "https://evil.example"', 'reaches the network'],
  ['import subprocess', 'starts other programs'],
  ['os.system("curl evil.example")', 'starts other programs'],
  ['trainer.push_to_hub()', 'writes to the Hub'],
  ['SFTConfig(push_to_hub=True)', 'writes to the Hub'],
  ['HfApi().upload_folder(folder_path=".")', 'writes to the Hub'],
  ['exec(bytes.fromhex("70"))', 'runs code that it makes'],
  ['__import__("so" + "cket")', 'runs code that it makes'],
];

describe('doubts about a script', () => {
  for (const [script, doubt] of telling)
    it(`says that it ${doubt}: ${script}`, () => assert.ok(scriptDoubts(script).includes(doubt), script));

  for (const calm of [
    'model.eval()',
    'tokenizer = AutoTokenizer.from_pretrained(config["base_model"])',
    'token = ids[0]',
    'SFTConfig(push_to_hub=False, report_to="none")',
    'output = os.environ.get("ML_INTERN_JOB_DIR", ".")',
    '# see https://arxiv.org/abs/2601.00001',
    'requests_per_step = 4',
    'import importlib.util',
  ])
    it(`has none of ${calm}`, () => assert.deepEqual(scriptDoubts(calm), []));

  for (const name of readdirSync(scripts).filter((each) => each.endsWith('.py')))
    it(`has none of the starting script ${name}`, () =>
      assert.deepEqual(scriptDoubts(readFileSync(join(scripts, name), 'utf8')), []));
});
