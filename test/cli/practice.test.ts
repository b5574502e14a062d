import assert from 'node:assert/strict';
import type { DataSheet, Proposal } from '../../src/core/run/types';
import { comparison, config, type FakeRun, FakeRuns, FakeTerminal, play, score } from './support';

const sheet = (id: string): DataSheet => ({
  id,
  revision: 'r1',
  licence: 'mit',
  licenceVerdict: 'allow',
  gated: false,
  downloads: 1,
  likes: 1,
  splits: [{ config: 'default', split: 'train', rows: 900 }],
  columns: [],
  format: 'question-answer',
  sampled: 100,
  duplicateShare: 0,
  emptyShare: 0,
  meanCharacters: 40,
  remarks: [],
});

const recipe = { seed: 1, sources: [] };

function experiment(
  run: FakeRun,
  id: string,
  parent: string | null,
  value: number,
  difference: number,
  outcome: 'promising' | 'not promoted',
) {
  const files = { slug: id, hypothesis: 'because', recipe, config: {}, scriptHash: 'h', folder: `experiments/${id}` };
  run.add('experiment.created', { id, parent, ...files });
  const toParent = comparison(parent ?? 'baseline', difference);
  run.add('experiment.scored', {
    experiment: id,
    split: 'dev',
    job: 'j',
    score: score(value),
    comparison: toParent,
    toBaseline: toParent,
  });
  run.add('experiment.closed', { experiment: id, outcome, note: '' });
}

function wholeRun(run: FakeRun): void {
  run.add('phase.entered', { phase: 'research' });
  run.add('dataset.inspected', { sheet: sheet('lab/bad'), file: 'data/bad.json' });
  run.add('dataset.set-aside', { id: 'lab/bad', reason: 'holds evaluation items' });
  run.add('experiment.scored', {
    experiment: 'baseline',
    split: 'dev',
    job: 'b',
    score: score(0, 1),
    comparison: null,
    toBaseline: null,
  });
  experiment(run, '01-plain', null, 0.3, 0.3, 'promising');
  experiment(run, '02-worse', '01-plain', 0.1, -0.2, 'not promoted');
  run.add('model.replied', { text: '', toolCalls: [], inputTokens: 1000, outputTokens: 234 });
  run.add('promotion.decided', {
    experiment: '01-plain',
    verdict: 'better',
    baseline: score(0.02, 0.9),
    best: score(0.38),
    difference: comparison('baseline', 0.36),
    reason: 'Better on items that the agent never saw.',
  });
  run.add('report.written', { file: 'report.md' });
  run.end();
}

const scriptProposal: Proposal = {
  id: 'call-1',
  kind: 'script',
  hash: 'abc',
  title: 'First script \u001b[31mred',
  why: 'it may help',
  subject: {
    kind: 'script',
    experiment: '01-a',
    script: 'print(1)\n',
    config: {},
    recipe,
    parent: null,
    parentScript: null,
  },
};

describe('ml-intern practice', () => {
  it('prints the closing tables on stderr and nothing on stdout', async () => {
    const { code, terminal, runs } = await play(['practice'], new FakeRuns(wholeRun));
    assert.equal(code, 0);
    assert.equal(terminal.stdout, '');
    for (const part of [
      '38.0 %',
      '33.0 to 43.0 %',
      '90.0 %',
      '+36.0 points [+32.0, +40.0]',
      '02-worse',
      'worse',
      'not promoted',
    ])
      assert.ok(terminal.stderr.includes(part), `missing ${part} in\n${terminal.stderr}`);
    assert.match(terminal.stderr, /refused {2}lab\/bad \(agent\): holds evaluation items/);
    assert.match(terminal.stderr, /1 000 in, 234 out/);
    assert.ok(runs.disposed);
  });

  it('prints exactly one JSON object of the promised shape with --json', async () => {
    const { code, terminal } = await play(['practice', '--json', '--seed', '7'], new FakeRuns(wholeRun));
    assert.equal(code, 0);
    const result = JSON.parse(terminal.stdout) as Record<string, unknown>;
    assert.equal(terminal.stdout.trim().split('\n').length, 1);
    const keys = [
      'runId',
      'folder',
      'baseline',
      'best',
      'difference',
      'references',
      'experiments',
      'datasets',
      'wallSeconds',
      'tokens',
      'standIns',
    ];
    assert.deepEqual(Object.keys(result), keys);
    assert.deepEqual(result['difference'], { value: 0.36, low: 0.36 - 0.04, high: 0.36 + 0.04 });
    assert.deepEqual(Object.keys(result['best'] as object), [
      'metric',
      'value',
      'low',
      'high',
      'n',
      'seeds',
      'invalidShare',
      'truncatedShare',
      'meanTokens',
    ]);
    assert.deepEqual(result['datasets'], { used: [], refused: [{ id: 'lab/bad', reason: 'holds evaluation items' }] });
    assert.equal(result['tokens'], 1234);
    assert.ok((result['standIns'] as string[]).length > 0);
  });

  it('asks for nothing by default and passes seed and workspace on', async () => {
    const { runs, options } = await play(
      ['practice', '--seed', '7', '--workspace', '/tmp/there'],
      new FakeRuns(wholeRun),
    );
    assert.equal(runs.runs[0]?.runConfig.autonomy, 'autopilot');
    assert.equal(runs.runs[0]?.runConfig.seed, 7);
    assert.equal(options?.workspace, '/tmp/there');
  });

  it('writes no control characters where stderr is no terminal', async () => {
    const { terminal } = await play(['practice'], new FakeRuns(wholeRun));
    assert.doesNotMatch(terminal.stderr, /[\u001b\r]/);
  });

  it('ends with code 4 when nothing was promoted', async () => {
    const { code } = await play(['practice'], new FakeRuns((run) => run.end('budget-spent')));
    assert.equal(code, 4);
  });
});

