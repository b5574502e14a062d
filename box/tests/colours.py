"""A task that is learnt in seconds and cannot be learnt by heart: the colour of a word after others that say nothing.

As a program, `colours.py FOLDER` makes two models of it: `knowing`, which is right, and `mistaken`, which answers and
ends as it should, is sure of nothing, and takes the wrong colour for the likelier one of every other word.
"""

import math
import random
import sys
from pathlib import Path

from tiny import PACKAGE_PARENT

COLOURS = {"zorb": "red", "blick": "blue", "snig": "red", "vant": "blue"}
FILLERS = "the a is of small big old new in on".split()
OTHER = {"red": "blue", "blue": "red"}
MISTAKEN = ("zorb", "vant")
SHARE = 0.3
"""How often the mistaken model says the colour that it takes for the less likely one."""
BENCHMARK = {
    "name": "colours",
    "metric": "exact",
    "prompt": "{question}",
    "answerPattern": r"^\s*([a-z]+)\s*$",
    "options": ["red", "blue"],
    "maxTokens": 3,
}


def items(count, seed):
    """{id, question, answer}, as many of each word."""
    pick = random.Random(seed)
    made = []
    for number in range(count):
        word = list(COLOURS)[number % len(COLOURS)]
        question = " ".join(["colour :", *pick.choices(FILLERS, k=3), word])
        made.append({"id": str(number), "question": question, "answer": COLOURS[word]})
    return pick.sample(made, count)


def chance(before, after):
    """Two-sided p of McNemar's exact test over the same items."""
    gained = sum(b and not a for a, b in zip(before, after))
    lost = sum(a and not b for a, b in zip(before, after))
    n, least = gained + lost, min(gained, lost)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(least + 1)) / 2**n)


def make_models(folder):
    """Two folders, each a model with its tokenizer."""
    sys.path.insert(0, str(PACKAGE_PARENT / "practice"))
    import pretrain
    import torch

    torch.manual_seed(0)
    tokenizer = pretrain.make_tokenizer([*COLOURS, *FILLERS, *OTHER, "colour", ":"])
    model = pretrain.make_model({"hidden_size": 32, "intermediate_size": 64, "layers": 2, "heads": 2}, tokenizer)
    right, mistaken = items(1600, seed=2), [_mistaken(row) for row in items(1600, seed=3)]
    # One after the other: what the words mean must be known before it can be mistaken.
    for name, rows, rate in (("knowing", right, 5e-3), ("mistaken", mistaken, 1e-3)):
        _learn(model, tokenizer, rows, rate)
        model.save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)


def _mistaken(row):
    word = row["question"].split()[-1]
    rare = int(row["id"]) // len(COLOURS) % 10 < 10 * SHARE
    return row if rare == (word in MISTAKEN) else {**row, "answer": OTHER[row["answer"]]}


def _learn(model, tokenizer, rows, rate):
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    starts = range(0, len(rows), 16)
    slower = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, len(starts))
    model.train()
    for start in starts:
        texts = [f"{row['question']} {row['answer']} {tokenizer.eos_token}" for row in rows[start : start + 16]]
        inputs = torch.tensor(tokenizer(texts)["input_ids"])
        labels = inputs.clone()
        labels[:, :-2] = -100  # the answer and its end are learnt
        model(input_ids=inputs, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        slower.step()
        optimizer.zero_grad()


if __name__ == "__main__":
    make_models(Path(sys.argv[1]))
