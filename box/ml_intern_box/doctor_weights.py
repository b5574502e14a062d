"""The doctor's look at the weights, without any package: whole, complete, finite, of one kind, the embeddings as they should be."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Optional

from ml_intern_box import tensors
from ml_intern_box.doctor_findings import Findings, Folder, text_config
from ml_intern_box.tensors import Tensor

INDEX = "model.safetensors.index.json"
AGAIN = "Save the model again with model.save_pretrained(FOLDER), with room on the disk."
NAMES = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}


def look(folder: Folder, findings: Findings, deep: bool = True) -> Dict[str, Tensor]:
    """All tensors by name; `deep` also reads every number."""
    found = _files(folder, findings)
    if not found:
        return found
    _shards(folder, findings, found)
    _size(folder, findings, found)
    _tied(folder, findings, found)
    if deep:
        _finite(findings, found)
    else:
        findings.unchecked("finite", "The numbers were not looked at.")
    return found


def _files(folder: Folder, findings: Findings) -> Dict[str, Tensor]:
    files = [path for path in sorted(folder.path.glob("*.safetensors")) if not path.name.startswith("adapter_model")]
    if not files:
        findings.fail("weights", "There are no weights in safetensors files.", AGAIN)
        return {}
    found: Dict[str, Tensor] = {}
    for path in files:
        try:
            found.update(tensors.tensors_of(path))
        except (tensors.Damaged, OSError) as error:
            findings.fail("weights", "%s is damaged: %s." % (path.name, error), AGAIN)
    if not any(check["name"] == "weights" for check in findings.checks):
        findings.passed("weights", "%d tensors in %d files, all whole." % (len(found), len(files)))
    return found


def _shards(folder: Folder, findings: Findings, found: Dict[str, Tensor]) -> None:
    if not folder.has(INDEX):
        strays = [path.name for path in folder.path.glob("*.safetensors") if "-of-" in path.name]
        if strays:
            findings.fail(
                "shards", "%s are parts of a model, and %s is missing." % (", ".join(sorted(strays)[:3]), INDEX), AGAIN
            )
        return
    listed = (folder.read(INDEX) or {}).get("weight_map")
    if not isinstance(listed, dict):
        return findings.fail("shards", "%s cannot be read." % INDEX, AGAIN)
    missing = sorted({file for file in listed.values() if not folder.has(file)})
    if missing:
        return findings.fail(
            "shards", "%s of the index are missing: %s." % (len(missing), ", ".join(missing[:3])), AGAIN
        )
    lost = [name for name, file in listed.items() if name not in found or found[name].file.name != file]
    if lost:
        return findings.fail("shards", "The index places %s where it is not (%d such)." % (lost[0], len(lost)), AGAIN)
    if folder.has("model.safetensors"):
        return findings.warn(
            "shards",
            "Both model.safetensors and an index of parts are there; only one of them is read.",
            "Remove the older one.",
        )
    unlisted = sorted({tensor.file.name for tensor in found.values()} - set(listed.values()))
    if unlisted:
        return findings.warn(
            "shards", "%s is not in the index." % ", ".join(unlisted[:3]), "Remove it, or save the model again."
        )
    findings.passed("shards", "All %d parts of the index are there." % len(set(listed.values())))


def _size(folder: Folder, findings: Findings, found: Dict[str, Tensor]) -> None:
    size = sum(tensor.end - tensor.begin for tensor in found.values())
    parameters = sum(tensors.count(tensor.shape) for tensor in found.values())
    findings.facts.update(bytes=size, parameters=parameters)
    findings.passed("size", "%s parameters, %.1f MB." % (format(parameters, ","), size / 1e6))
    by_kind: "Counter[str]" = Counter()
    for tensor in found.values():
        by_kind[tensor.dtype] += tensor.end - tensor.begin
    config = text_config(folder.read("config.json") or {})
    stated = str(config.get("dtype") or config.get("torch_dtype") or "")
    kinds = ", ".join(
        "%s %d %%" % (NAMES.get(kind, kind), round(100 * part / size)) for kind, part in by_kind.most_common()
    )
    [(most, _)] = by_kind.most_common(1)
    findings.facts["dtype"] = NAMES.get(most, most)
    floats = [kind for kind in by_kind if kind in NAMES]
    if len(floats) > 1:
        findings.warn(
            "dtype",
            "The weights are of several kinds: %s." % kinds,
            "Save it in one: model.to(torch.bfloat16).save_pretrained(FOLDER).",
        )
    elif most == "F32" and parameters > 10_000_000:
        findings.warn(
            "dtype",
            "The weights are float32 (%.1f GB), twice what bfloat16 takes." % (size / 1e9),
            "Save it with model.to(torch.bfloat16).",
        )
    elif stated and most in NAMES and stated != NAMES[most]:
        findings.warn(
            "dtype",
            "config.json says %s, the weights are %s." % (stated, NAMES[most]),
            "Make config.json say what the weights are.",
        )
    else:
        findings.passed("dtype", "%s." % NAMES.get(most, most))


def _finite(findings: Findings, found: Dict[str, Tensor]) -> None:
    broken, empty = [], []
    for tensor in found.values():
        zero = tensor.end > tensor.begin
        for block in tensors.blocks(tensor):
            zero = zero and block.count(0) == len(block)
            if not tensors.is_finite(tensor.dtype, block):
                broken.append(tensor.name)
                break
        # A bias or an offset may well be zero throughout, a matrix or a scale never.
        if zero and tensor.name.endswith("weight") and "lora" not in tensor.name:
            empty.append(tensor.name)
    if broken:
        return findings.fail(
            "finite",
            "%d tensors hold NaN or infinity, e.g. %s." % (len(broken), broken[0]),
            "Train again with a lower learning rate or clipped gradients; do not ship this one.",
        )
    if empty:
        return findings.warn(
            "finite",
            "%d tensors are zero throughout, e.g. %s." % (len(empty), empty[0]),
            "See whether they were saved before they were gathered from all GPUs.",
        )
    findings.passed("finite", "Every number is finite.")


def embeddings(found: Dict[str, Tensor]) -> Optional[Tensor]:
    for name, tensor in found.items():
        if name.endswith(
            ("embed_tokens.weight", "wte.weight", "word_embeddings.weight", "embed_in.weight", "tok_embeddings.weight")
        ):
            return tensor
    return None


def _tied(folder: Folder, findings: Findings, found: Dict[str, Tensor]) -> None:
    config = text_config(folder.read("config.json") or {})
    inputs = embeddings(found)
    head = next(
        (tensor for name, tensor in found.items() if name.endswith(("lm_head.weight", "embed_out.weight"))), None
    )
    tied: Any = config.get("tie_word_embeddings")
    if inputs is None:
        return findings.unchecked("tied-embeddings", "The input embeddings were not found by their name.")
    if head is None and tied is False:
        return findings.fail(
            "tied-embeddings",
            "config.json says that the output embeddings are their own, and they were not saved: they would be random.",
            "Set tie_word_embeddings to true if the base model ties them; else save the model again with lm_head.weight.",
        )
    if head is not None and tied is True and not tensors.same(inputs, head):
        return findings.fail(
            "tied-embeddings",
            "config.json ties the embeddings, and lm_head.weight holds other numbers: one of both is thrown away on loading.",
            "Set tie_word_embeddings to false if they were trained apart; else remove lm_head.weight.",
        )
    how = "tied" if head is None else "tied, saved twice" if tied is True else "their own"
    findings.passed("tied-embeddings", "The output embeddings are %s." % how)