describe('approvals at the terminal', () => {
  const propose = (run: FakeRun) => {
    run.onChange((view) => {
      if (view.proposals.every(({ decision }) => decision) && view.state !== 'finished') run.end();
    });
    run.add('proposal.made', { proposal: scriptProposal });
  };
  const ask = ['practice', '--autonomy', 'ask-everything'];

  it('approves with y', async () => {
    const { runs } = await play(ask, new FakeRuns(propose), new FakeTerminal(true, false, ['y']));
    assert.equal(runs.runs[0]?.decisions[0]?.verdict, 'approve');
  });

  it('rejects with the reason that the agent reads', async () => {
    const { runs } = await play(
      ask,
      new FakeRuns(propose),
      new FakeTerminal(true, false, ['what?', 'n', 'smaller steps']),
    );
    const decision = runs.runs[0]?.decisions[0];
    assert.deepEqual([decision?.verdict, decision?.reason], ['reject', 'smaller steps']);
  });

  it('shows the script, and approves an edited one', async () => {
    const terminal = new FakeTerminal(true, false, ['s', 'e', 'y']);
    terminal.edited = () => 'print(2)\n';
    const { runs } = await play(ask, new FakeRuns(propose), terminal);
    assert.match(terminal.stderr, /print\(1\)/);
    assert.equal(runs.runs[0]?.decisions[0]?.edited?.script, 'print(2)\n');
  });

  it("cannot be painted over by a proposal's text", async () => {
    const { terminal } = await play(ask, new FakeRuns(propose), new FakeTerminal(true, false, ['y']));
    assert.ok(!terminal.stderr.includes('\u001b'));
  });

  it('without a terminal ends with code 3 and says how to decide', async () => {
    const { code, terminal, runs } = await play([...ask, '--json'], new FakeRuns(propose));
    assert.equal(code, 3);
    assert.match(terminal.stderr, /ml-intern runs decide run-1 call-1 approve/);
    assert.match(terminal.stderr, /ml-intern runs resume run-1/);
    const { waitsFor } = JSON.parse(terminal.stdout) as { waitsFor: { id: string }[] };
    assert.deepEqual(
      waitsFor.map(({ id }) => id),
      ['call-1'],
    );
    assert.ok(runs.disposed);
    assert.ok(!runs.runs[0]?.stopped, 'jobs on the box go on');
  });

  it('does not ask for what the policy answers', async () => {
    const terminal = new FakeTerminal(true);
    const decided = (run: FakeRun) => {
      run.add('proposal.made', { proposal: scriptProposal });
      run.add('proposal.decided', {
        decision: { proposal: 'call-1', hash: 'abc', verdict: 'approve', by: 'policy', rule: 'autopilot' },
      });
      run.end();
    };
    const { code } = await play(['practice'], new FakeRuns(decided), terminal);
    assert.equal(code, 4);
    assert.doesNotMatch(terminal.stderr, /approve {2}\[n\]/);
  });
});

describe('Ctrl-C', () => {
  it('stops the run, says how to resume and ends with 130', async () => {
    const terminal = new FakeTerminal();
    const { code, runs } = await play(['practice'], new FakeRuns(() => terminal.interrupt()), terminal);
    assert.equal(code, 130);
    assert.ok(runs.runs[0]?.stopped);
    assert.match(terminal.stderr, /To go on: ml-intern runs resume run-1/);
  });

  it('leaves at once the second time', async () => {
    const terminal = new FakeTerminal();
    const stuck = (run: FakeRun) => {
      const { stop } = run;
      run.stop = () => new Promise(() => undefined);
      terminal.interrupt();
      terminal.interrupt();
      void stop.call(run);
    };
    await play(['practice'], new FakeRuns(stuck), terminal);
    assert.equal(terminal.exited, 130);
  });
});

