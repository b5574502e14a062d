"""The work folder of one of three trainings that differ in shape: python shapes.py FOLDER SHAPE STEPS.

Random weights of a small Llama, random words of uneven length, and the starting script as it stands.
"""

import json
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "box" / "practice"), str(ROOT / "box")]
WORDS = ["w%d" % number for number in range(997)]
SHAPES = {
    # Rows of few words, many at once; weights of all layers.
    "short-rows": {"rows": 6000, "words": (6, 24), "batch": 32, "add": 1, "hidden": 128, "layers": 4, "method": "full"},
    # Rows of up to 500 words, one at a time, four to a step.
    "long-rows": {"rows": 1500, "words": (80, 480), "batch": 1, "add": 4, "hidden": 96, "layers": 4, "method": "full"},
    # A larger model whose weights stay, with adapters.
    "adapters": {"rows": 2000, "words": (20, 120), "batch": 4, "add": 2, "hidden": 256, "layers": 6, "method": "lora"},
}


def main(folder: Path, name: str, steps: int) -> None:
    shape = SHAPES[name]
    (folder / "data").mkdir(parents=True)
    draw = random.Random(1)
    with (folder / "data" / "train.jsonl").open("w", encoding="utf-8") as out:
        for _ in range(shape["rows"]):
            # Most are short and a few are long, as in real data.
            length = int(shape["words"][0] + (shape["words"][1] - shape["words"][0]) * draw.betavariate(1.5, 3))
            words = draw.choices(WORDS, k=length)
            cut = max(1, length // 3)
            row = {"prompt": " ".join(words[:cut]), "completion": " " + " ".join(words[cut:])}
            out.write(json.dumps(row) + "\n")
    save_model(folder / "base", shape["hidden"], shape["layers"])
    config = {
        "base_model": str(folder / "base"),
        "data": "data/train.jsonl",
        "learning_rate": 1e-3,
        "max_steps": steps,
        "batch_size": shape["batch"],
        "gradient_accumulation": shape["add"],
        "max_length": 512,
        "seed": 1,
        "method": shape["method"],
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    script = (ROOT / "box" / "scripts" / "sft.py").read_text(encoding="utf-8")
    (folder / "train.py").write_text(script, encoding="utf-8")


def save_model(folder: Path, hidden: int, layers: int) -> None:
    import pretrain

    pretrain.MAX_LENGTH = 1024
    tokenizer = pretrain.make_tokenizer(WORDS)
    sizes = {"hidden_size": hidden, "intermediate_size": 4 * hidden, "layers": layers, "heads": 4}
    model = pretrain.make_model(sizes, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
