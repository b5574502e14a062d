/** Why a row gives no training row. */
export const mappingProblems = {
  missing: 'a value that the mapping asks for is missing or empty',
  unreadable: 'the conversation is neither a list of turns nor JSON of one',
  'unknown-role': 'a turn has a role that the mapping does not name',
  'empty-turn': 'a turn says nothing',
  'no-answer': 'the conversation does not end with an answer',
  'not-text': 'a turn holds an image or something else that is not text',
  'bad-tool-call': 'a tool call has no name, or arguments that cannot be read',
  'unknown-answer': 'the answer is none of the options',
  'same-answers': 'the chosen and the rejected answer are the same',
} as const;

export type MappingProblem = keyof typeof mappingProblems;
