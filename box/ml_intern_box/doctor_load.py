"""The doctor's full check, in an environment with transformers: the model loads, its template renders, its answers end.

Usage: python -m ml_intern_box.doctor_load ORDER   (JSON {model, prompts?, maxTokens?, engine: "transformers"|"vllm"})
Prints {checks: [...], facts: {...}} as its last line.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any, Dict, List, Optional

from ml_intern_box.doctor_findings import Findings, ids_of

PROMPTS = [
    "What is the capital of France?",
    "Write one sentence about the sea.",
    "How much is 12 and 30?",
    "Name three colours.",
]
TEXTS = ["Hello, world!", "x = 3 * (4 + 5)", "naïve café, 42 €", "  two  spaces\nand a line"]
MOST_TOKENS = 128
REPEATED = 0.6
"""An answer of which more than this share of 4-grams came before is going round in circles."""


def look(order: Dict[str, Any], findings: Findings) -> None:
    tokenizer = _tokenizer(order, findings)
    model = _model(order, findings)
    if tokenizer is None:
        return
    end = _template(tokenizer, findings)
    if model is not None:
        _end_ids(tokenizer, model, end, findings)
        _answers(order, tokenizer, model, findings)


def _tokenizer(order: Dict[str, Any], findings: Findings) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(order["model"], local_files_only=True)
        again = [tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True) for text in TEXTS]
        twice = [tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True) for text in again]
    except Exception as error:
        findings.fail(
            "tokenizer",
            "The tokenizer does not load: %s" % _line(error),
            "Save the base model's tokenizer with the model.",
        )
        return None
    unknown = [tokenizer(text)["input_ids"].count(tokenizer.unk_token_id) for text in TEXTS]
    if again == TEXTS:
        findings.passed("tokenizer", "It loads, and what it takes apart comes back as it was.")
    elif again != twice:
        # A vocabulary of whole words drops what it does not know: a property of the base model, which its score has met already.
        findings.warn(
            "tokenizer",
            "Taken apart and put together twice, %r becomes %r." % (again[0], twice[0]),
            "Compare it with the base model's tokenizer: the same files belong beside the model.",
        )
    else:
        lost = (
            "%d unknown tokens" % sum(unknown)
            if tokenizer.unk_token_id is not None and sum(unknown)
            else "another spelling"
        )
        findings.passed("tokenizer", "It loads; some texts come back changed (%s)." % lost)
    return tokenizer


def _model(order: Dict[str, Any], findings: Findings) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    gpu = torch.cuda.is_available()
    try:
        model, info = AutoModelForCausalLM.from_pretrained(
            order["model"], local_files_only=True, dtype="auto", output_loading_info=True
        )
        model.to("cuda" if gpu else "cpu").eval()
    except Exception as error:
        findings.fail(
            "load",
            "transformers cannot load it: %s" % _line(error),
            "Mend what the other checks found, or save the model again.",
        )
        return None
    missing, extra = sorted(info.get("missing_keys") or []), sorted(info.get("unexpected_keys") or [])
    if missing:
        findings.fail(
            "load",
            "%d tensors are missing and would be random, e.g. %s." % (len(missing), missing[0]),
            "Save the whole model: model.save_pretrained(FOLDER).",
        )
    elif info.get("mismatched_keys"):
        findings.fail(
            "load",
            "Tensors have other shapes than config.json says, e.g. %s."
            % (sorted(map(str, info["mismatched_keys"]))[0],),
            "config.json is of another model: save both together.",
        )
    elif extra:
        findings.warn(
            "load",
            "It loads, and %d tensors are of no use to it, e.g. %s." % (len(extra), extra[0]),
            "Save the model with model.save_pretrained(FOLDER).",
        )
    else:
        findings.passed(
            "load",
            "It loads in transformers on the %s, nothing missing, nothing left over." % ("GPU" if gpu else "CPU"),
        )
    return model


def _template(tokenizer: Any, findings: Findings) -> Optional[str]:
    """What ends the assistant's turn, rendered; the EOS token where there is no template."""
    if tokenizer.chat_template is None:
        return tokenizer.eos_token
    question = {"role": "user", "content": "Question?"}
    mark = "Zorblick"
    try:
        asked = tokenizer.apply_chat_template([question], tokenize=False, add_generation_prompt=True)
        plain = tokenizer.apply_chat_template([question], tokenize=False)
        whole = tokenizer.apply_chat_template([question, {"role": "assistant", "content": mark}], tokenize=False)
    except Exception as error:
        findings.fail(
            "chat-template",
            "The chat template does not render a question and an answer: %s" % _line(error),
            "Put the template of the training back.",
        )
        return None
    if "Question?" not in asked or mark not in whole:
        findings.fail(
            "chat-template", "The chat template leaves out what was said.", "Put the template of the training back."
        )
    elif asked == plain:
        findings.warn(
            "chat-template",
            "add_generation_prompt changes nothing: the model must begin its turn itself.",
            "Let the template announce the assistant's turn when it is asked to.",
        )
    else:
        findings.settle("chat-template", "It renders questions and answers.")
    return whole.split(mark)[-1].strip().split("\n")[0].strip() or None


