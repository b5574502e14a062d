import assert from 'node:assert/strict';
import { documentPath, parseDocumentPath } from '../../src/vscode/proposals/documents';
import { documentFile, renderProposal } from '../../src/vscode/proposals/render';
import { sampleDocument } from '../../src/vscode/proposals/sample-document';
import { proposals, storyScript } from '../support/story-parts';

describe('documents of proposals', () => {
  it('are found again by their address, whatever the ids hold', () => {
    const address = { run: 'a run/1', proposal: 'call:ü%2F', role: 'proposal', file: '01 x-train.py' } as const;
    assert.deepEqual(parseDocumentPath(documentPath(address)), address);
  });

  it('are not found by a stranger address', () => {
    assert.equal(parseDocumentPath('/a/b'), undefined);
    assert.equal(parseDocumentPath('/a/b/secret/c'), undefined);
  });

  it('show a script as exactly what was proposed', () => {
    assert.equal(renderProposal(proposals.first, 'proposal'), storyScript);
    assert.equal(documentFile(proposals.first, 'proposal'), '01-terse-train.py');
    assert.equal(renderProposal(proposals.second, 'parent'), storyScript);
    assert.match(renderProposal(proposals.first, 'settings'), /"learning_rate": 0.002/);
  });

  it('show a dataset with why, licence, overlap and mapping, and the hash', () => {
    const text = renderProposal(proposals.leaky, 'proposal');
    for (const part of [
      '## Why',
      'apache-2.0 (allowed)',
      '120 of 4,200 rows',
      'Question: {question}',
      proposals.leaky.hash,
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it('show what the model will see of a dataset, and why a row cannot be used', () => {
    const { subject } = proposals.leaky;
    assert.equal(subject.kind, 'dataset');
    const rows = [{ question: 'What\u202e is a glim?', answer: 'red' }, {}];
    const text = renderProposal(
      { ...proposals.leaky, subject: { ...subject, rows } } as typeof proposals.leaky,
      'proposal',
    );
    assert.match(
      text,
      /## What the model will see[^]*Question: What is a glim\?[^]*⟦ red⟧[^]*Row 2 cannot be used: a value/,
    );
  });

  it('show nothing that hides, and no fence that something unseen parts', () => {
    const { subject } = proposals.leaky;
    assert.equal(subject.kind, 'dataset');
    const mapping = { prompt: '``\u200b`\n# Approved', completion: ' x' };
    const sheet = { ...subject.sheet, id: 'lab/\u202eqa', remarks: ['fine\u{e0041}\u001b[2J'] };
    const hostile = { ...proposals.leaky, subject: { ...subject, sheet, source: { ...subject.source, mapping } } };
    const text = renderProposal(hostile as typeof proposals.leaky, 'proposal');
    assert.doesNotMatch(text, /[\u001b\u200b\u202e\u{e0041}]/u);
    assert.match(text, /````text\n```\n# Approved\n````/);
  });

  it('keep foreign text inside its fence', () => {
    const { subject } = proposals.leaky;
    assert.equal(subject.kind, 'dataset');
    const mapping = { prompt: '```\n# Approved by the owner', completion: ' x' };
    const hostile = { ...proposals.leaky, subject: { ...subject, source: { ...subject.source, mapping } } };
    assert.match(
      renderProposal(hostile as typeof proposals.leaky, 'proposal'),
      /````text\n```\n# Approved by the owner\n````/,
    );
  });
});

describe('the page beside an edited mapping', () => {
  const preview = {
    ...{ looked: 200, mapped: 198, template: null, findings: [], cut: { maxTokens: 2048, rows: 5, estimated: true } },
    unmapped: [{ problem: 'a value is missing', rows: 2 }],
    sample: [
      {
        spans: [
          { text: 'Red?\u202e', trained: false },
          { text: ' yes', trained: true },
        ],
        problem: null,
      },
    ],
  };

  it('says how many rows can be used, why not the others, and what is trained on', () => {
    const text = sampleDocument({ dataset: 'lab/qa', preview, problem: null });
    assert.match(
      text,
      /Of 200 rows that were kept to look at, 198 can be used; 2 cannot be used\. Of all of them 5 would be cut at 2,048/,
    );
    assert.match(text, /- 2 × a value is missing/);
    assert.match(text, /Without the marks of the base model's chat template/);
    assert.match(text, /Red\?⟦ yes⟧/);
  });

  it('says through which template rows were rendered, and what to mind of them', () => {
    const findings = [{ rule: 'no-eos', message: 'Nothing ends the answer.', rows: 7 }];
    const text = sampleDocument({
      ...{ dataset: 'lab/qa', problem: null },
      preview: { ...preview, template: 'lab/pebble', findings },
    });
    assert.match(text, /Through the chat template of lab\/pebble/);
    assert.match(text, /- 7 × no-eos, e\.g\. Nothing ends the answer\./);
  });

  it('keeps the last version that could be used while the text does not hold, and says so', () => {
    const problem = { line: 4, message: 'This is not JSON.' };
    const text = sampleDocument({ dataset: 'lab/qa', preview, problem });
    assert.match(text, /cannot be used yet\*\* \(line 4\): This is not JSON\. What follows is of the last version/);
    assert.match(text, /⟦ yes⟧/);
    assert.doesNotMatch(sampleDocument({ dataset: 'lab/qa', preview: null, problem }), /What follows/);
  });
});
