"""Fetches a model and proves that it loads.

Usage: python -m ml_intern_box.model model.json    {id: Hub id or absolute path, revision?}
Writes artifacts/result.json {path, revision, weightsHash, parameters, architecture, hasChatTemplate, licence}.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from ml_intern_box import report
from ml_intern_box.rows import first_line

WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".gguf")
LONGEST_LICENCE = 200
NOT_WEIGHTS = {"training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pt"}
NEXT = "Check the model's id (owner/name) and revision, that it is public or your token may read it, or give a folder on the box."


def weights_hash(folder: Path) -> str:
    """SHA-256 over the SHA-256 of every weight file, in order of their names."""
    total = hashlib.sha256()
    for path in weight_files(folder):
        total.update(file_hash(path).encode("ascii"))
    return total.hexdigest()


def weight_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix in WEIGHT_SUFFIXES and p.name not in NOT_WEIGHTS)


def file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def locate(wanted: str, revision: str | None) -> tuple[Path, str | None]:
    """The model's folder on this machine and the commit it came from."""
    if Path(wanted).is_absolute():
        if not (Path(wanted) / "config.json").is_file():
            report.fail("base-model-not-found", f"There is no model in {wanted} on this box (no config.json).", NEXT)
        return Path(wanted), None
    return download(wanted, revision)


def download(wanted: str, revision: str | None) -> tuple[Path, str | None]:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, HfHubHTTPError, LocalEntryNotFoundError
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    report.progress(f"Fetching {wanted}{f' at {revision}' if revision else ''}.")
    endpoint = constants.ENDPOINT
    try:
        folder = snapshot_download(wanted, revision=revision, ignore_patterns=["*.gguf", "*.onnx", "*.h5", "*.msgpack"])
    except GatedRepoError:
        report.fail("base-model-not-found", f"{wanted} is gated on {endpoint}: its owner must grant your account access first.", NEXT)
    except RevisionNotFoundError:
        report.fail("base-model-not-found", f"{wanted} has no revision {revision} on {endpoint}.", NEXT)
    except (RepositoryNotFoundError, HFValidationError):
        report.fail("base-model-not-found", f"There is no model {wanted} on {endpoint}.", NEXT)
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        report.fail("hub-unavailable", f"{wanted} could not be fetched from {endpoint}: {first_line(error)}", "Try again when the Hub answers; what was fetched is kept.")
    # The cache's folder of a snapshot is named after its commit.
    return Path(folder), Path(folder).name


def describe(folder: Path, revision: str | None) -> dict:
    if not weight_files(folder):
        report.fail("base-model-not-found", f"{folder} holds no weights ({', '.join(WEIGHT_SUFFIXES)}).", NEXT)
    try:
        from transformers import AutoConfig, AutoTokenizer

        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError) as error:
        report.fail("base-model-not-found", f"The model in {folder} does not load: {first_line(error)}", "Choose a causal language model that this version of transformers knows.")
    return {
        "path": str(folder),
        "revision": revision,
        "weightsHash": weights_hash(folder),
        "parameters": count_parameters(folder),
        "architecture": (config.architectures or [config.model_type])[0],
        "hasChatTemplate": tokenizer.chat_template is not None,
        "licence": licence_of(folder),
    }


def licence_of(folder: Path) -> str | None:
    """As its card says, with the name of one that has only a name; null where there is no card, or it says nothing."""
    if not (folder / "README.md").is_file():
        return None
    import yaml
    from huggingface_hub.repocard import metadata_load

    try:
        card = metadata_load(folder / "README.md") or {}
    except (OSError, ValueError, yaml.YAMLError):
        return None
    named, name = card.get("license"), card.get("license_name")
    ids = [str(each) for each in (named if isinstance(named, list) else [named]) if each]
    return ", ".join(f"other ({name})" if each == "other" and name else each for each in ids)[:LONGEST_LICENCE] or None


def count_parameters(folder: Path) -> int | None:
    """From the headers of the safetensors files alone; null for other formats."""
    counts = [count_in_header(path) for path in weight_files(folder) if path.suffix == ".safetensors"]
    return sum(counts) if counts else None


def count_in_header(path: Path) -> int:
    with path.open("rb") as source:
        header = json.loads(source.read(int.from_bytes(source.read(8), "little")))
    total = 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        size = 1
        for length in tensor["shape"]:
            size *= length
        total += size
    return total


def main() -> None:
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder, revision = locate(wanted["id"], wanted.get("revision"))
    result = describe(folder, revision)
    report.write_result(result)
    report.progress(f"{wanted['id']}: {result['architecture']}, {result['parameters']} parameters, in {folder}.")


if __name__ == "__main__":
    main()
