"""What callables take, as they are installed in an environment: complete, bounded, by nothing but an import."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from supervised import environment_with

from ml_intern_box import signature_ask, signature_docs, signatures

ENVIRONMENT = "0123456789abcdef"

LAB = '''
import os
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Optional

print("noise that must not reach the answer")
SEEN = sorted(os.environ)


class Order(Enum):
    FIRST = "first"
    LAST = "last"


@dataclass
class Base:
    """Parameters of everything.

    Args:
        seed (`int`, *optional*, defaults to `0`):
            Where chance begins.
    """

    seed: int = 0
    rate: float = field(default=0.1, metadata={"help": "How fast."})
    old: Optional[str] = field(default=None, metadata={"help": "Deprecated: use `rate` instead. Goes in 2.0."})


@dataclass
class Config(Base):
    """Parameters of a training."""

    rate: float = field(default=0.2, metadata={"help": "How fast,\\n here."})
    mode: Literal["a", "b"] = "a"
    tags: list = field(default_factory=list)
    order: Optional[Order] = Order.LAST

    def __post_init__(self):
        if self.mode == "b":
            import warnings

            warnings.warn(f"`mode` {self.mode} is deprecated and goes in 2.0.")


class Parent:
    def __init__(self, width: int, depth=2):
        """
        Args:
            width: How wide.
        """


class Child(Parent):
    def __init__(self, height, **kwargs):
        self.name = kwargs.pop("name", None)
        super().__init__(**kwargs)

    def walk(self, steps: int = 1, *rest, fast=False) -> bool:
        """Walks.

        Args:
            steps (int): How far.
                In metres.
            fast: In a hurry.

        Returns:
            True.
        """


class Open:
    def __init__(self, **options):
        self.size = options.get("size")


def deprecate_kwarg(old, version=None, new_name=None):
    return lambda function: function


@deprecate_kwarg("tokenizer", version="5.0", new_name="processor")
def train(model, processor=None):
    """Deprecated since 1.2: call `learn`."""


def __getattr__(name):
    if name == "Heavy":
        raise RuntimeError("Failed to import lab.heavy: no torch")
    raise AttributeError(name)
'''


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A box's root with one environment: a virtual environment with packages written for this test."""
    root = tmp_path_factory.mktemp("root")
    packages = {
        "lab/__init__.py": textwrap.dedent(LAB),
        "lab/late.py": "def here(x, /, y): pass\n",
        "lab-2.5.dist-info/METADATA": "Name: lab\nVersion: 2.5\n",
        "broken/__init__.py": "import sys\nsys.exit(3)\n",
        "hanging/__init__.py": "while True:\n    pass\n",
    }
    environment_with(root, ENVIRONMENT, packages)
    return str(root)


@pytest.fixture(scope="module")
def told(root):
    """Name -> answer; asked once, as the agent would."""
    names = "lab.Config lab.Child lab.Child.walk lab.Open lab.train lab.late.here lab.Order lab lab.Config.mode"
    names += " lab.SEEN"
    names += " lab.Confg lab.Config.moed lab.Heavy broken.x nowhere.Config lab.__getattr__"
    answers = signature_ask.look_up(root, ENVIRONMENT, names.split())["signatures"]
    return {answer["name"]: answer for answer in answers}


def parameters(answer):
    return {each["name"]: each for each in answer["parameters"]}


def test_a_dataclass_tells_every_field_with_its_help_and_where_it_was_declared(told):
    answer = told["lab.Config"]
    assert (answer["kind"], answer["package"], answer["version"]) == ("dataclass", "lab", "2.5")
    assert answer["bases"] == ["lab.Base"] and answer["anyKeyword"] is False
    fields = parameters(answer)
    assert list(fields) == ["seed", "rate", "old", "mode", "tags", "order"]
    assert (fields["seed"]["help"], fields["seed"]["from"]) == ("Where chance begins.", "lab.Base")
    assert (fields["rate"]["default"], fields["rate"]["help"]) == ("0.2", "How fast, here.")
    assert fields["rate"]["from"] == "lab.Config" and fields["rate"]["type"] == "float"
    assert (fields["tags"]["default"], fields["tags"]["required"]) == ("[]", False)
    assert fields["mode"]["choices"] == ["'a'", "'b'"]
    assert (fields["order"]["choices"], fields["order"]["default"]) == (["'first'", "'last'"], "'last'")


def test_what_is_deprecated_is_said(told):
    fields = parameters(told["lab.Config"])
    assert fields["old"]["deprecated"] == "Deprecated: use `rate` instead."
    assert fields["mode"]["deprecated"] == "`mode` {} is deprecated and goes in 2.0."
    assert fields["seed"]["deprecated"] is None
    assert told["lab.train"]["deprecated"] == "Deprecated since 1.2: call `learn`."
    assert told["lab.train"]["renamed"] == {"tokenizer": "processor"}


