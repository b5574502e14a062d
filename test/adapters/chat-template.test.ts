// Training rows through chat templates in the styles of four families; box/tests/test_render.py renders the same with transformers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jinjaTemplate } from '../../src/adapters/chat-template/jinja-template';
import { openChatTemplate } from '../../src/app/chat-template';
import { lintRow } from '../../src/core/data/lint/lint';
import type { TrainingRow } from '../../src/core/data/mapping/training-row';
import { estimatedTokens } from '../../src/core/data/tokens';

interface Case {
  template: string;
  name: string;
  row: TrainingRow;
  rendered: { text: string; trained: boolean }[][];
  rules: string[];
}

const fixtures = join(__dirname, '../fixtures');
const cases = JSON.parse(readFileSync(join(fixtures, 'rendered-rows.json'), 'utf8')) as Case[];

function templateOf(name: string) {
  const read = (file: string) => readFileSync(join(fixtures, 'chat-templates', name, file), 'utf8');
  return jinjaTemplate(name, { config: read('tokenizer_config.json'), template: read('chat_template.jinja') });
}

const lint = (row: TrainingRow, template: string, maxTokens = 100) =>
  lintRow(row, 7, { template: templateOf(template), tokens: estimatedTokens, maxTokens });
const turns = (...contents: string[]): TrainingRow => ({
  messages: contents.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
});

describe('rows through a chat template', () => {
  for (const { template, name, row, rendered, rules } of cases) {
    it(`${template}: ${name}`, () => {
      const found = lint(row, template);
      assert.deepEqual(
        found.rendered.map(({ spans }) => spans),
        rendered,
      );
      assert.deepEqual(
        found.findings.map(({ rule }) => rule),
        rules,
      );
    });
  }

  it('names the row and says what the template raised', () => {
    const { findings } = lint({ messages: [{ role: 'system', content: 's' }] }, 'gemma');
    assert.deepEqual(findings, [
      { rule: 'template-raises', message: 'The chat template refuses it: System role not supported', row: 7 },
    ]);
  });

  it('finds empty turns, rows that would be cut, and rows of which nothing is trained on', () => {
    const rules = (row: TrainingRow, maxTokens?: number) =>
      lint(row, 'chatml', maxTokens).findings.map(({ rule }) => rule);
    assert.deepEqual(rules(turns('Hi', ' ')), ['empty-turn']);
    assert.deepEqual(rules(turns('Hi', 'word '.repeat(500))), ['would-be-cut']);
    assert.deepEqual(rules(turns('Hi')), ['nothing-trained']);
  });

  it('finds a BOS that the post-processor of the tokenizer adds to that of the template, unless the config forbids it', async () => {
    const folder = join(fixtures, 'chat-templates');
    const endpoints = { hub: 'http://127.0.0.1:9', viewer: undefined, hubToken: () => Promise.resolve(undefined) };
    const adding = await openChatTemplate({ model: 'llama31', folder, endpoints });
    const { findings } = lintRow(turns('Hi', 'Ho'), 0, { template: adding, tokens: estimatedTokens, maxTokens: 100 });
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ['doubled-bos'],
    );
    const read = (file: string) => readFileSync(join(folder, 'llama31', file), 'utf8');
    const [template, tokenizer] = [read('chat_template.jinja'), read('tokenizer.json')];
    const addsBos = (config: object, text = tokenizer) =>
      jinjaTemplate('other', { config: JSON.stringify(config), template, tokenizer: text }).addsBos;
    const bos = '<|begin_of_text|>';
    assert.equal(addsBos({ bos_token: bos }), true);
    assert.equal(addsBos({ bos_token: bos, add_bos_token: false }), false);
    assert.equal(addsBos({ bos_token: '<s>' }), false);
    assert.equal(addsBos({ bos_token: bos }, '{"post_processor": null}'), false);
    assert.equal(addsBos({ bos_token: bos }, '{torn'), false);
  });

  it('says that masks cannot be told where a template writes earlier turns anew', () => {
    const template = jinjaTemplate('anew', {
      config: '{"eos_token": "</s>"}',
      template: '{{ messages | length }}{% for m in messages %}{{ m.content }}</s>{% endfor %}',
    });
    const found = lintRow(turns('a', 'b'), 0, { template, tokens: estimatedTokens, maxTokens: 100 });
    assert.deepEqual(
      found.findings.map(({ rule }) => rule),
      ['turns-rewritten'],
    );
  });

  it('refuses a model without a template, and one whose template cannot be read', () => {
    assert.throws(() => jinjaTemplate('base', { config: '{}' }), /base has no chat template/);
    assert.throws(() => jinjaTemplate('torn', { config: '{}', template: '{% if %}' }), /cannot be read/);
    assert.throws(() => jinjaTemplate('torn', { config: '{' }), /is no JSON/);
  });
});
