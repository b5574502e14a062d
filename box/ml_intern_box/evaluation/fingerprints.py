"""Hashes of everything that a score depends on beside the items: evaluator, template, model, settings."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence

from ml_intern_box import hashing

_HERE = Path(__file__).resolve().parent
_BESIDE = ("evaluate.py", "model.py", "report.py", "hashing.py")
_HARNESS = ("api", "filters", "models")
_LIBRARIES = ("torch", "transformers", "vllm")
"""What runs the model: another version may give other answers."""


def evaluator_hash(harness: Optional[Path] = None, package: Path = _HERE.parent, versions: Sequence[str] = ()) -> str:
    """SHA-256 over our files, those of the harness that build prompts, generate and pick answers, and versions of packages."""
    ours = [package / name for name in _BESIDE] + sorted((package / "evaluation").glob("*.py"))
    files = _over(package, ours, hashlib.sha256()) if harness is None else _with_harness(package, ours, harness)
    return text_hash("\n".join([files, *versions])) if versions else files


def versions_of(packages: Iterable[str]) -> List[str]:
    """Of those and of what runs the model, as far as they are here. A build for another GPU is the same version."""
    return [f"{name}=={version(name).split('+')[0]}" for name in (*packages, *_LIBRARIES) if find_spec(name)]


def _with_harness(package: Path, ours: List[Path], harness: Path) -> str:
    digest = hashlib.sha256(_over(package, ours, hashlib.sha256()).encode())
    theirs = [harness / "evaluator.py", *(path for name in _HARNESS for path in sorted((harness / name).glob("*.py")))]
    return _over(harness, theirs, digest)


def _over(root: Path, files: Iterable[Path], digest: Any) -> str:
    for path in files:
        digest.update(f"{path.relative_to(root).as_posix()}\0{hashing.file_hash(path)}\n".encode())
    return digest.hexdigest()


def harness_folder() -> Optional[Path]:
    """Where lm-evaluation-harness lies, without importing it."""
    found = find_spec("lm_eval")
    return Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def template_facts(benchmark: Dict[str, Any], template: Optional[str]) -> Dict[str, str]:
    return {"templateHash": text_hash(benchmark["prompt"] + "\0" + (template or "")), "chatTemplateHash": text_hash(template or "")}


def settings_hash(benchmark: Dict[str, Any]) -> str:
    """Of the settings as they were given; the judge's key is not among them."""
    return text_hash(json.dumps(benchmark, sort_keys=True, ensure_ascii=False))


def changed(expected: Dict[str, str], found: Dict[str, str]) -> List[str]:
    """The names of hashes that differ from what was expected; one that is not expected is not looked at."""
    return sorted(name for name, value in expected.items() if name in found and found[name] != value)
