"""What a training script gets wrong without an error: template, end of text, loss mask, truncation, saving."""

from __future__ import annotations

import ast
from typing import Any, Dict, FrozenSet, List, Optional

from .lint_arguments import Installed
from .lint_calls import Call, Calls, last
from .lint_columns import Columns
from .lint_found import Findings
from .lint_model import BaseModel
from .lint_tree import Script
from .lint_values import UNKNOWN

_SETS_TEMPLATE = ("clone_chat_template", "setup_chat_format", "get_training_chat_template")
_SAVES = ("save_model", "save_pretrained", "save_state_dict", "push_to_hub", "save_to_disk")


class Training:
    def __init__(
        self, script: Script, calls: Calls, columns: Columns, installed: Installed, facts: Dict[str, Any]
    ) -> None:
        self.script, self.calls, self.columns, self.installed, self.facts = script, calls, columns, installed, facts
        self.model: Optional[BaseModel] = facts.get("model")

    def check(self, findings: Findings) -> None:
        for call in self.calls.of("SFTTrainer"):
            args = self.calls.at(self.calls.argument(call, "args", 1))
            rows = self.columns.of(self.calls.argument(call, "train_dataset", 3))
            self._mask(args, rows.columns if rows else frozenset(), findings)
            self._template(call, args, rows.columns if rows else frozenset(), findings)
        for args in self.calls.of("SFTConfig"):
            self._text_field(args, findings)
        for args in self.calls.all:
            if args.name.startswith(("trl.", "transformers.")) and last(args.name).endswith(("Config", "Arguments")):
                self._settings(args, findings)
        self._end_of_text(findings)
        self._saving(findings)

    def _mask(self, args: Optional[Call], columns: FrozenSet[str], findings: Findings) -> None:
        if args is None or not columns:
            return
        completion, assistant = (
            self.calls.value(args, "completion_only_loss"),
            self.calls.value(args, "assistant_only_loss"),
        )
        if completion is True and "messages" in columns:
            what = "completion_only_loss does nothing on rows with messages: the loss is on the whole conversation."
            findings.error(
                "loss-mask", args.keywords["completion_only_loss"].at, what, "Use assistant_only_loss=True."
            )
        if completion is True and columns == {"text"}:
            what = "completion_only_loss needs rows with prompt and completion; these have text only."
            findings.error(
                "loss-mask", args.keywords["completion_only_loss"].at, what, "Map the rows to prompt and completion."
            )
        if assistant is True and "messages" not in columns:
            what = "assistant_only_loss needs rows with messages; these have %s." % ", ".join(sorted(columns))
            findings.error(
                "loss-mask", args.keywords["assistant_only_loss"].at, what, "Use completion_only_loss=True."
            )

    def _template(self, call: Call, args: Optional[Call], columns: FrozenSet[str], findings: Findings) -> None:
        own = self._sets_template(args)
        if self.model is None or own:
            return
        template = self.model.template
        if "messages" in columns and template is None:
            what = "The rows are messages, but the base model has no chat template."
            fix = "Set tokenizer.chat_template (or chat_template_path), or map the rows to prompt and completion."
            findings.error("template", call.node, what, fix)
        if args is None:
            return
        eos = self.calls.value(args, "eos_token")
        at = args.keywords["eos_token"].at if "eos_token" in args.keywords else None
        if isinstance(eos, str) and self.model.vocabulary is not None and eos not in self.model.vocabulary:
            what = "eos_token %r is not in the base model's vocabulary." % eos
            findings.error("template", at, what, "Use %r, the model's own." % self.model.eos)
        elif isinstance(eos, str) and template is not None and "messages" in columns:
            if eos not in template and not ("eos_token" in template and eos == self.model.eos):
                what = (
                    "eos_token %r does not end a turn of the base model's chat template: answers would not stop." % eos
                )
                findings.error("template", at, what, "Use the token that the template puts after an answer.")
        if self.calls.value(args, "assistant_only_loss") is True and template is not None:
            self._marked(template, args.keywords["assistant_only_loss"].at, findings)

    def _marked(self, template: str, at: ast.AST, findings: Findings) -> None:
        known = self.facts.get("templates") or frozenset()
        if "generation" in template and "endgeneration" in template or template in known:
            return
        what = "assistant_only_loss needs a chat template with {% generation %} marks; the base model's has none"
        what += ", and TRL does not know it." if known else "."
        fix = "Use a template with the marks (chat_template_path), or prompt and completion with completion_only_loss."
        (findings.error if known else findings.warn)("template", at, what, fix)

    def _sets_template(self, args: Optional[Call]) -> bool:
        if args is not None and (args.open or "chat_template_path" in args.keywords):
            return True
        assigned = (each for node in self.script.of_kind(ast.Assign) for each in node.targets)
        if any(isinstance(each, ast.Attribute) and each.attr == "chat_template" for each in assigned):
            return True
        words = {getattr(each.func, "attr", getattr(each.func, "id", "")) for each in self.script.of_kind(ast.Call)}
        return bool(words & set(_SETS_TEMPLATE))

    def _text_field(self, args: Call, findings: Findings) -> None:
        """TRL adds the end-of-text token to the column `text` only, whichever column it trains on."""
        field = self.calls.value(args, "dataset_text_field")
        if not isinstance(field, str) or field in ("text", "messages", "prompt") or self._mentions_eos():
            return
        what = "dataset_text_field=%r: TRL adds the end-of-text token to a column called text only." % field
        fix = 'Rename the column to text (rows.rename_column("%s", "text")) and leave dataset_text_field out.' % field
        (findings.warn if args.soft else findings.error)(
            "missing-eos", args.keywords["dataset_text_field"].at, what, fix
        )

    def _mentions_eos(self) -> bool:
        """Whether the script adds the token to some text itself."""
        for node in self.script.of_kind(ast.Attribute, ast.Name):
            name = getattr(node, "attr", None) or getattr(node, "id", "")
            above = self.script.parents.get(node)
            if "eos" in name.lower() and isinstance(above, (ast.BinOp, ast.FormattedValue, ast.List, ast.Call)):
                return True
        return any("<|endoftext|>" in node.value or "<|im_end|>" in node.value or "</s>" in node.value
                   for node in self.script.of_kind(ast.Constant) if isinstance(node.value, str))  # fmt: skip

    def _settings(self, args: Call, findings: Findings) -> None:
        """Settings that exclude each other, or the machine."""
        value = lambda key: self.calls.value(args, key)  # noqa: E731
        if value("bf16") is True and value("fp16") is True:
            findings.error(
                "bad-value", args.keywords["fp16"].at, "bf16 and fp16 are both True.", "Choose one, usually bf16."
            )
        if value("load_best_model_at_end") is True and not args.open:
            if value("eval_strategy") == "no" or "eval_strategy" not in args.keywords:
                what = "load_best_model_at_end needs an eval_strategy other than no."
                findings.error(
                    "bad-value",
                    args.keywords["load_best_model_at_end"].at,
                    what,
                    "Set eval_strategy, or leave it out.",
                )
        if self.facts.get("gpus") == 0 and not args.open and value("use_cpu") is not True:
            self._on_cpu(args, value("bf16"), value("use_cpu"), findings)

    def _on_cpu(self, args: Call, bf16: Any, use_cpu: Any, findings: Findings) -> None:
        if "use_cpu" in args.keywords and use_cpu is UNKNOWN:
            return
        known = self.installed.keywords(args.name)
        bare = (
            args.name.startswith("trl.") and not {"bf16", "fp16"} & set(args.keywords) and {"bf16", "use_cpu"} <= known
        )
        if bf16 is not True and not bare:
            return
        what = "The box has no GPU, and %s sets bf16%s." % (
            last(args.name),
            "" if bf16 is True else " where nothing is said",
        )
        at = args.keywords["bf16"].at if bf16 is True else args.node
        findings.error("bf16-on-cpu", at, what, "Set bf16=False and use_cpu=True on a box without a GPU.")

    def _end_of_text(self, findings: Findings) -> None:
        if self.model is not None and self.model.adds_eos or self._mentions_eos():
            return
        pads = [node for node in self.script.of_kind(ast.Assign) if _is_pad_as_eos(node)]
        for call in self.calls.of("DataCollatorForLanguageModeling"):
            if self.calls.value(call, "mlm") is False and pads and call.name.startswith("transformers"):
                what = "Padding is the end-of-text token, and no padding is trained on: the end is never learned."
                findings.warn(
                    "missing-eos",
                    call.node,
                    what,
                    "Give the tokenizer another padding token, or make the labels yourself.",
                )
        for call in self.calls.of("Trainer"):
            rows = self.calls.argument(call, "train_dataset", 3)
            if call.name.startswith("transformers") and rows is not None and self._tokenises():
                what = "Rows are tokenised by the script, and nothing puts the end-of-text token behind them."
                findings.warn(
                    "missing-eos", call.node, what, "Add tokenizer.eos_token to the text before it is tokenised."
                )

    def _tokenises(self) -> bool:
        return any("tokenizer" in getattr(each.func, "id", "") for each in self.script.of_kind(ast.Call))

    def _saving(self, findings: Findings) -> None:
        attributes = {each.attr for each in self.script.of_kind(ast.Attribute)}
        names = {self.script.dotted(each.func) for each in self.script.of_kind(ast.Call)}
        saves = attributes & set(_SAVES) or names & {
            "torch.save",
            "safetensors.torch.save_file",
            "safetensors.torch.save_model",
        }
        trains = [each for each in self.script.of_kind(ast.Call) if getattr(each.func, "attr", "") == "train"
                  and not isinstance(self.script.parents.get(each), ast.Attribute)
                  and isinstance(self.script.parents.get(each), (ast.Expr, ast.Assign))
                  and (self.calls.type_of(each.func.value) or "").endswith("Trainer")]  # fmt: skip
        if saves or not trains:
            return
        never = any(self.calls.value(each, "save_strategy") == "no" for each in self.calls.all)
        blocks = never or bool(self.facts.get("launch"))
        what = "The trained model is never saved" + (
            "." if never else " as a model folder: there are checkpoints only."
        )
        (findings.error if blocks else findings.warn)(
            "no-save", trains[0], what, "Call trainer.save_model(output) after training, and save the tokenizer there."
        )


def _is_pad_as_eos(node: ast.Assign) -> bool:
    target: List[str] = [each.attr for each in node.targets if isinstance(each, ast.Attribute)]
    return "pad_token" in target and isinstance(node.value, ast.Attribute) and node.value.attr == "eos_token"
