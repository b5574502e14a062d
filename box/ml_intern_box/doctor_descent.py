"""Whether a model descends from the base that was allowed: its shape, its tokenizer, how near its weights are, and its chain of hashes.

Fine-tuning moves weights a little: against the base, the cosine of each matrix stays near 1. Matrices of models that were trained
apart have nothing to do with each other, cosine about 0, whatever their shape, which a comparison of shapes alone cannot see (a base
model and its instruct sibling have the same). Cosine and distance are measured on a sample of each matrix.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from ml_intern_box import tensors
from ml_intern_box.doctor_findings import Findings, Folder, text_config
from ml_intern_box.doctor_text import Tokens
from ml_intern_box.model import weights_hash
from ml_intern_box.tensors import Tensor

FIELDS = (
    "model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
)  # fmt: skip
SAMPLED = 4096
"""Numbers of a matrix that are compared: the error of a cosine is then about 0.016."""
NEAR, APART = 0.8, 0.1
"""Median cosine: a fine-tuned model is above the first, another model below the second."""
ANOTHER = "Train again from the allowed base model."


def look(
    folder: Folder, weights: Dict[str, Tensor], base: str, findings: Findings, recorded: str = "", instruct: str = ""
) -> None:
    """`base`: a folder, or the weights hash of the base; `recorded`: the hash that the run's log holds; `instruct`: a sibling's folder."""
    if re.fullmatch("[0-9a-f]{64}", base):
        return _chain(folder, findings, base)
    path = Path(base)
    if not (path / "config.json").is_file():
        return findings.fail(
            "base", "There is no model in %s." % base, "Name the folder of the base model, or its weights hash."
        )
    _base_unchanged(path, findings, recorded)
    if recorded:
        _chain(folder, findings, recorded)
    other = Folder(path)
    _architecture(folder, other, findings)
    _tokenizer(folder, other, findings)
    _weights(weights, path, findings, instruct)


def _base_unchanged(path: Path, findings: Findings, recorded: str) -> None:
    digest = weights_hash(path)
    findings.facts["baseWeightsHash"] = digest
    if recorded and digest != recorded:
        findings.fail(
            "base",
            "The base model's weights changed since the run recorded them.",
            "Fetch the base model again, and train from it.",
        )
    else:
        findings.passed("base", "The base model's weights are %s." % ("as recorded" if recorded else digest[:12]))


def _chain(folder: Folder, findings: Findings, wanted: str) -> None:
    """The manifest of the experiment that made it: from the base's hash to the hash of these weights."""
    manifest = folder.read("manifest.json") or Folder(folder.path.parent).read("manifest.json")
    if manifest is None:
        return findings.unchecked(
            "hash-chain", "No manifest.json lies with the model, so that only the weights themselves can tell."
        )
    base = (manifest.get("baseModel") or {}).get("weightsHash")
    made = (manifest.get("output") or {}).get("weightsHash")
    if base != wanted:
        return findings.fail(
            "hash-chain", "Its manifest says that it was trained from other weights (%s)." % str(base)[:12], ANOTHER
        )
    if made is not None and made != weights_hash(folder.path):
        return findings.fail(
            "hash-chain",
            "The weights are not those that its manifest records (%s)." % made[:12],
            "Fetch the model again from the job that trained it.",
        )
    findings.passed(
        "hash-chain", "Base %s -> %s, as its manifest records." % (wanted[:12], (made or "not recorded")[:12])
    )


def _architecture(folder: Folder, base: Folder, findings: Findings) -> None:
    mine, theirs = (text_config(each.read("config.json") or {}) for each in (folder, base))
    differ = [
        "%s is %s, the base has %s" % (name, mine.get(name), theirs.get(name))
        for name in FIELDS
        if mine.get(name) != theirs.get(name)
    ]
    if differ:
        return findings.fail("descent-architecture", "Another model: %s." % "; ".join(differ), ANOTHER)
    a, b = mine.get("architectures"), theirs.get("architectures")
    if a != b:
        return findings.fail(
            "descent-architecture",
            "It calls itself %s, the base %s." % (a, b),
            "Put the base's architectures back into config.json.",
        )
    findings.passed("descent-architecture", "The same architecture as the base.")


def _tokenizer(folder: Folder, base: Folder, findings: Findings) -> None:
    mine, theirs = Tokens(folder).ids, Tokens(base).ids
    if not mine or not theirs:
        return findings.unchecked("descent-tokenizer", "The vocabularies are not in tokenizer.json.")
    moved = [token for token, number in theirs.items() if mine.get(token) != number]
    added = len(set(mine) - set(theirs))
    if moved:
        return findings.fail(
            "descent-tokenizer",
            "%d tokens of the base are missing or have another id, e.g. %r." % (len(moved), moved[0]),
            "Keep the base model's tokenizer; new tokens only at its end.",
        )
    findings.passed(
        "descent-tokenizer", "The base's tokens, each with its id%s." % (", and %d new ones" % added if added else "")
    )


