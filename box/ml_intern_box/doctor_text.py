"""The doctor's look at what turns text into tokens and back, without any package: tokenizer, ends, padding, template, generation.

The classic fault of a base model that was taught to chat: its template ends a turn with one token, generation ends at another, and
every answer goes on until it is cut.
"""

from __future__ import annotations

import json
import re
from typing import Dict, List, Optional, Tuple

from ml_intern_box.doctor_findings import Findings, Folder, ids_of, text_config
from ml_intern_box.doctor_weights import embeddings
from ml_intern_box.tensors import Tensor

TURN_ENDS = (
    "<|im_end|>", "<|eot_id|>", "<|eot|>", "<end_of_turn>", "<turn|>", "<|end|>", "<|return|>", "<|END_OF_TURN_TOKEN|>", "</s>",
    "<|endoftext|>", "<|end_of_text|>",
)  # fmt: skip
"""How the known families of templates end a turn."""
OTHER_VOCABULARIES = ("tokenizer.model", "vocab.json", "spiece.model", "vocab.txt", "tekken.json")


class Tokens:
    """What the tokenizer's files say. `ids`: token -> id, empty where tokenizer.json is missing."""

    def __init__(self, folder: Folder) -> None:
        self.config = folder.read("tokenizer_config.json") or {}
        self.map = folder.read("special_tokens_map.json") or {}
        self.ids: Dict[str, int] = {}
        whole = folder.read("tokenizer.json") or {}
        vocabulary = (whole.get("model") or {}).get("vocab") or {}
        if isinstance(vocabulary, dict):
            self.ids.update(vocabulary)
        elif isinstance(vocabulary, list):
            self.ids.update({str(entry[0]): number for number, entry in enumerate(vocabulary) if entry})
        for entry in whole.get("added_tokens") or []:
            self.ids[entry["content"]] = entry["id"]

    def special(self, name: str) -> Optional[str]:
        """The text of `eos_token`, `pad_token` and such."""
        value = self.config.get(name, self.map.get(name))
        content = value.get("content") if isinstance(value, dict) else value
        return content if isinstance(content, str) else None

    def id_of(self, name: str) -> Optional[int]:
        return self.ids.get(self.special(name) or "")

    @property
    def rows(self) -> int:
        """How many rows of embeddings it needs."""
        return max(self.ids.values(), default=-1) + 1


def template_of(folder: Folder) -> Optional[str]:
    text = folder.text("chat_template.jinja")
    if text is not None:
        return text
    kept = (folder.read("tokenizer_config.json") or {}).get("chat_template")
    if kept is None:
        kept = (folder.read("chat_template.json") or {}).get("chat_template")
    if isinstance(kept, list):
        named = {entry.get("name"): entry.get("template") for entry in kept if isinstance(entry, dict)}
        kept = named.get("default")
    return kept if isinstance(kept, str) else None


def turn_end(template: str, eos: Optional[str]) -> Optional[str]:
    """What most likely ends an assistant's turn, told from the template's text."""
    places = [(template.rfind(token), token) for token in TURN_ENDS if token in template]
    if re.search(r"\beos_token\b", template) and eos:
        places.append((max(match.start() for match in re.finditer(r"\beos_token\b", template)), eos))
    # Where a template begins a turn with a mark of its own, that mark comes last in the generation prompt, and is none of these.
    chat = [each for each in places if each[1] not in ("<|endoftext|>", "<|end_of_text|>")] or places
    return max(chat)[1] if chat else None


def look(folder: Folder, findings: Findings, weights: Dict[str, Tensor]) -> Tokens:
    tokens = Tokens(folder)
    _files(folder, findings, tokens)
    ends, where = _ends(folder, tokens)
    _template(folder, findings, tokens)
    _turn_end(folder, findings, tokens, ends, where)
    _padding(folder, findings, tokens)
    _vocabulary(folder, findings, tokens, weights)
    _generation(folder, findings)
    return tokens