def _end_ids(tokenizer: Any, model: Any, end: Optional[str], findings: Findings) -> None:
    """Where the template's text alone did not tell what ends a turn, or told it wrongly: as it is rendered."""
    if end is None:
        return
    ids = tokenizer(end, add_special_tokens=False)["input_ids"]
    ends = ids_of(model.generation_config.eos_token_id)
    name = "turn-end-rendered"
    if not ids or ids[0] in ends:
        return findings.passed(name, "A rendered turn ends with %s, at which generation stops." % end)
    findings.fail(
        name,
        "A rendered turn ends with %s (%s), and generation stops only at %s: answers go on without end."
        % (end, ids[0], ends),
        "Set eos_token_id in generation_config.json and config.json to %s (or a list with it)." % ids[0],
    )


def _answers(order: Dict[str, Any], tokenizer: Any, model: Any, findings: Findings) -> None:
    import torch

    own = order.get("prompts")
    prompts, limit = own or PROMPTS, int(order.get("maxTokens") or MOST_TOKENS)
    ends = set(ids_of(model.generation_config.eos_token_id))
    stopped, circles, samples = 0, 0, []
    for prompt in prompts:
        text = (
            prompt
            if tokenizer.chat_template is None
            else tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
            )
        )
        given = tokenizer(
            text, return_tensors="pt", add_special_tokens=tokenizer.chat_template is None, return_token_type_ids=False
        ).to(model.device)
        torch.manual_seed(0)
        with torch.no_grad():
            made = model.generate(**given, max_new_tokens=limit, do_sample=False)[0][
                given["input_ids"].shape[1] :
            ].tolist()
        stopped += bool(ends & set(made))
        circles += is_degenerate([each for each in made if each not in ends])
        samples.append(
            {
                "prompt": prompt[:200],
                "answer": tokenizer.decode(made, skip_special_tokens=True)[:400],
                "tokens": len(made),
            }
        )
    findings.facts["samples"] = samples
    of = "%d of %d" % (stopped, len(prompts))
    learn = "See that the training keeps the end token in the loss and in generation_config.json's eos_token_id."
    if stopped == len(prompts):
        findings.passed("stops", "All %d sample answers end within %d tokens." % (len(prompts), limit))
    elif stopped == 0 and (own or tokenizer.chat_template is not None):
        findings.fail("stops", "None of %d sample answers ends within %d tokens." % (len(prompts), limit), learn)
    else:
        findings.warn("stops", "%s sample answers end within %d tokens." % (of, limit), learn)
    if circles:
        say = findings.fail if circles == len(prompts) and stopped == 0 else findings.warn
        say(
            "repetition",
            "%d of %d sample answers go round in circles." % (circles, len(prompts)),
            "Train less long or with a lower rate, on answers that differ; check the ends.",
        )
    else:
        findings.passed("repetition", "No sample answer goes round in circles.")


def is_degenerate(ids: List[int]) -> bool:
    grams = [tuple(ids[at : at + 4]) for at in range(len(ids) - 3)]
    return len(grams) >= 12 and 1 - len(set(grams)) / len(grams) > REPEATED


def look_in_vllm(order: Dict[str, Any], findings: Findings) -> None:
    try:
        from vllm import LLM, SamplingParams

        engine = LLM(model=order["model"], max_model_len=2048, gpu_memory_utilization=0.6, enforce_eager=True, seed=0)
        answers = engine.generate(order.get("prompts") or PROMPTS, SamplingParams(temperature=0.0, max_tokens=32))
        findings.passed("vllm", "It loads in vLLM and answers %d prompts." % len(answers))
    except Exception as error:
        findings.fail(
            "vllm",
            "vLLM cannot load it: %s" % _line(error),
            "Compare config.json with the base model's, and look at what the other checks found.",
        )


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def main() -> int:
    order, findings = json.loads(sys.argv[1]), Findings()
    with contextlib.redirect_stdout(sys.stderr):
        (look_in_vllm if order.get("engine") == "vllm" else look)(order, findings)
    print(json.dumps({"checks": findings.checks, "facts": findings.facts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
