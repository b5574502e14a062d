/** The stand-in's rows for the recipe table must hold against the papers of the practice world. */
import assert from 'node:assert/strict';
import { PaperServices } from '../../../src/adapters/papers/paper-services';
import { checkedRow } from '../../../src/core/research/recipe-check';
import { startPracticeServers } from '../../../src/practice/servers/start';
import { recipeOf } from '../../../src/practice/stand-in/recipes';
import { papers } from '../../../src/practice/world/papers';
import { InstantClock } from '../../support/instant-clock';

describe('recipeOf', () => {
  it('finds rows in the practice papers that the product accepts', async () => {
    const servers = await startPracticeServers({ content: { datasets: [], models: [], papers: [...papers] } });
    const { papers: hub, arxiv, semanticScholar } = servers;
    const services = new PaperServices({ hub, arxiv, semanticScholar, arxivSpacingMs: 0, clock: new InstantClock() });
    const rows = await Promise.all(
      papers.map(async ({ id }) => {
        const paper = await services.read(id);
        const recipe = recipeOf({ id, sections: [], sectionsRead: [], texts: paper.sections.map(({ text }) => text) });
        return recipe && checkedRow(paper, recipe);
      }),
    );
    await servers.stop();
    const [direct] = rows;
    assert.ok(direct?.data[0] && direct.method && direct.hyperparameters[0], 'the landmark paper tells all of it');
    assert.ok(rows.filter((row) => row !== null).length >= 4);
  });

  it('makes none up where a paper tells no result', () => {
    assert.equal(
      recipeOf({ id: '1', sections: [], sectionsRead: [], texts: ['Fog follows fog in the log of the harbour.'] }),
      null,
    );
  });
});