def _files(folder: Folder, findings: Findings, tokens: Tokens) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json"):
        if folder.has(name) and folder.read(name) is None:
            findings.fail("tokenizer-files", "%s cannot be read: %s." % (name, folder.broken[name]), COPY)
    if not folder.has("tokenizer.json") and not any(folder.has(name) for name in OTHER_VOCABULARIES):
        findings.fail("tokenizer-files", "There is no tokenizer.json and no other vocabulary.", COPY)
    elif not folder.has("tokenizer_config.json"):
        findings.fail("tokenizer-files", "There is no tokenizer_config.json: nothing says what ends a text.", COPY)
    elif not folder.has("tokenizer.json"):
        findings.warn("tokenizer-files", "There is no tokenizer.json: it must be converted on each loading.", COPY)
    elif not folder.has("special_tokens_map.json") and not tokens.special("eos_token"):
        findings.warn(
            "tokenizer-files", "Neither tokenizer_config.json nor special_tokens_map.json names an eos_token.", COPY
        )
    findings.settle("tokenizer-files", "All files of the tokenizer are there.")


COPY = "Save the tokenizer with the model: AutoTokenizer.from_pretrained(BASE).save_pretrained(FOLDER)."


def _ends(folder: Folder, tokens: Tokens) -> Tuple[List[int], str]:
    """The ids at which generation ends, and the file that says so: transformers takes config.json's only where the other says nothing."""
    generation = ids_of((folder.read("generation_config.json") or {}).get("eos_token_id"))
    if generation:
        return generation, "generation_config.json"
    return ids_of(text_config(folder.read("config.json") or {}).get("eos_token_id")), "config.json"


def _template(folder: Folder, findings: Findings, tokens: Tokens) -> None:
    template = template_of(folder)
    beside = tokens.config.get("chat_template")
    if template is None:
        findings.warn(
            "chat-template",
            "There is no chat template: chat endpoints refuse the model, or guess one.",
            "Set tokenizer.chat_template before saving, if the model was trained on conversations; a model of plain prompts needs none.",
        )
    elif not template.strip():
        findings.fail(
            "chat-template", "The chat template is empty.", "Set tokenizer.chat_template to the one of the training."
        )
    elif folder.has("chat_template.jinja") and isinstance(beside, str) and beside != template:
        findings.fail(
            "chat-template",
            "chat_template.jinja and tokenizer_config.json hold different templates: which one is read depends on the version.",
            "Remove the one that the training did not use.",
        )


def _turn_end(folder: Folder, findings: Findings, tokens: Tokens, ends: List[int], where: str) -> None:
    eos = tokens.special("eos_token")
    template = template_of(folder)
    end = turn_end(template, eos) if template else eos
    if not ends:
        return findings.fail(
            "turn-end",
            "Neither generation_config.json nor config.json has an eos_token_id: generation never ends by itself.",
            _fix(tokens, end),
        )
    unknown = [number for number in ends if tokens.ids and number >= tokens.rows]
    if unknown:
        return findings.fail(
            "turn-end",
            "%s ends generation at token %d, which the tokenizer does not have." % (where, unknown[0]),
            _fix(tokens, end),
        )
    if end is None:
        return findings.unchecked(
            "turn-end",
            "What ends a turn cannot be told from the files.",
            "Check it with transformers at hand (--python).",
        )
    wanted = tokens.ids.get(end)
    if wanted is None:
        return findings.fail(
            "turn-end",
            "A turn ends with %s, which the tokenizer has no single token for: the model cannot learn to stop at it."
            % end,
            "Add it as a special token before training, or use a template whose end the tokenizer knows.",
        )
    if wanted not in ends:
        names = {number: token for token, number in tokens.ids.items()}
        others = ", ".join("%s (%d)" % (names.get(number, "?"), number) for number in ends)
        return findings.fail(
            "turn-end",
            "A turn ends with %s (%d), but by %s generation ends only at %s: answers go on without end."
            % (end, wanted, where, others),
            _fix(tokens, end),
        )
    if eos is not None and tokens.ids and tokens.id_of("eos_token") is None:
        return findings.fail("turn-end", "The tokenizer's eos_token %s is not in its vocabulary." % eos, COPY)
    in_config = ids_of(text_config(folder.read("config.json") or {}).get("eos_token_id"))
    if where == "generation_config.json" and in_config and wanted not in in_config:
        return findings.warn(
            "turn-end",
            "config.json ends at %s, not at %s (%d) as generation_config.json does: programs that read only one of them differ."
            % (in_config, end, wanted),
            "Set eos_token_id of config.json to the same ids.",
        )
    findings.passed("turn-end", "A turn ends with %s (%d), and so does generation." % (end, wanted))