describe('ml-intern run', () => {
  const args = [
    'run',
    '--base-model',
    'a/b',
    '--benchmark',
    'items.jsonl',
    '--model',
    'm',
    '--model-url',
    'https://example.org/v1',
  ];

  it('makes a run of what it is given', async () => {
    const { runs } = await play([...args, '--target', '60%', '--gpu-hours', '2'], new FakeRuns(wholeRun));
    const made = runs.runs[0]?.runConfig;
    assert.deepEqual(
      [made?.benchmark, made?.target, made?.budget.gpuHours, made?.autonomy, made?.model],
      ['items.jsonl', 0.6, 2, 'ask-data-and-scripts', { baseUrl: 'https://example.org/v1', name: 'm' }],
    );
  });

  it('leaves the name of a preset as it is, and takes a judge and an instruct model', async () => {
    const judge = ['--judge-url', 'https://judge.example/v1', '--judge-model', 'j'];
    const more = ['--benchmark', 'healthbench-easy', '--instruct-model', 'a/b-instruct'];
    const env = { ML_INTERN_JUDGE_API_KEY: 'jk' };
    const { runs, options } = await play([...args, ...more, ...judge], new FakeRuns(wholeRun), undefined, env);
    const { benchmark, judge: named, instructModel } = runs.runs[0]?.runConfig ?? {};
    assert.deepEqual(
      [benchmark, named, instructModel],
      ['healthbench-easy', { url: 'https://judge.example/v1', model: 'j' }, 'a/b-instruct'],
    );
    assert.equal(await options?.secrets.get('judge:https://judge.example/v1'), 'jk');
    assert.ok(!JSON.stringify(runs.runs[0]?.runConfig).includes('jk'));
    const half = await play([...args, '--judge-model', 'j']);
    assert.notEqual(half.code, 0);
    assert.match(half.terminal.stderr, /A judge needs both an address and a model/);
  });

  it('gives the key to the named address only, and takes it out of the environment', async () => {
    const env = { ML_INTERN_MODEL_API_KEY: 'sesame', HF_TOKEN: 'hf' };
    const { options, terminal } = await play(args, new FakeRuns(wholeRun), new FakeTerminal(), env);
    assert.equal(await options?.secrets.get('model:https://example.org/v1/'), 'sesame');
    assert.equal(await options?.secrets.get('model:https://elsewhere.example/v1'), undefined);
    assert.equal(await options?.secrets.get('hub:https://huggingface.co'), 'hf');
    assert.match(terminal.stderr, /not sent to https:\/\/elsewhere/);
    assert.deepEqual(env, {});
  });

  it('opens the folders of the box that are named, and no other', async () => {
    const opened = async (...more: string[]) => {
      const { runs } = await play([...args, '--box', 'gpu1', ...more], new FakeRuns(wholeRun));
      return runs.runs[0]?.runConfig.boxData;
    };
    assert.equal(await opened(), undefined);
    assert.deepEqual(await opened('--box-data', '~/sft', '--box-data', '/data/more'), ['~/sft', '/data/more']);
    const { code, terminal } = await play([...args, '--box-data', ' ']);
    assert.deepEqual([code, /It must name a folder/.test(terminal.stderr)], [2, true]);
  });

  it('ends trainings on the usual rules, or on those that are named', async () => {
    const stopOn = async (...more: string[]) => {
      const { runs } = await play([...args, ...more], new FakeRuns(wholeRun));
      return runs.runs[0]?.runConfig.stopOn;
    };
    assert.deepEqual(await stopOn(), ['nan', 'divergence']);
    assert.deepEqual(await stopOn('--stop-on', 'plateau, nan'), ['plateau', 'nan']);
    assert.deepEqual(await stopOn('--stop-on', 'none'), []);
    const { code, terminal } = await play([...args, '--stop-on', 'nan,boredom']);
    assert.equal(code, 2);
    assert.match(terminal.stderr, /called boredom\. Name some of nan, divergence, gradient, plateau, evaluation/);
  });

  it('ends with 2 on bad usage and names the option', async () => {
    for (const bad of [
      ['run'],
      [...args, '--seed', '-1'],
      [...args, '--target', 'high'],
      [...args, '--autonomy', 'x'],
      ['nonsense'],
    ]) {
      const { code, terminal } = await play(bad);
      assert.equal(code, 2, bad.join(' '));
      assert.match(terminal.stderr, /error:/);
      assert.equal(terminal.stdout, '');
    }
  });

  it('tells the problem that stopped it, with the next step and a code', async () => {
    const failing = (run: FakeRun) => {
      run.add('problem.raised', {
        reason: 'model-auth',
        message: 'The endpoint refused the key.',
        next: 'Set another key.',
      });
      void run.stop();
    };
    const { code, terminal } = await play([...args, '--json'], new FakeRuns(failing));
    assert.equal(code, 1);
    assert.match(terminal.stderr, /refused the key\.\n {2}Next: Set another key/);
    const { error } = JSON.parse(terminal.stdout) as { error: { reason: string } };
    assert.equal(error.reason, 'model-auth');
    assert.equal(config.autonomy, 'ask-data-and-scripts');
  });
});