def _weights(weights: Dict[str, Tensor], path: Path, findings: Findings, instruct: str) -> None:
    try:
        theirs = _read(path)
    except (tensors.Damaged, OSError) as error:
        return findings.unchecked("descent-weights", "The base model's weights cannot be read: %s." % error)
    shared = [name for name in theirs if name in weights]
    if not shared or len(shared) < 0.9 * len(theirs):
        return findings.fail(
            "descent-weights", "Only %d of the base's %d tensors are in it." % (len(shared), len(theirs)), ANOTHER
        )
    compared = {name: relation(weights[name], theirs[name]) for name in shared}
    same = sum(1 for each in compared.values() if each == (1.0, 0.0))
    cosines, distances = _of_matrices(compared, weights)
    if not cosines:
        return findings.unchecked("descent-weights", "No matrix of it can be compared with the base's.")
    cosine, distance = _median(cosines), _median(distances)
    findings.facts["descent"] = {
        "identicalShare": round(same / len(shared), 4), "cosine": round(cosine, 4), "distance": round(distance, 4), "layers": _layers(compared),
    }  # fmt: skip
    text = "%d of %d tensors are the base's own; the others' median distance is %.2g of its weights, cosine %.3f" % (
        same,
        len(shared),
        distance,
        cosine,
    )
    sibling = _cosine_with(weights, instruct) if instruct else None
    if sibling is not None and sibling > cosine:
        findings.fail(
            "descent-weights",
            "It is nearer to %s (cosine %.3f) than to the base (%.3f)." % (Path(instruct).name, sibling, cosine),
            ANOTHER,
        )
    elif cosine < APART:
        findings.fail("descent-weights", "%s: another model's weights." % text, ANOTHER)
    elif cosine < NEAR:
        findings.warn(
            "descent-weights",
            "%s: far for a fine-tuned model." % text,
            "Compare it with other models that may be its parent (--instruct), or train with a lower rate.",
        )
    elif same == len(shared):
        findings.warn(
            "descent-weights",
            "All %d tensors are the base's own: nothing was trained, or another folder was saved." % same,
            "Look at the training job's output folder.",
        )
    else:
        findings.passed("descent-weights", "%s." % text)


def _read(path: Path) -> Dict[str, Tensor]:
    found: Dict[str, Tensor] = {}
    for file in sorted(path.glob("*.safetensors")):
        found.update(tensors.tensors_of(file))
    return found


def relation(mine: Tensor, theirs: Tensor) -> Optional[Tuple[float, float]]:
    """(cosine, distance relative to the base's length); (1, 0) where they are the same; None where they cannot be compared."""
    if mine.shape != theirs.shape and mine.shape[1:] != theirs.shape[1:]:
        return None
    if tensors.same(mine, theirs):
        return 1.0, 0.0
    # New rows of embeddings come after the old ones, which alone are compared.
    shape = [min(pair) for pair in zip(mine.shape, theirs.shape)]
    a, b = (tensors.sample(_begin(each, shape), SAMPLED) for each in (mine, theirs))
    if not a or not b or len(a) != len(b):
        return None
    dot, long_a, long_b = (sum(x * y for x, y in pairs) for pairs in (zip(a, b), zip(a, a), zip(b, b)))
    apart = sum((x - y) ** 2 for x, y in zip(a, b))
    if long_a == 0 or long_b == 0:
        return None
    return dot / (long_a * long_b) ** 0.5, (apart / long_b) ** 0.5


def _begin(tensor: Tensor, shape: List[int]) -> Tensor:
    return tensor._replace(shape=shape, end=tensor.begin + tensors.count(shape) * tensors.BYTES.get(tensor.dtype, 0))


def _of_matrices(compared: Dict[str, Any], weights: Dict[str, Tensor]) -> Tuple[List[float], List[float]]:
    """Of matrices that changed, else of all: vectors of scales are near 1 in every model."""
    kept = {name: each for name, each in compared.items() if each and len(weights[name].shape) > 1}
    changed = {name: each for name, each in kept.items() if each != (1.0, 0.0)} or kept
    return [each[0] for each in changed.values()], [each[1] for each in changed.values()]


def _layers(compared: Dict[str, Any]) -> Dict[str, float]:
    """Mean relative distance by layer."""
    by_layer: Dict[str, List[float]] = {}
    for name, each in compared.items():
        if each:
            match = re.search(r"\.(\d+)\.", name)
            by_layer.setdefault(match.group(1) if match else "rest", []).append(each[1])
    return {layer: round(sum(values) / len(values), 5) for layer, values in by_layer.items()}


def _cosine_with(weights: Dict[str, Tensor], path: str) -> Optional[float]:
    try:
        theirs = _read(Path(path))
    except (tensors.Damaged, OSError):
        return None
    compared = {name: relation(weights[name], theirs[name]) for name in theirs if name in weights}
    cosines, _ = _of_matrices(compared, weights)
    return _median(cosines) if cosines else None


def _median(values: List[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
