/** `ml-intern doctor` with the real doctor, on this machine's Python alone: what files and headers tell. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorResult } from '../../src/core/doctor/doctor';
import { play } from './support';

/** One tensor of 32-bit numbers, as a safetensors file. */
function safetensors(name: string, rows: number, columns: number, value = 0.5): Buffer {
  const data = Buffer.alloc(rows * columns * 4);
  for (let at = 0; at < data.length; at += 4) data.writeFloatLE(value, at);
  const entry = { dtype: 'F32', shape: [rows, columns], data_offsets: [0, data.length] };
  const header = Buffer.from(JSON.stringify({ [name]: entry }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

const template =
  '{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';
const tokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];

describe('ml-intern doctor', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'ml-intern-doctor-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  /** `end`: the id at which generation ends. */
  async function model(name: string, end: number, value?: number): Promise<string> {
    const place = join(folder, name);
    await mkdir(place);
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: 3, eos_token_id: end };
    const files = {
      'config.json': { ...config, hidden_size: 4, tie_word_embeddings: true, transformers_version: '4.57.3' },
      'generation_config.json': { eos_token_id: end },
      'tokenizer.json': { model: { type: 'BPE', vocab }, added_tokens: [] },
      'tokenizer_config.json': { eos_token: '<|im_end|>', pad_token: '<|endoftext|>', chat_template: template },
    };
    for (const [file, content] of Object.entries(files)) await writeFile(join(place, file), JSON.stringify(content));
    await writeFile(join(place, 'model.safetensors'), safetensors('model.embed_tokens.weight', 3, 4, value));
    return place;
  }

  const check = (...args: string[]) => play(['doctor', ...args, '--box-root', join(folder, 'box')]);

  it('says what a sound model passes, and what could not be checked without transformers', async () => {
    const played = await check(await model('sound', 2), '--no-load', '--json');
    assert.equal(played.code, 0, played.terminal.stdout + played.terminal.stderr);
    const { ok, checks } = JSON.parse(played.terminal.stdout) as DoctorResult;
    assert.ok(ok);
    const byName = new Map(checks.map((each) => [each.name, each]));
    assert.equal(byName.get('turn-end')?.result, 'pass');
    assert.equal(byName.get('stops')?.result, 'not-checked');
    for (const each of checks) assert.deepEqual(Object.keys(each), ['name', 'result', 'message', 'fix']);
  });

  it('finds the classic endless generation, and exits with 1', async () => {
    const played = await check(await model('endless', 0), '--no-load');
    assert.equal(played.code, 1);
    const [first, second] = played.terminal.stdout.split('\n');
    assert.match(first ?? '', /^✗ turn-end: A turn ends with <\|im_end\|> \(2\), but .* only at <\|endoftext\|> \(0\)/);
    assert.match(second ?? '', /^ {4}Set eos_token_id in generation_config\.json and config\.json to 2/);
    assert.match(played.terminal.stdout, /Not fit to be shipped: 1 failed/);
  });

  it('tells another model of the same shape from a fine-tuned one', async () => {
    const base = await model('base', 2);
    const same = await check(base, '--base', base, '--no-load', '--json');
    const other = await check(await model('other', 2, -0.5), '--base', base, '--no-load', '--json');
    const result = ({ terminal }: typeof same) =>
      (JSON.parse(terminal.stdout) as DoctorResult).checks.find(({ name }) => name === 'descent-weights')?.result;
    assert.deepEqual([result(same), result(other)], ['warn', 'fail']);
  });

  it('names a folder that is not there', async () => {
    const played = await check(join(folder, 'nowhere'), '--json');
    assert.equal(played.code, 2);
    assert.match(played.terminal.stdout, /"reason":"bad-input".*nowhere/);
  });
});
