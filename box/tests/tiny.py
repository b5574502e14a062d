"""A tiny random model made on the spot, and jobs run as the supervisor would run them, without it."""

import json
import os
import subprocess
import sys
from pathlib import Path

PACKAGE_PARENT = Path(__file__).resolve().parent.parent
WORDS = "question : answer what colour is the zorb ? blick snig red blue . , hello".split()
PROMPT = "Question: {question}\nAnswer:"
BENCHMARK = {
    "name": "tiny",
    "metric": "exact",
    "prompt": PROMPT,
    "answerPattern": r"^\s*([a-z]+)\s*$",
    "options": ["red", "blue"],
    "maxTokens": 4,
}
ITEMS = [
    {"id": "a", "question": "What colour is the zorb?", "answer": "red"},
    {"id": "b", "question": "What colour is the blick?", "answer": "blue"},
    {"id": "c", "question": "What colour is the snig?", "answer": "red"},
]


def make_model(folder, chat_template=None):
    sys.path.insert(0, str(PACKAGE_PARENT / "practice"))
    import pretrain
    import torch

    torch.manual_seed(0)
    tokenizer = pretrain.make_tokenizer(sorted(set(WORDS)))
    tokenizer.chat_template = chat_template
    sizes = {"hidden_size": 32, "intermediate_size": 64, "layers": 2, "heads": 2}
    model = pretrain.make_model(sizes, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


class Job:
    """A job's folder, in which steps are run one by one."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.work = self.folder / "work"
        self.work.mkdir(parents=True)

    def write(self, name, value):
        text = value if isinstance(value, str) else json.dumps(value)
        path = self.work / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_lines(self, name, rows):
        self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def start(self, *arguments, **environ):
        settings = dict(os.environ, ML_INTERN_JOB_DIR=str(self.folder), PYTHONPATH=str(PACKAGE_PARENT), HF_HOME=str(self.folder / "hf"))
        settings.update(environ)
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.work, env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments, told="", **environ):
        """`told`: its standard input."""
        process = self.start(*arguments, **environ)
        out, err = process.communicate(told, timeout=300)
        return process.returncode, out, err

    def result(self):
        return json.loads((self.folder / "artifacts" / "result.json").read_text(encoding="utf-8"))

    def lines(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]
