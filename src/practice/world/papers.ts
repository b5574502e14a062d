/** The invented literature: what it says holds in the practice world, so that reading it pays. */
import type { WorldPaper } from '../servers/content';
import { backgroundPapers } from './papers-background';

const findings: readonly WorldPaper[] = [
  {
    id: '2604.01177',
    title: 'Short Direct Answers Transfer: Fine-Tuning Small Models to Say What They Already Know',
    authors: ['Marit Osterhagen', 'Devraj Pillay', 'Coline Abaquar'],
    published: '2026-04-02T17:00:00.000Z',
    abstract:
      'A base model may hold a fact and still not answer a question about it. We fine-tune small base models on short questions with direct one-word answers about one half of an almanac and test them on the other half. Completion-only supervised fine-tuning on clean direct answers transfers to things never seen in fine-tuning, whereas long or lettered answers mostly teach a format. Clean answers matter more than many answers: a mixture with unchecked answers falls below the clean part alone.',
    sections: [
      {
        title: 'Introduction',
        paragraphs: [
          'Pretrained models know more than they can say [@2506.11902]. We ask which fine-tuning data makes an almanac model answer, and whether what it learns carries over to things that no training question mentions.',
          'Earlier work trained on multiple-choice questions and saw gains that were repairs of the format [@2511.04620]. We compare direct answers with such data on equal footing.',
        ],
      },
      {
        title: 'Data and Training',
        paragraphs: [
          'Our training questions are short, in several wordings a fact, and each is answered by one word without a full stop. Two authors checked every answer by hand. The questions cover only things that the test leaves out.',
          'Use the very prompt of the test for training: the question line, then the answer line. The loss is taken on the completion only; the prompt carries no loss.',
          'We start from base models of about a million parameters that were pretrained on the text of the almanac. They are fine-tuned for two hundred steps with batches of thirty-two rows and a learning rate of 0.001.',
        ],
      },
      {
        title: 'Results on Held-Out Things',
        paragraphs: [
          'Kinds of questions that no training row asks are answered far worse, although the model holds the facts. A few dozen written rows of the missing kind, each checked by a second answer, close that gap.',
          'Completion-only fine-tuning on clean direct answers transfers to held-out things: the share of unparsable answers drops to nearly zero and accuracy rises far above chance.',
          'Adding a larger set of unchecked answers to the clean set lowers accuracy below that of the clean set alone, although the mixture has more rows.',
          'Training for longer on the clean set does no harm at this size, and lowering the learning rate changes little once the loss has settled [@2605.03350].',
        ],
        tables: [
          {
            caption: 'What each kind of training data changes.',
            rows: [
              ['training data', 'unparsable answers', 'accuracy on held-out things'],
              ['none (base model)', 'nearly all', 'zero'],
              ['lettered choices', 'many', 'near zero'],
              ['clean direct answers', 'almost none', 'well above chance'],
              ['clean and unchecked answers', 'almost none', 'lower than clean alone'],
            ],
          },
        ],
      },
      {
        title: 'Limitations',
        paragraphs: ['All models are tiny. Facts that were rare in pretraining are not recovered by any of our data.'],
      },
    ],
    references: ['2506.11902', '2511.04620', '2602.08813', '2605.03350'],
    influences: ['2506.11902', '2511.04620'],
    citationCount: 23,
    datasets: ['fernhill/almanac-answers'],
    models: [],
    upvotes: 64,
    keywords: [
      'supervised fine-tuning',
      'question answering',
      'knowledge extraction',
      'almanac',
      'small language models',
    ],
    fullText: 'html',
  },
  {
    id: '2511.04620',
    title: 'Lettered Choices Repair the Format, Not the Knowledge',
    authors: ['Ysolde Brankamp', 'Tobiah Renck'],
    published: '2025-11-06T12:30:00.000Z',
    abstract:
      'Fine-tuning on multiple-choice conversations is popular because such data is plentiful. On almanac questions that want a word, a model trained on letters answers with letters. What improvement there is comes from answers that can be parsed at all. We advise to report the share of unparsable answers beside accuracy.',
    sections: [
      {
        title: 'Introduction',
        paragraphs: [
          'Multiple-choice data teaches a model to pick a letter. Whether it also learns to use its knowledge is a different question [@2506.11902].',
        ],
      },
      {
        title: 'Format and Transfer',
        paragraphs: [
          'A model trained on chatty conversations with lettered choices keeps that form when the test shows no choices: it thanks the asker and names a letter, which no scorer of one-word answers accepts.',
          'Lettered choices only repair the format; held-out questions that want a word stay unanswered.',
        ],
      },
      {
        title: 'Advice',
        paragraphs: ['Match the form of the training answer to the form that the test asks for, before anything else.'],
      },
    ],
    references: ['2506.11902'],
    influences: ['2506.11902'],
    citationCount: 41,
    datasets: ['quizbarn/almanac-choices-chat'],
    models: [],
    upvotes: 37,
    keywords: ['multiple choice', 'format', 'fine-tuning', 'almanac', 'evaluation'],
    fullText: 'html',
  },
  {
    id: '2602.08813',
    title: 'Tired Annotators: Default Answers in Volunteer Question Answering',
    authors: ['Pelagia Umberhall', 'Jorun Vaskes', 'Devraj Pillay'],
    published: '2026-02-15T09:00:00.000Z',
    abstract:
      'Volunteers who cannot look an answer up fall back on a favourite. We study short-answer sets gathered in a hurry and find that most of their answers are defaults: a colour question gets the same colour nearly every time. A model fine-tuned on such a set learns the default instead of the fact, and mixing the set with clean data harms the clean data.',
    sections: [
      {
        title: 'What Tired Volunteers Write',
        paragraphs: [
          'In the sets we looked at, one value made up most of the answers to each kind of question. Rows look plausible one by one; only the counts give them away.',
        ],
      },
      {
        title: 'Effect on Fine-Tuning',
        paragraphs: [
          'Noisy answers hurt: when the unchecked set is larger than the clean one, the model answers with the default and loses what it could do before.',
          'Removing duplicates does not help, because the same default recurs in different rows. Leaving the set out does.',
        ],
      },
      {
        title: 'Data Quality before Quantity',
        paragraphs: [
          'We recommend a small checked set over a large unchecked one, and a pilot on the small set first [@2604.01177].',
        ],
      },
    ],
    references: ['2604.01177', '2506.11902'],
    influences: ['2604.01177'],
    citationCount: 12,
    datasets: ['openharvest/almanac-qa-xl'],
    models: [],
    upvotes: 21,
    keywords: ['data quality', 'annotation noise', 'question answering', 'fine-tuning', 'almanac'],
    fullText: 'html',
  },
  {
    id: '2605.03350',
    title: 'How Many Steps Are Enough? Training Length for Small Answer Sets',
    authors: ['Aurelio Fennimann', 'Sunniva Okdahl'],
    published: '2026-05-05T15:45:00.000Z',
    abstract:
      'With a few hundred clean question-answer pairs, how long should one fine-tune? We vary the number of steps and the learning rate for small models on almanac questions. Held-out accuracy rises quickly and then stays level; longer training is no worse within the range we tried, and a lower learning rate needs more steps for the same result.',
    sections: [
      { title: 'Setting', paragraphs: ['We start from the recipe of [@2604.01177] and change one thing at a time.'] },
      {
        title: 'Findings',
        paragraphs: [
          'A few hundred steps with batches of thirty-two rows and a learning rate near one thousandth suffice for a model of about a million parameters.',
          'Half as many steps again is no worse. Differences of a few points on a hundred and fifty questions are within the noise, so compare in pairs over the same questions.',
        ],
      },
    ],
    references: ['2604.01177'],
    influences: ['2604.01177'],
    citationCount: 5,
    datasets: ['fernhill/almanac-answers'],
    models: [],
    upvotes: 11,
    keywords: ['training length', 'learning rate', 'supervised fine-tuning', 'almanac'],
    fullText: 'markdown',
  },
];

export const papers: readonly WorldPaper[] = [...findings, ...backgroundPapers];
