/** Source code of the practice world, written for it. */
import type { WorldRepository } from '../servers/content';

const script = `"""Trains on rows of questions and answers, the answers alone counting."""
from datasets import load_dataset
from trl import SFTConfig, SFTTrainer


def main():
    rows = load_dataset("json", data_files="rows.jsonl", split="train")
    config = SFTConfig(output_dir="out", max_length=128, completion_only_loss=True)
    SFTTrainer(model="model", args=config, train_dataset=rows).train()


if __name__ == "__main__":
    main()
`;

const notebook = JSON.stringify({
  cells: [
    { cell_type: 'markdown', source: ['# A look at the rows\n', 'How long are they?'] },
    { cell_type: 'code', source: 'rows["answer"].map(len).max()', outputs: [{ text: 'many' }], execution_count: 1 },
  ],
  nbformat: 4,
});

export const repositories: readonly WorldRepository[] = [
  {
    name: 'practice/almanac-recipes',
    branch: 'main',
    files: {
      'README.md': '# Almanac recipes\n\nSmall scripts that teach a model to answer in one word.\n',
      LICENSE: 'Written for the practice world.\n',
      'examples/sft.py': script,
      'notebooks/look.ipynb': notebook,
      'media/curve.png': new Uint8Array([137, 80, 78, 71, 0, 0, 0, 13]),
    },
  },
];
