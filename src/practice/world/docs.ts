/** Documentation of the practice world, written for it: what its runs need to know of the trainer. */
import type { WorldDocPage } from '../servers/content';

export const docs: readonly WorldDocPage[] = [
  {
    path: 'trl/sft_trainer',
    title: 'SFT Trainer',
    sections: [
      {
        title: 'Supervised fine-tuning',
        anchor: 'supervised-fine-tuning',
        text: 'SFTTrainer trains a causal language model on rows of text. It takes the model, an SFTConfig, the rows and, where it cannot be loaded from the model, the tokenizer.',
      },
      {
        title: 'Which rows it takes',
        anchor: 'which-rows-it-takes',
        text: 'Rows with `messages` are rendered by the chat template. Rows with `prompt` and `completion` need none: the two are joined as they stand, so the space between them must be in one of them.\n\n| columns | the loss is on |\n| --- | --- |\n| messages | every token, or the answers with assistant_only_loss |\n| prompt, completion | the completion |\n| text | every token |',
      },
      {
        title: 'Longest row',
        anchor: 'longest-row',
        text: 'A row longer than `max_length` tokens is cut at its end. A cut answer teaches to stop early: leave such rows out, or raise `max_length`.',
      },
      {
        title: 'SFTConfig',
        anchor: 'trl.SFTConfig',
        text: 'The parameters are those of transformers.TrainingArguments and these:\n\n- `max_length`: longest row in tokens.\n- `packing`: joins several rows to one of full length.\n- `completion_only_loss`: whether the loss is on the completion alone; the usual for rows with a prompt.',
      },
    ],
  },
  {
    path: 'trl/dataset_formats',
    title: 'Dataset formats',
    sections: [
      {
        title: 'Formats and types',
        anchor: 'formats-and-types',
        text: 'A format says how a turn is written (plain text, or messages with roles); a type says which columns there are. Preference rows have `chosen` and `rejected`, and often a `prompt` that both share.',
      },
    ],
  },
  {
    path: 'transformers/main_classes/trainer',
    title: 'Trainer',
    sections: [
      {
        title: 'Learning rate',
        anchor: 'learning-rate',
        text: 'The learning rate rises during the warm-up and then falls along the schedule. A small model takes a larger one than a large model does.',
      },
    ],
  },
];
