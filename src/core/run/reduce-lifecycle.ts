/** Reducers for the run's course: start and stop, phases, talk, spend, contact, problems. */
import type { Reducers } from './reduction';
import type { RunView, TalkItem } from './view';

/** Talk kept in the view; the whole conversation stays in the log. */
const talkKept = 200;

function say(view: RunView, item: TalkItem): RunView {
  return item.text.trim() === '' ? view : { ...view, talk: [...view.talk, item].slice(-talkKept) };
}

export const lifecycleReducers: Reducers = {
  'run.created': (view, { id, name, config }, { time }) => ({ ...view, id, name, config, createdAt: time }),
  'run.started': (view) => ({ ...view, state: 'running', ending: null }),
  'run.stopped': (view) => ({ ...view, state: 'stopped' }),
  'run.finished': (view, { ending, summary }) => ({ ...view, state: 'finished', ending, summary }),
  'phase.entered': (view, { phase }) => ({ ...view, phase }),
  'base-model.ready': (view, { licence = null }) => ({ ...view, baseModelLicence: licence }),
  'plan.updated': (view, { items }) => ({ ...view, plan: items }),
  'person.said': (view, { text }, { seq, time }) => say(view, { seq, time, who: 'person', text }),
  'model.replied': (view, { text, inputTokens, outputTokens }, { seq, time }) =>
    say(
      {
        ...view,
        spend: {
          ...view.spend,
          inputTokens: view.spend.inputTokens + inputTokens,
          outputTokens: view.spend.outputTokens + outputTokens,
        },
      },
      { seq, time, who: 'agent', text },
    ),
  'tool.returned': (view, { name, ok, content }, { seq, time }) =>
    say(view, { seq, time, who: 'tool', text: `${name}${ok ? '' : ' failed'}: ${firstLine(content)}` }),
  'paper.noted': (view, { id, title, url, claim, quote, place }) => {
    const known = view.papers.find((paper) => paper.id === id) ?? { id, title, url, notes: [] };
    // A call that is run again after a crash notes the same once more.
    if (known.notes.some((note) => note.claim === claim && note.quote === quote)) return view;
    const noted = { ...known, notes: [...known.notes, { claim, quote, place }] };
    return { ...view, papers: [...view.papers.filter((paper) => paper.id !== id), noted] };
  },
  'recipe-row.noted': (view, { row }) =>
    view.recipeTable.some(({ id }) => id === row.id) ? view : { ...view, recipeTable: [...view.recipeTable, row] },
  'box.contact': (view, { state }) => ({ ...view, contact: state === 'lost' ? 'lost' : 'connected' }),
  'problem.raised': (view, problem, { time }) => ({ ...view, problems: [...view.problems, { time, ...problem }] }),
  'report.written': (view, { file }) => ({ ...view, report: file }),
  'publication.made': (view, publication, { time }) => ({
    ...view,
    publications: [...view.publications, { ...publication, time }],
  }),
};

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 240 ? `${line.slice(0, 240)}…` : line;
}