def test_what_keywords_hide_is_resolved_and_flagged(told):
    child = parameters(told["lab.Child"])
    assert list(child) == ["height", "kwargs", "name", "width", "depth"]
    assert (child["width"]["from"], child["width"]["help"]) == ("lab.Parent", "How wide.")
    assert child["kwargs"]["kind"] == "any-keyword" and told["lab.Child"]["anyKeyword"] is True
    assert list(parameters(told["lab.Open"])) == ["options", "size"]


def test_methods_and_functions(told):
    walk = parameters(told["lab.Child.walk"])
    assert told["lab.Child.walk"]["kind"] == "method" and told["lab.Child.walk"]["returns"] == "bool"
    assert walk["steps"]["help"] == "How far. In metres." and walk["rest"]["kind"] == "rest"
    assert walk["fast"]["help"] == "In a hurry."
    here = told["lab.late.here"]["parameters"]
    assert [(each["kind"], each["required"]) for each in here] == [("positional-only", True), ("positional", True)]
    assert told["lab.Order"]["choices"] == ["'first'", "'last'"]
    assert "Config" in told["lab"]["members"] and told["lab"]["parameters"] is None


def test_the_name_of_a_field_tells_about_that_field(told):
    assert told["lab.Config.mode"]["kind"] == "parameter"
    assert [each["name"] for each in told["lab.Config.mode"]["parameters"]] == ["mode"]


def test_what_is_not_there_says_why_and_what_was_probably_meant(told):
    assert told["lab.Confg"]["suggestions"][0] == "lab.Config"
    assert told["lab.Config.moed"]["suggestions"] == ["lab.Config.mode"]
    assert told["lab.Heavy"]["problem"] == "import-failed" and "no torch" in told["lab.Heavy"]["message"]
    assert told["broken.x"]["message"] == "broken cannot be imported: SystemExit: 3"
    assert (told["nowhere.Config"]["problem"], told["lab.__getattr__"]["problem"]) == ("no-package", "bad-name")


def test_what_is_imported_sees_no_secret(root, told, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    [answer] = signature_ask.look_up(root, ENVIRONMENT, ["lab.SEEN"])["signatures"]
    assert answer["kind"] == "value" and "TOKEN" not in answer["value"]
    assert "HF_TOKEN" not in signature_ask.environment(root)


def test_an_environment_is_asked_once_for_each_name(root, told, monkeypatch):
    monkeypatch.setattr(signature_ask, "_asked", lambda *_: pytest.fail("asked again"))
    [answer] = signature_ask.look_up(root, ENVIRONMENT, ["lab.Config"])["signatures"]
    assert answer == told["lab.Config"]


def test_an_import_that_never_ends_is_ended_and_said(root):
    with pytest.raises(signature_ask.BoxError, match="took longer than 1 seconds"):
        signature_ask.look_up(root, ENVIRONMENT, ["hanging.x"], seconds=1)


def test_the_box_answers_over_its_command_line_and_refuses_what_is_not_an_environment(root, tmp_path):
    def ask(environment, given):
        command = [sys.executable, "-m", "ml_intern_box.supervisor", "--root", root, "signatures", environment]
        done = subprocess.run(command, input=json.dumps(given).encode(), stdout=subprocess.PIPE, cwd=box_folder)
        return json.loads(done.stdout.decode())

    box_folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    assert ask(ENVIRONMENT, {"names": ["lab.Config"]})["signatures"][0]["found"] is True
    assert "not on this box" in ask("f" * 16, {"names": ["lab.Config"]})["error"]["message"]
    assert ask("../x", {"names": ["lab.Config"]})["error"]["reason"] == "bad-input"
    assert ask(ENVIRONMENT, {"names": []})["error"]["reason"] == "bad-input"


def test_only_the_packages_of_the_environment_are_imported():
    for name in ("antigravity", "os.system", "__main__", "a b", "lab.", "x" * 300):
        assert signatures.look_up(name)["found"] is False


def test_the_real_trainers_tell_all_they_take():
    pytest.importorskip("trl")
    config = signatures.look_up("trl.SFTConfig")
    fields = parameters(config)
    assert config["kind"] == "dataclass" and "transformers.training_args.TrainingArguments" in config["bases"]
    assert fields["max_length"]["from"].startswith("trl.") and len(fields["max_length"]["help"]) > 40
    assert fields["gradient_accumulation_steps"]["help"] and len(fields) > 100
    assert "max_new_tokens" in parameters(signatures.look_up("transformers.GenerationConfig"))
    assert signatures.look_up("SFTConfig")["suggestions"] == ["trl.SFTConfig"]
    assert "trl.SFTConfig" in signatures.look_up("trl.SFTConfg")["suggestions"]


def test_docstrings_of_other_styles():
    doc = "Does.\n\nParameters\n----------\nsize : int\n    How large.\n\nArgs:\n  a: First.\n"
    assert signature_docs.help_texts(doc)["size"] == "How large."
