/** The invented literature around the findings: an old classic, warnings, and one paper about something else. */
import type { WorldPaper } from '../servers/content';

export const backgroundPapers: readonly WorldPaper[] = [
  {
    id: '2506.11902',
    title: 'Knowledge Without Form: Why Base Models Fail at Questions They Could Answer',
    authors: ['Henrike Solvay-Brandt', 'Marit Osterhagen'],
    published: '2025-06-18T10:15:00.000Z',
    abstract:
      'A model pretrained on plain statements completes a statement about a thing correctly and yet fails when asked about that thing. We show that such failures are failures of form: nearly all answers are unparsable. Small amounts of question-answer training data suffice to bring the knowledge out, if the answers are right and direct.',
    sections: [
      {
        title: 'Knowing and Saying',
        paragraphs: [
          'We pretrain on an almanac of invented things and ask about each thing in two ways: by a statement to complete, and by a question. The statement is completed correctly; the question is answered by rambling.',
        ],
      },
      {
        title: 'Bringing Knowledge Out',
        paragraphs: [
          'Fine-tuning on direct answers about some things makes the model answer about all things. The facts themselves need not occur in the fine-tuning data.',
        ],
      },
    ],
    references: [],
    influences: [],
    citationCount: 188,
    datasets: [],
    models: [],
    upvotes: 92,
    keywords: ['base models', 'knowledge extraction', 'question answering', 'almanac'],
    fullText: 'html',
  },
  {
    id: '2509.02241',
    title: 'Did It Read the Exam? Finding Test Questions in Popular Training Sets',
    authors: ['Ludovica Aschenberg', 'Kwame Drossel', 'Tobiah Renck'],
    published: '2025-09-03T08:00:00.000Z',
    abstract:
      'Training sets that promise the top of a leaderboard often contain its questions. We compare popular almanac sets with their tests by weighted word five-grams and find whole tests inside merged collections. Scores gained this way do not carry over to new questions. Check before training, and distrust sets whose card shows only the score.',
    sections: [
      {
        title: 'How Tests Get into Training Data',
        paragraphs: [
          'Collections are merged from collections, and nobody keeps the list. The more popular a set, the more often it had been merged from others and the more test questions we found.',
        ],
      },
      {
        title: 'Findings',
        paragraphs: [
          'A model trained on the test answers the test and nothing else. Popularity and promised scores were the best predictors of contamination in our sample.',
          'Sets whose makers name what they left out had no hits.',
        ],
      },
    ],
    references: ['2506.11902'],
    influences: [],
    citationCount: 67,
    datasets: [],
    models: [],
    upvotes: 80,
    keywords: ['contamination', 'evaluation', 'n-grams', 'training data', 'almanac'],
    fullText: 'html',
  },
  {
    id: '2601.05129',
    title: 'What May Be Trained On: Licences of Question-Answer Collections',
    authors: ['Ottoline Varga', 'Sunniva Okdahl'],
    published: '2026-01-09T14:20:00.000Z',
    abstract:
      'We read the licences of question-answer collections and sort them by what they allow. A trained model may count as derived from its data, so sets under licences without derivatives, and sets for non-commercial use only, should be left out unless the owner agrees.',
    sections: [
      {
        title: 'Kinds of Licences',
        paragraphs: [
          'Attribution licences and the common software licences allow training when the source is named. Licences that forbid derivatives do not, whatever the quality of the data.',
        ],
      },
      {
        title: 'Advice',
        paragraphs: ['Record licence and revision of every set beside the score that it helped to reach.'],
      },
    ],
    references: ['2509.02241'],
    influences: [],
    citationCount: 19,
    datasets: [],
    models: [],
    upvotes: 14,
    keywords: ['licences', 'training data', 'question answering'],
    fullText: 'markdown',
  },
  {
    id: '2503.07714',
    title: 'Forecasting Harbour Fog from Handwritten Logs',
    authors: ['Isbjorn Halvarden', 'Coline Abaquar'],
    published: '2025-03-12T11:00:00.000Z',
    abstract:
      "A harbour master's log holds forty years of mornings. We turn its notes into kinds of weather and forecast fog a day ahead with a linear model. The log and our labels are public.",
    sections: [
      {
        title: 'The Log',
        paragraphs: ['Each morning has one line. We labelled the kind of weather by its first word.'],
      },
      {
        title: 'Results',
        paragraphs: ['Fog follows fog more often than chance would have it, and little else helps.'],
      },
    ],
    references: [],
    influences: [],
    citationCount: 8,
    datasets: ['tidewatch/harbour-log-notes'],
    models: [],
    upvotes: 2,
    keywords: ['weather', 'forecasting', 'text classification'],
    fullText: 'none',
  },
];