def _fix(tokens: Tokens, end: Optional[str]) -> str:
    number = tokens.ids.get(end or "")
    value = "the id of the token that ends a turn" if number is None else "%d (or a list with it)" % number
    return "Set eos_token_id in generation_config.json and config.json to %s." % value


def _padding(folder: Folder, findings: Findings, tokens: Tokens) -> None:
    pad, eos = tokens.special("pad_token"), tokens.special("eos_token")
    if pad is None:
        return findings.warn(
            "pad-token",
            "The tokenizer has no padding token: batches cannot be made.",
            "Set tokenizer.pad_token, to a token of its own if there is one.",
        )
    if tokens.ids and tokens.id_of("pad_token") is None:
        return findings.fail(
            "pad-token",
            "The padding token %s is not in the vocabulary." % pad,
            "Set tokenizer.pad_token to a token that is.",
        )
    generation = (folder.read("generation_config.json") or {}).get("pad_token_id")
    if isinstance(generation, int) and tokens.ids and generation != tokens.id_of("pad_token"):
        return findings.warn(
            "pad-token",
            "generation_config.json pads with %d, the tokenizer with %s (%s)."
            % (generation, pad, tokens.id_of("pad_token")),
            "Set pad_token_id to the tokenizer's.",
        )
    if pad == eos:
        return findings.warn(
            "pad-token",
            "The end token %s pads as well: a training that masks the padding would mask the ends, too." % pad,
            "See that the loss covers the ends; better, pad with a token of its own.",
        )
    findings.passed("pad-token", "Padded with %s." % pad)


def _vocabulary(folder: Folder, findings: Findings, tokens: Tokens, weights: Dict[str, Tensor]) -> None:
    inputs = embeddings(weights)
    stated = text_config(folder.read("config.json") or {}).get("vocab_size")
    if inputs is None or not inputs.shape:
        return findings.unchecked("vocabulary", "The input embeddings were not found.")
    rows = inputs.shape[0]
    resize = "Call model.resize_token_embeddings(len(tokenizer)) before training, and save both."
    if isinstance(stated, int) and stated != rows:
        findings.fail(
            "vocabulary",
            "config.json says %d tokens, the embeddings have %d rows." % (stated, rows),
            "Save the model again: config.json is of another one.",
        )
    elif tokens.ids and tokens.rows > rows:
        findings.fail(
            "vocabulary",
            "The tokenizer has %d tokens, the embeddings only %d rows: some tokens crash the model."
            % (tokens.rows, rows),
            resize,
        )
    elif not tokens.ids:
        findings.unchecked("vocabulary", "The tokenizer's vocabulary is not in tokenizer.json.")
    else:
        findings.passed("vocabulary", "%d tokens, %d rows of embeddings." % (tokens.rows, rows))


def _generation(folder: Folder, findings: Findings) -> None:
    generation = folder.read("generation_config.json")
    sampling = {
        name: (generation or {}).get(name) for name in ("do_sample", "temperature", "top_p", "top_k", "max_new_tokens")
    }
    findings.facts["sampling"] = sampling
    told = ", ".join("%s %s" % (name, json.dumps(value)) for name, value in sampling.items() if value is not None)
    defaults = "transformers then takes the likeliest token, vLLM samples at temperature 1"
    if generation is None:
        findings.warn(
            "generation-config",
            "There is no generation_config.json: %s." % defaults,
            "Save one: model.generation_config.save_pretrained(FOLDER).",
        )
    elif sampling["do_sample"] is True and sampling["temperature"] == 0:
        findings.fail(
            "generation-config",
            "It samples at temperature 0, which transformers refuses.",
            "Set do_sample to false, or a temperature above 0.",
        )
    elif sampling["temperature"] is not None and not sampling["do_sample"]:
        findings.warn(
            "generation-config",
            "%s without do_sample: transformers passes over it, vLLM does not, so that scores differ." % told,
            "Set do_sample to true, or remove the sampling settings.",
        )
    elif isinstance(generation.get("max_length"), int) and generation["max_length"] <= 64:
        findings.warn(
            "generation-config",
            "max_length is %d: prompt and answer together are cut there." % generation["max_length"],
            "Remove max_length.",
        )
    else:
        findings.passed("generation-config", told + "." if told else "No sampling is set: %s." % defaults)
