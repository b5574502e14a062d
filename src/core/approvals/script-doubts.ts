/**
 * What in a training script a person has to look at before it runs unattended: it names secrets, or reaches beyond its job. By its text
 * alone, so a script can hide from it; one that says openly what it does cannot.
 */
const doubts: readonly [string, RegExp][] = [
  [
    'names secrets',
    /\b(?:HF|HUGGING\w*|OPENAI|ANTHROPIC|WANDB|GITHUB|GH|AWS)_\w*(?:TOKEN|KEY|SECRET)\w*|\bget_token\b|\.(?:netrc|ssh|aws)\b|\bapi_?key\b|\btoken\s*=\s*(?:True\b|["'])/i,
  ],
  // What the service itself tells a job is no secret.
  [
    'reads the environment',
    /\b(?:environb?|getenv)\b(?!(?:\.get\(|\.setdefault\(|\[|\()\s*["'](?:ML_INTERN_|CUDA_|TOKENIZERS_|TRANSFORMERS_|OMP_|LOCAL_RANK|RANK|WORLD_SIZE))/,
  ],
  [
    'reaches the network',
    /\b(?:socket|urllib\d?|requests|httpx?|aiohttp|ftplib|smtplib|paramiko|websockets?)\b\s*(?:[.,;\n]|import|as\b|$)|\bimport\s+(?:[\w., ]*\b)?(?:socket|urllib\d?|requests|httpx?|aiohttp|ftplib|smtplib|paramiko|websockets?)\b|https?:\/\//m,
  ],
  ['starts other programs', /\bsubprocess\b|\bos\.(?:system|popen|exec\w+|spawn\w+|fork)\b|\bpty\.spawn\b/],
  [
    'writes to the Hub',
    /\bpush_to_hub(?!\s*=\s*False\b)|\b(?:upload_(?:file|folder|large_folder)|create_(?:repo|commit)|HfApi|hub_(?:token|model_id))\b/,
  ],
  [
    'runs code that it makes',
    /(?<![.\w])(?:exec|eval|__import__)\s*\(|\bimportlib\.import_module\b|\b(?:b64decode|ctypes|marshal)\b/,
  ],
];

/** In words; empty where nothing is found. Lines that are only a comment do nothing. */
export function scriptDoubts(script: string): string[] {
  const code = script.replace(/^\s*#.*$/gm, '');
  return doubts.flatMap(([what, pattern]) => (pattern.test(code) ? [what] : []));
}
