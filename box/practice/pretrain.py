"""Pretrains the practice world's base model: a tiny Llama over a word-level vocabulary, on the CPU, the same for the same seed.

Usage: python pretrain.py pretrain.json
  {corpus, vocabulary: paths of text files with one line an entry, seed, tokens, stages: [{lines, tokens}], batch_lines,
   learning_rate, hidden_size, intermediate_size, layers, heads, output?: path}

In a stage only the first lines of the corpus are read, which are about a few things: having learnt these few by heart, the model takes
in the others at once. Started on all of them, it may sit on a plateau for most of its time.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ml_intern_box import report

MAX_LENGTH = 128
LOG_EVERY = 20


def make_tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    vocabulary = {word: index for index, word in enumerate(["<unk>", "<pad>", "<eos>", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    # Words are joined by spaces again, and punctuation goes back to its word.
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        eos_token="<eos>",
        padding_side="left",
        model_max_length=MAX_LENGTH,
    )


def make_model(config: dict, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=config["hidden_size"],
            intermediate_size=config["intermediate_size"],
            num_hidden_layers=config["layers"],
            num_attention_heads=config["heads"],
            num_key_value_heads=config["heads"],
            max_position_embeddings=MAX_LENGTH,
            tie_word_embeddings=True,
            # Larger than the usual 0.02, which suits wide models: a narrow one then starts to learn much later.
            initializer_range=0.05,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def batches(lines: list[list[int]], size: int, shuffle: random.Random, tokens: int):
    """Batches of lines of nearly the same length, until so many tokens were read."""
    read = 0
    while read < tokens:
        order = sorted(shuffle.sample(lines, len(lines)), key=len)
        groups = [order[start : start + size] for start in range(0, len(order), size)]
        shuffle.shuffle(groups)
        for group in groups:
            if read < tokens:
                read += sum(map(len, group))
                yield group


def curriculum(lines: list[list[int]], config: dict):
    shuffle = random.Random(config["seed"])
    stages = [*config.get("stages", []), {"lines": len(lines), "tokens": None}]
    left = config["tokens"]
    for stage in stages:
        tokens = left if stage["tokens"] is None else min(left, stage["tokens"])
        yield from batches(lines[: stage["lines"]], config["batch_lines"], shuffle, tokens)
        left -= tokens


def pad(lines: list[list[int]], filler: int) -> torch.Tensor:
    width = max(map(len, lines))
    return torch.tensor([line + [filler] * (width - len(line)) for line in lines])


def learning_rate_at(share: float, peak: float) -> float:
    """Warm-up over the first 4 %, level to 60 %, then falling evenly to a twentieth."""
    return peak * min(1.0, (share + 1e-3) / 0.04, max(0.05, (1 - share) / 0.4))


def train(model: LlamaForCausalLM, lines: list[list[int]], config: dict) -> float:
    budget = config["tokens"]
    mean_batch = config["batch_lines"] * sum(map(len, lines)) / len(lines)
    metrics = report.Metrics(total_steps=math.ceil(budget / mean_batch))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0, weight_decay=0.01, betas=(0.9, 0.95), fused=True)
    seen = step = 0
    loss_value = math.nan
    model.train()
    for batch in curriculum(lines, config):
        rate = learning_rate_at(seen / budget, config["learning_rate"])
        optimizer.param_groups[0]["lr"] = rate
        inputs = pad(batch, 0)
        labels = pad(batch, -100)
        loss = model(input_ids=inputs, labels=labels, use_cache=False).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += sum(map(len, batch))
        step += 1
        if step % LOG_EVERY == 0 or seen >= budget:
            loss_value = loss.item()
            epoch = round(seen / sum(map(len, lines)), 3)
            metrics.write(step, loss=loss_value, learning_rate=rate, grad_norm=norm.item(), tokens=seen, epoch=epoch)
            report.stop_on_nan(step, loss_value, norm.item())
    return loss_value


def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    started = time.monotonic()
    torch.manual_seed(config["seed"])
    # A model this small is faster on one core than on several, and the same on every machine.
    torch.set_num_threads(1)
    words = Path(config["vocabulary"]).read_text(encoding="utf-8").split()
    corpus = Path(config["corpus"]).read_text(encoding="utf-8").splitlines()
    tokenizer = make_tokenizer(words)
    lines = [ids + [tokenizer.eos_token_id] for ids in tokenizer(corpus)["input_ids"]]
    model = make_model(config, tokenizer)
    parameters = sum(p.numel() for p in model.parameters())
    report.progress(f"Pretraining {parameters} parameters on {config['tokens']} tokens ({len(lines)} lines).")
    loss = train(model, lines, config)
    output = Path(config.get("output") or report.artifacts_folder() / "model")
    model.eval()
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)
    seconds = round(time.monotonic() - started, 1)
    report.write_result({"path": str(output.resolve()), "parameters": parameters, "loss": loss, "seconds": seconds})
    report.progress(f"Done in {seconds} s with a loss of {loss:.3f}.")


if __name__ == "__main__":
    main()
