/** What a person is shown of a proposal at the terminal. */
import assert from 'node:assert/strict';
import { askAbout } from '../../src/cli/approvals';
import { proposalDetails, proposalText } from '../../src/cli/proposal-text';
import type { RunHandle } from '../../src/core/run/runs';
import { datasetProposal, launchProposal, source } from '../support/core/samples';
import { FakeTerminal } from './support';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const rows = [{ question: 'What is\u001b[2J a glim?', answer: 'a thing' }];
const proposal = datasetProposal('p', { rows, source: { ...source(), mapping } });

describe('a proposed dataset at the terminal', () => {
  it('is shown with rows as the model will see them, and nothing in them that is obeyed', () => {
    const text = proposalDetails(proposal);
    assert.match(
      text,
      /What the model will see of it[^]*Row 1:\n {2}Question: What is.* a glim\?\n {2}Answer:⟦ a thing⟧/,
    );
    assert.doesNotMatch(text, /\u001b|"rows": \[/);
  });

  it('is shown anew once its mapping was edited', async () => {
    const terminal = new FakeTerminal(true, false, ['e', 'n']);
    const edited = { mapping: { prompt: 'Q: {question}', completion: ' {answer}' }, weight: 1, excludeRows: [] };
    terminal.edited = () => JSON.stringify(edited);
    await askAbout(proposal, {} as RunHandle, terminal, new AbortController().signal);
    assert.match(terminal.stderr, /Q: What is.* a glim\?⟦ a thing⟧/);
  });
});

describe('a proposed trial at the terminal', () => {
  it('says that it is not the training', () => {
    const launch = launchProposal('l');
    const subject = { ...launch.subject, trial: true } as typeof launch.subject;
    assert.doesNotMatch(proposalText(launch), /a trial/);
    assert.match(proposalText({ ...launch, subject }), /a trial: measures time and memory; it trains nothing/);
  });
});
