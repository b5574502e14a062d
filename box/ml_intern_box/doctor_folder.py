"""The doctor's look at a folder's files, without any package: what is there, what is left over, what kind of model it says it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from ml_intern_box.doctor_findings import Findings, Folder, text_config

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
LEFT_OVER = (
    "optimizer.pt", "optimizer.bin", "scheduler.pt", "scaler.pt", "trainer_state.json", "training_args.bin", "latest",
)  # fmt: skip
LEFT_OVER_BEGINS = ("rng_state", "checkpoint-", "global_step", "events.out.tfevents", "pytorch_model_fsdp")
ADAPTERS = ("adapter_model.safetensors", "adapter_model.bin")
MERGE = (
    "Merge it into its base model: AutoPeftModelForCausalLM.from_pretrained(FOLDER).merge_and_unload().save_pretrained(OUT), "
    "and save the tokenizer to OUT as well."
)


def look(folder: Folder, findings: Findings, target: str = "") -> None:
    """`target`: the version of transformers that the model must load in, e.g. "4.57"; empty: the one that it was saved by."""
    _configuration(folder, findings)
    _adapter(folder, findings)
    _pickles(folder, findings)
    _leftovers(folder, findings)
    _processor(folder, findings)
    _versions(folder, findings, target)


def _configuration(folder: Folder, findings: Findings) -> None:
    config = folder.read("config.json")
    if config is None:
        why = (
            "config.json cannot be read: %s." % folder.broken["config.json"]
            if "config.json" in folder.broken
            else "There is no config.json."
        )
        hint = MERGE if folder.has("adapter_config.json") else "Save the model with model.save_pretrained(FOLDER)."
        return findings.fail("config", why, hint)
    architectures = config.get("architectures") or []
    if not config.get("model_type") or not architectures:
        missing = "model_type" if not config.get("model_type") else "architectures"
        return findings.fail(
            "config", "config.json names no %s." % missing, "Take the field from the base model's config.json."
        )
    findings.passed("config", "%s (%s)." % (architectures[0], config["model_type"]))
    if (
        "ForCausalLM" not in architectures[0]
        and "ForConditionalGeneration" not in architectures[0]
        and "LMHead" not in architectures[0]
    ):
        findings.warn(
            "architecture",
            "%s does not generate text by its name." % architectures[0],
            "Save the causal language model itself (AutoModelForCausalLM), not its body or a classifier.",
        )
    _own_code(folder, config, findings)


def _own_code(folder: Folder, config: Dict[str, Any], findings: Findings) -> None:
    for name, places in (config.get("auto_map") or {}).items():
        for place in places if isinstance(places, list) else [places]:
            if place and "--" not in place and not folder.has(place.split(".")[0] + ".py"):
                findings.fail(
                    "architecture",
                    "%s comes from code of its own, %s.py, which is not in the folder." % (name, place.split(".")[0]),
                    "Copy the Python files of the base model into the folder.",
                )
    if config.get("auto_map"):
        findings.warn(
            "architecture",
            "It brings code of its own, which is run only with trust_remote_code=True.",
            "Where transformers knows the architecture itself, remove auto_map from config.json.",
        )
    method = (config.get("quantization_config") or {}).get("quant_method")
    if method:
        findings.warn(
            "architecture",
            "It was saved quantised (%s) and loads only where that library is installed." % method,
            "Merge the adapters into the base model loaded in bfloat16, then save that.",
        )


def _adapter(folder: Folder, findings: Findings) -> None:
    adapters = [name for name in ADAPTERS if folder.has(name)]
    if not folder.has("adapter_config.json") and not adapters:
        return
    base = (folder.read("adapter_config.json") or {}).get("base_model_name_or_path") or "its base model"
    if any(path.name not in ADAPTERS for path in folder.path.glob("*.safetensors")):
        return findings.warn(
            "adapter",
            "A LoRA adapter lies beside the weights of a model: loaders would put it on top of them.",
            "Remove adapter_config.json and the adapter's weights if they are merged already.",
        )
    findings.fail("adapter", "This is a LoRA adapter of %s, not a whole model." % base, MERGE)


def _pickles(folder: Folder, findings: Findings) -> None:
    found = [
        path.name
        for path in sorted(folder.path.iterdir())
        if path.suffix in PICKLES and path.name not in LEFT_OVER and not path.name.startswith(LEFT_OVER_BEGINS)
    ]
    if not found:
        return findings.passed("pickle", "No weights are kept as pickle files.")
    findings.fail(
        "pickle",
        "%s can run any code when it is loaded." % ", ".join(found[:5]),
        "Save the model again with transformers (it writes safetensors), and remove these files.",
    )


def _leftovers(folder: Folder, findings: Findings) -> None:
    found: List[str] = []
    size = 0
    for path in sorted(folder.path.iterdir()):
        if (
            path.name in LEFT_OVER
            or path.name.startswith(LEFT_OVER_BEGINS)
            or path.suffix in (".part", ".tmp", ".incomplete")
        ):
            found.append(path.name)
            size += _bytes(path)
    if not found:
        return findings.passed("leftovers", "Nothing of the training was left behind.")
    findings.warn(
        "leftovers",
        "%s %s left from the training (%.1f MB)."
        % (", ".join(found[:6]), "are" if len(found) > 1 else "is", size / 1e6),
        "Remove them: they are of no use to whoever loads the model.",
    )


def _bytes(path: Path) -> int:
    return (
        sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        if path.is_dir()
        else path.stat().st_size
    )


def _processor(folder: Folder, findings: Findings) -> None:
    config = folder.read("config.json") or {}
    sees = [name for name in ("vision_config", "audio_config") if config.get(name)]
    names = " ".join(config.get("architectures") or [])
    if not sees and "ForConditionalGeneration" not in names:
        return
    if folder.has("preprocessor_config.json") or folder.has("processor_config.json"):
        return findings.passed("processor-files", "The processor's configuration is there.")
    findings.fail(
        "processor-files",
        "%s needs a processor, and there is neither preprocessor_config.json nor processor_config.json." % names,
        "Save it too: AutoProcessor.from_pretrained(BASE).save_pretrained(FOLDER).",
    )


def _versions(folder: Folder, findings: Findings, target: str) -> None:
    """Saved by transformers 5, read by 4: some fields have other names there, and are passed over without a word."""
    config, tokens = folder.read("config.json") or {}, folder.read("tokenizer_config.json") or {}
    saved = str(config.get("transformers_version") or "")
    if not saved:
        return findings.unchecked("versions", "config.json does not say which version of transformers saved it.")
    findings.facts["transformersVersion"] = saved
    if target and not target.startswith("4") or not saved.startswith("5"):
        return findings.passed("versions", "Saved by transformers %s." % saved)
    problems = list(_unreadable(text_config(config), tokens))
    if not problems:
        return findings.passed("versions", "Saved by transformers %s; version 4 reads it too." % saved)
    say = findings.fail if target else findings.warn
    say("versions", "Saved by transformers %s; in version 4: %s." % (saved, "; ".join(problems)), FOR_VERSION_4)


FOR_VERSION_4 = (
    "Where it must load in transformers 4: put rope_theta and rope_scaling and torch_dtype beside the new fields in config.json, "
    "and keep the base model's tokenizer_config.json (its tokenizer_class and the form of extra_special_tokens)."
)


def _unreadable(config: Dict[str, Any], tokens: Dict[str, Any]) -> Any:
    rope = config.get("rope_parameters") or {}
    if rope.get("rope_theta") not in (None, 10000, 10000.0) and "rope_theta" not in config:
        yield "rope_parameters is not read, so that rope_theta would be 10000 instead of %s and every answer garbage" % rope[
            "rope_theta"
        ]
    if str(tokens.get("tokenizer_class")) == "TokenizersBackend":
        yield "its tokenizer class TokenizersBackend does not exist"
    if isinstance(tokens.get("extra_special_tokens"), list):
        yield "extra_special_tokens is a list and must be an object"
    if "dtype" in config and "torch_dtype" not in config:
        yield "before 4.56 dtype is not read, so that it loads in float32"
