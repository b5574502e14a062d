/** Evaluations by the names they go by, and the datasets that are made from their items. Words are compared, not signs: `openai/gsm8k` is found by `gsm8k`. */

export interface KnownBenchmark {
  name: string;
  /** The evaluation itself, its mirrors and translations. */
  aliases: readonly string[];
  /** Made from its items, or from the exercises that it was drawn from: test items may be among them. */
  derived: readonly string[];
}

export const benchmarks: readonly KnownBenchmark[] = [
  {
    name: 'GSM8K',
    aliases: ['gsm8k', 'grade school math', 'gsm8k main', 'gsm8k platinum', 'mgsm', 'gsm1k'],
    derived: [
      'gsm plus',
      'gsmplus',
      'gsm symbolic',
      'gsm hard',
      'gsm ic',
      'gsm8k aug',
      'metamathqa',
      'metamath',
      'gsm rephrased',
      'gsm ansaug',
      'gsm fobar',
      'gsm sv',
      'mathinstruct',
      'mammoth',
      'orca math',
      'mugglemath',
      'openmathinstruct',
      'tinygsm',
      'mathplus',
    ],
  },
  {
    name: 'MATH',
    aliases: ['math 500', 'math500', 'competition math', 'hendrycks math', 'math lighteval', 'minerva math'],
    derived: [
      'metamathqa',
      'metamath',
      'prm800k',
      'math rephrased',
      'openmathinstruct',
      'mathinstruct',
      'numinamath',
      'math perturb',
      'math shepherd',
    ],
  },
  {
    name: 'AIME',
    aliases: ['aime', 'aime24', 'aime25', 'aime26', 'aime 2024', 'aime 2025', 'aime 2026', 'aimo validation aime'],
    derived: [
      'numinamath',
      'amc aime',
      's1k',
      'deepscaler',
      'dapo math',
      'omni math',
      'deepmath',
      'aops',
      'openr1 math',
      'light r1',
    ],
  },
  {
    name: 'GPQA',
    aliases: ['gpqa', 'gpqa diamond', 'gpqa main', 'gpqa extended'],
    derived: ['supergpqa', 'gpqa augmented', 'natural reasoning gpqa'],
  },
  {
    name: 'HumanEval',
    aliases: ['humaneval', 'human eval', 'openai humaneval', 'humanevalpack', 'humaneval x', 'multipl e'],
    derived: [
      'humanevalplus',
      'humaneval plus',
      'evalplus',
      'evol humaneval',
      'evoeval',
      'codefeedback',
      'code feedback',
      'evol codealpaca',
      'humaneval infilling',
      'codesearchnet humaneval',
    ],
  },
  {
    name: 'MBPP',
    aliases: ['mbpp', 'mostly basic python', 'sanitized mbpp'],
    derived: ['mbppplus', 'mbpp plus', 'evalplus', 'codefeedback'],
  },
  {
    name: 'LiveCodeBench',
    aliases: ['livecodebench', 'live code bench', 'code generation lite'],
    derived: ['deepcoder', 'codeforces', 'opencodereasoning'],
  },
  {
    name: 'MMLU',
    aliases: ['mmlu', 'hendrycks test', 'cais mmlu', 'mmmlu', 'global mmlu', 'measuring massive multitask'],
    derived: ['mmlu pro', 'mmlu redux', 'mmlu auxiliary train', 'tinymmlu', 'mmlu cf', 'cmmlu', 'auxiliary train'],
  },
  {
    name: 'ARC',
    aliases: ['ai2 arc', 'arc challenge', 'arc easy', 'arc c', 'arc e'],
    derived: ['openbookqa arc', 'arc mmlu', 'm arc', 'unifiedqa', 'flan arc'],
  },
  { name: 'HellaSwag', aliases: ['hellaswag', 'hella swag'], derived: ['activitynet captions', 'flan hellaswag'] },
  { name: 'TruthfulQA', aliases: ['truthfulqa', 'truthful qa'], derived: ['truthy dpo', 'halueval truthfulqa'] },
  { name: 'WinoGrande', aliases: ['winogrande'], derived: ['winogrande xl', 'winogrande debiased'] },
  {
    name: 'BBH',
    aliases: ['bbh', 'big bench hard', 'bigbench hard', 'bbeh'],
    derived: ['big bench', 'bigbench', 'flan cot'],
  },
  { name: 'DROP', aliases: ['ucinlp drop', 'drop reading comprehension'], derived: ['flan drop'] },
  {
    name: 'IFEval',
    aliases: ['ifeval', 'instruction following eval', 'google ifeval'],
    derived: [
      'ifeval like',
      'tulu 3 sft personas instruction following',
      'if multi constraints',
      'm ifeval',
      'ifbench',
    ],
  },
  {
    name: 'HealthBench',
    aliases: ['healthbench', 'health bench', 'openai healthbench', 'healthbench hard', 'healthbench consensus'],
    derived: ['healthbench rubrics', 'rubrichub', 'ii medical', 'health rubrics'],
  },
  {
    name: 'BFCL',
    aliases: ['bfcl', 'berkeley function calling', 'gorilla function calling', 'berkeley function calling leaderboard'],
    derived: ['gorilla openfunctions', 'openfunctions', 'apibench', 'xlam bfcl'],
  },
  {
    name: 'Arena-Hard',
    aliases: ['arena hard', 'arenahard', 'arena hard auto', 'arena hard v2'],
    derived: ['lmsys chat 1m', 'chatbot arena', 'arena human preference', 'lmsys arena', 'wildchat'],
  },
  { name: 'MT-Bench', aliases: ['mt bench', 'mtbench'], derived: ['mt bench human judgments'] },
  { name: 'AlpacaEval', aliases: ['alpacaeval', 'alpaca eval'], derived: ['alpaca farm', 'alpacafarm'] },
  {
    name: 'SWE-bench',
    aliases: ['swe bench', 'swebench', 'swe bench verified'],
    derived: ['swe gym', 'swe smith', 'nemotron swe'],
  },
];
