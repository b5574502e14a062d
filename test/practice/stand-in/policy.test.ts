/** What the stand-in model decides when its tools return this or that. */
import assert from 'node:assert/strict';
import type { ChatMessage, PlannedCall } from '../../../src/practice/stand-in/chat';
import { callsOf, facts, fakeTools, offered, play, playIn, toolNames, usualWorld, type Story } from './fake-tools';

function ids(calls: PlannedCall[]): unknown[] {
  return calls.map((call) => call.args.id);
}

function outcomes(story: Story): Record<string, unknown> {
  return Object.fromEntries(
    callsOf(story, 'record_experiment').map((call) => [String(call.args.experiment), call.args.outcome]),
  );
}

function reasonFor(story: Story, id: string): string {
  return String(callsOf(story, 'set_aside_dataset').find((call) => call.args.id === id)?.args.reason ?? '');
}

describe('the stand-in model in the usual world', () => {
  const story = playIn({});

  it('reads papers, follows citations and notes a sentence that stands in the paper', () => {
    assert.ok(callsOf(story, 'read_paper').length >= 3);
    assert.equal(callsOf(story, 'citations')[0]?.args.direction, 'citations');
    const quotes = callsOf(story, 'note_paper').map((call) => String(call.args.quote));
    assert.ok(quotes.length > 0 && quotes.every((quote) => usualWorld.paperSentences.join(' ').includes(quote)));
  });

  it('checks several datasets in one message', () => {
    assert.ok(
      story.replies.some((reply) => reply.toolCalls.filter((call) => call.name === 'check_overlap').length > 1),
    );
  });

  it('sets the forbidden and the contaminated dataset aside with their reasons and proposes neither', () => {
    assert.match(reasonFor(story, 'shop/animal-qa-pro'), /licence/);
    assert.match(reasonFor(story, 'hall/quiz-dump'), /80 hits on 200 items; 300 of 1000 rows/);
    assert.deepEqual(ids(callsOf(story, 'propose_dataset')), [
      'school/animal-qa',
      'web/animal-questions-noisy',
      'zoo/animal-letters',
    ]);
  });

  it("puts questions and answers into the benchmark's prompt and leaves other forms as suggested", () => {
    const mappings = callsOf(story, 'propose_dataset').map((call) => call.args.mapping);
    assert.deepEqual(mappings[0], { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' });
    assert.deepEqual(mappings[2], { prompt: '{text}', completion: ' {text}' });
  });

  it('measures the baseline before it launches anything', () => {
    const names = story.calls.map((call) => `${call.name} ${String(call.args.experiment ?? '')}`);
    const [baseline, launch] = [
      names.indexOf('evaluate baseline'),
      names.findIndex((name) => name.startsWith('launch_job')),
    ];
    assert.ok(baseline >= 0 && baseline < launch);
  });

  it('tries one dataset at a time, then a mixture and more training as children of the best', () => {
    const written = callsOf(story, 'write_script').map((call) => call.args);
    assert.deepEqual(
      written.map((args) => [args.parent, (args.sources as unknown[]).length]),
      [
        [null, 1],
        [null, 1],
        [null, 1],
        ['01-animal-qa', 2],
        ['01-animal-qa', 1],
      ],
    );
  });

  it('does not promote what is worse than its parent, and stops after two children without a gain', () => {
    assert.equal(outcomes(story)['04-animal-qa-plus-animal-questions'], 'not promoted');
    assert.equal(outcomes(story)['05-animal-qa-longer'], 'not promoted');
    assert.equal(callsOf(story, 'finish').length, 1);
    assert.equal(callsOf(story, 'finish')[0]?.args.best, '01-animal-qa');
    assert.match(story.last ?? '', /5 experiments/);
  });

  it('keeps the plan in step with the work, and leaves none of it open', () => {
    const states = callsOf(story, 'plan').map(
      (call) => (call.args.items as { state: string }[]).filter((item) => item.state === 'done').length,
    );
    assert.deepEqual(states, [0, 1, 2, 3, 5]);
  });

  it('decides the same from the same conversation', () => {
    assert.deepEqual(playIn({}).calls, story.calls);
  });
});

describe('the stand-in model when things go otherwise', () => {
  it('goes on from a mixture that helps', () => {
    const story = playIn({ mixtureGain: 0.4, experiments: 8 });
    assert.equal(outcomes(story)['04-animal-qa-plus-animal-questions'], 'promising');
    assert.equal(callsOf(story, 'write_script')[4]?.args.parent, '04-animal-qa-plus-animal-questions');
  });

  it('leaves the few overlapping rows of a good dataset out', () => {
    const datasets = usualWorld.datasets.map((item) =>
      item.id === 'school/animal-qa' ? { ...item, overlap: { hits: 5, flaggedRows: 4, blocked: true } } : item,
    );
    const proposal = callsOf(playIn({ datasets }), 'propose_dataset').find(
      (call) => call.args.id === 'school/animal-qa',
    );
    assert.equal(proposal?.args.leaveOutOverlap, true);
  });

  it('respects a rejected dataset: never proposed again, never trained on, its reason noted', () => {
    const datasets = usualWorld.datasets.map((item) =>
      item.id === 'school/animal-qa' ? { ...item, rejected: 'Too childish.' } : item,
    );
    const story = playIn({ datasets });
    assert.equal(ids(callsOf(story, 'propose_dataset')).filter((id) => id === 'school/animal-qa').length, 1);
    assert.match(reasonFor(story, 'school/animal-qa'), /Too childish/);
    const used = callsOf(story, 'write_script').flatMap((call) =>
      (call.args.sources as { id: string }[]).map((source) => source.id),
    );
    assert.ok(used.length > 0 && !used.includes('school/animal-qa'));
  });

  it('changes the numbers that a person asks for, and keeps them for what follows', () => {
    const story = playIn({ sentBack: ['Please use a learning rate of 5e-4 and 120 steps.'] });
    const [first, second, third] = callsOf(story, 'write_script').map((call) => call.args);
    assert.notDeepEqual(first?.config, second?.config);
    assert.equal(first?.slug, second?.slug);
    assert.deepEqual(second?.config, { learning_rate: 5e-4, max_steps: 120, batch_size: 32 });
    assert.deepEqual(third?.config, second?.config);
  });

  it('writes what it cannot turn into numbers into the script, and into the hypothesis', () => {
    const story = playIn({ sentBack: ['Say in a comment why this data was chosen.'] });
    const second = callsOf(story, 'write_script')[1]?.args;
    assert.match(String(second?.script), /^# As asked: Say in a comment why this data was chosen\.\nimport trl/);
    assert.match(String(second?.hypothesis), /Say in a comment/);
  });

  it('gives an idea up when its script is sent back again and again, or without a word', () => {
    const again = playIn({ sentBack: Array.from({ length: 6 }, (_, index) => `Use ${100 + index} steps.`) });
    const silent = playIn({ sentBack: [''] });
    assert.equal(callsOf(again, 'write_script').filter((call) => call.args.slug === 'animal-qa').length, 4);
    assert.equal(callsOf(silent, 'write_script').filter((call) => call.args.slug === 'animal-qa').length, 1);
  });

  it('reads the log of a failed job, tries once more with half the batch when memory ran out, and records both', () => {
    const failure = { class: 'oom-gpu', message: 'out of memory', log: 'CUDA out of memory' };
    const story = playIn({ failures: { '01-animal-qa': failure, '02-animal-qa-retry': failure }, experiments: 8 });
    const written = callsOf(story, 'write_script').map((call) => call.args);
    assert.equal(callsOf(story, 'read_log').length, 2);
    assert.equal((written[1]?.config as { batch_size: number }).batch_size, 16);
    assert.equal(outcomes(story)['01-animal-qa'], 'failed');
    assert.equal(outcomes(story)['02-animal-qa-retry'], 'failed');
    assert.notEqual(written[2]?.slug, 'animal-qa-retry-retry');
  });

  it('records an experiment whose launch was rejected and goes on', () => {
    const story = playIn({ launchRejected: ['01-animal-qa'] });
    assert.equal(callsOf(story, 'launch_job').filter((call) => call.args.experiment === '01-animal-qa').length, 1);
    assert.equal(outcomes(story)['01-animal-qa'], 'failed');
    assert.ok(callsOf(story, 'write_script').length > 1);
  });

  it('finishes honestly when no dataset is fit', () => {
    const datasets = usualWorld.datasets.filter((item) => ['shop/animal-qa-pro', 'hall/quiz-dump'].includes(item.id));
    const story = playIn({ datasets });
    assert.equal(callsOf(story, 'write_script').length, 0);
    assert.equal(callsOf(story, 'finish')[0]?.args.best, null);
    assert.match(story.last ?? '', /Nothing was trained/);
  });

  it('stops at the budget of experiments, keeping some of it for children', () => {
    const story = playIn({ experiments: 3 });
    assert.equal(callsOf(story, 'write_script').length, 3);
    assert.ok(callsOf(story, 'write_script').some((call) => call.args.parent !== null));
    assert.equal(callsOf(story, 'finish').length, 1);
  });

  it('repeats with another seed what it is asked for before it may finish, and then finishes', () => {
    const tools = fakeTools(usualWorld);
    let repeated = 0;
    const answer = (call: PlannedCall): string => {
      if (call.name === 'repeat_experiment')
        return facts({ experiment: `0${(repeated += 1) + 7}-again`, decision: 'approved', by: 'policy' });
      const next = ['01-animal-qa', '03-animal-letters'].map((id) => `call repeat_experiment with experiment "${id}"`);
      if (call.name === 'finish' && repeated < 2) return facts({ error: 'Repeat the best.', next: next.join('; ') });
      return tools(call);
    };
    const told = play(answer, { tools: [...offered, { function: { name: 'repeat_experiment' } }] });
    const named = ids(
      callsOf(told, 'repeat_experiment').map(({ name, args }) => ({ name, args: { id: args.experiment } })),
    );
    assert.deepEqual(named, ['01-animal-qa', '03-animal-letters']);
    const launched = callsOf(told, 'launch_job').map(({ args }) => args.experiment);
    assert.ok(launched.includes('08-again') && launched.includes('09-again'), String(launched));
    assert.equal(callsOf(told, 'finish').length, 2);
    assert.notEqual(told.last, null);
  });

  it('takes feedback up: an unwanted dataset, and numbers to try', () => {
    const first = playIn({}, { limit: 20 });
    const asked: ChatMessage = {
      role: 'user',
      content: 'Feedback: do not use web/animal-questions-noisy. Try a learning rate of 2e-3.',
    };
    const story = playIn({}, { start: [...first.messages, asked] });
    const written = callsOf(story, 'write_script').map((call) => call.args);
    assert.ok(written.length > 0);
    for (const args of written) {
      assert.equal((args.config as { learning_rate: number }).learning_rate, 2e-3);
      assert.ok(!(args.sources as { id: string }[]).some((source) => source.id === 'web/animal-questions-noisy'));
    }
  });

  it('takes up feedback that comes after the end', () => {
    const ended = playIn({});
    const asked: ChatMessage = { role: 'user', content: 'Feedback: half the learning rate, please' };
    const story = play(fakeTools({ ...usualWorld }), { start: [...ended.messages, asked], limit: 1 });
    assert.equal(callsOf(story, 'write_script')[0]?.args.parent, '01-animal-qa');
    assert.deepEqual(callsOf(story, 'write_script')[0]?.args.config, {
      learning_rate: 5e-4,
      max_steps: 120,
      batch_size: 32,
    });
  });

  it('goes on as before when old answers were cleared from the conversation', () => {
    const cleared = (messages: ChatMessage[]): ChatMessage[] =>
      messages.map((message, index) =>
        message.role === 'tool' && index < messages.length - 24 ? { ...message, content: '[cleared]' } : message,
      );
    const story = playIn({}, { view: cleared });
    assert.equal(callsOf(story, 'finish').length, 1);
    assert.ok(callsOf(story, 'write_script').length >= 3);
    const launched = callsOf(story, 'launch_job').map((call) => call.args.experiment);
    assert.equal(new Set(launched).size, launched.length);
    const proposed = ids(callsOf(story, 'propose_dataset'));
    assert.equal(new Set(proposed).size, proposed.length);
  });
});

describe('the stand-in model when good data is untidy', () => {
  const untidy = usualWorld.datasets.map((item) =>
    item.id === 'school/animal-qa' ? { ...item, tokens: { p50: 12, max: 60 }, duplicateShare: 0.04 } : item,
  );
  const start: ChatMessage[] = [
    {
      role: 'system',
      content: `Benchmark: animal-quiz. The benchmark asks with this prompt: "{question}" and reads the answer with ${JSON.stringify('^(\\w+)$')}.`,
    },
    { role: 'user', content: 'Goal: raise the base model on questions about animals' },
  ];

  it('leaves out what its sheet and the rule for answers speak against, and keeps doing so', () => {
    const [draft, ...others] = callsOf(playIn({ datasets: untidy }, { start }), 'write_script').map(({ args }) => args);
    const filters = [
      { kind: 'length', unit: 'tokens', max: 24, name: 'of usual length' },
      { kind: 'regex', column: 'answer', keep: '^(\\w+)$', name: 'with an answer that the benchmark can read' },
    ];
    assert.deepEqual(draft?.sources, [{ id: 'school/animal-qa', filters }]);
    assert.deepEqual(draft?.mixture, { dedup: { exact: true } });
    const children = others.filter(({ parent }) => parent === '01-animal-qa');
    assert.ok(children.length > 0);
    for (const { sources, mixture } of children) {
      assert.deepEqual((sources as unknown[])[0], { id: 'school/animal-qa', filters });
      assert.deepEqual(mixture, { dedup: { exact: true } });
    }
  });
});

describe('the stand-in model whatever the tools return', () => {
  it('always ends, calls only tools that are offered, never proposes twice what was rejected, and repeats nothing in vain', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const next = randomOf(seed);
      const good = fakeTools({ ...usualWorld, experiments: 5 });
      const rejected: unknown[] = [];
      const story = play(
        (call) => {
          const answer = mishap(next, call) ?? good(call);
          if (call.name === 'propose_dataset') {
            assert.ok(!rejected.includes(call.args.id), `seed ${seed}: proposed again`);
            if (!answer.includes('"approved"')) rejected.push(call.args.id);
          }
          return answer;
        },
        { limit: 400 },
      );
      assert.notEqual(story.last, null, `seed ${seed}: no end`);
      assert.ok(story.calls.every((call) => toolNames.includes(call.name)));
      for (const [call, times] of counts(story.calls))
        if (!call.startsWith('wait_for_job')) assert.ok(times <= 2, `seed ${seed}: ${call}`);
    }
  });

  it('ends when every call fails, when every answer is garbage, and when nothing useful is offered', () => {
    for (const answer of [
      facts({ error: 'Broken.', next: 'Do something else.' }),
      'Error: bad arguments',
      '',
      '[]',
      '{"papers": [{"id"',
    ])
      assert.notEqual(play(() => answer).last, null);
    const few = play(fakeTools(usualWorld), {
      tools: offered.filter((tool) => ['plan', 'finish'].includes(tool.function.name)),
    });
    assert.deepEqual(new Set(few.calls.map((call) => call.name)), new Set(['plan', 'finish']));
    assert.equal(play(fakeTools(usualWorld), { tools: [] }).calls.length, 0);
  });

  it('sends no argument that a tool does not know', () => {
    const tools = offered.map((tool) =>
      tool.function.name === 'search_papers'
        ? { function: { name: 'search_papers', parameters: { properties: { query: {} } } } }
        : tool,
    );
    const story = play(fakeTools(usualWorld), { tools });
    assert.deepEqual(Object.keys(callsOf(story, 'search_papers')[0]?.args ?? {}), ['query']);
  });
});

function mishap(next: () => number, call: PlannedCall): string | undefined {
  const chance = next();
  if (chance < 0.15) return facts({ error: 'It did not work.', next: 'Try again.' });
  if (chance < 0.2) return 'Error: something odd';
  if (chance < 0.25) return '[cleared]';
  if (call.name === 'propose_dataset' && chance < 0.5)
    return facts({ decision: 'rejected', by: 'person', reason: 'no' });
  if (call.name === 'write_script' && chance < 0.5)
    return facts({ experiment: '99-x', decision: 'rejected', by: 'person', reason: 'fewer steps' });
  if (call.name === 'wait_for_job' && chance < 0.6)
    return facts({
      job: call.args.job,
      state: chance < 0.4 ? 'failed' : 'rebooted',
      failure: { class: 'exit', message: 'x' },
    });
  return undefined;
}

function counts(calls: PlannedCall[]): Map<string, number> {
  const seen = new Map<string, number>();
  for (const call of calls) {
    const key = `${call.name} ${JSON.stringify(call.args)}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
