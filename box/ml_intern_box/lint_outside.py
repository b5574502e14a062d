"""What a script reaches beyond its job: network, secrets, other programs, code from elsewhere, evaluation files."""

from __future__ import annotations

import ast
import re
from typing import Any, Dict, Iterable, Optional

from .lint_calls import Calls, last
from .lint_found import Findings
from .lint_model import BaseModel
from .lint_tree import Script
from .lint_values import UNKNOWN, Values

_CLIENTS = (
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "ftplib",
    "smtplib",
    "paramiko",
    "boto3",
)
_CLIENTS += (
    "websocket",
    "websockets",
    "socket.socket",
    "socket.create_connection",
    "xmlrpc",
    "telnetlib",
    "openai",
    "anthropic",
)
_HUB = (
    "hf_hub_download",
    "snapshot_download",
    "HfApi",
    "upload_file",
    "upload_folder",
    "create_repo",
    "create_commit",
    "whoami",
)
_LOGINS = ("login", "notebook_login", "get_token", "HfFolder")
_TRACKERS = ("wandb", "trackio", "mlflow", "comet_ml", "neptune", "clearml", "swanlab", "dagshub")
_SENDING = _TRACKERS + ("azure_ml", "codecarbon", "dvclive", "flyte", "comet", "swanlab")
_PROGRAMS = (
    "os.system",
    "os.popen",
    "pty.spawn",
    "os.fork",
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
)
_FORMATS = (
    "json",
    "csv",
    "parquet",
    "text",
    "arrow",
    "pandas",
    "imagefolder",
    "audiofolder",
    "webdataset",
    "xml",
    "generator",
    "sql",
)
_DO_WITHOUT = "Do without it: what a job needs from outside is approved beforehand and lies on the box."


class Outside:
    def __init__(self, script: Script, values: Values, calls: Calls, facts: Dict[str, Any]) -> None:
        self.script, self.values, self.calls, self.facts = script, values, calls, facts
        self.launch = bool(facts.get("launch"))

    def check(self, findings: Findings) -> None:
        for node in self.script.of_kind(ast.Call):
            name = self.script.dotted(node.func) or ""
            self._clients(node, name, findings)
            self._programs(node, name, findings)
            self._trackers(node, name, findings)
            self._loading(node, name, findings)
            self._code(node, name, findings)
            self._pushes(node, findings)
        self._imports(findings)
        self._evaluation_files(findings, self.facts.get("protected") or ())

    def _clients(self, node: ast.Call, name: str, findings: Findings) -> None:
        if any(name == each or name.startswith(each + ".") for each in _CLIENTS):
            findings.error("network", node, "%s reaches the network." % name, _DO_WITHOUT)
        if name.startswith("huggingface_hub.") and last(name) in _HUB:
            findings.error("network", node, "%s reaches the Hub." % last(name), _DO_WITHOUT)
        if name.startswith("huggingface_hub.") and (last(name) in _LOGINS or ".HfFolder." in name):
            findings.error(
                "secrets",
                node,
                "%s asks for a Hub token." % last(name),
                "Leave it out: a job is given no token to use.",
            )

    def _pushes(self, node: ast.Call, findings: Findings) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "push_to_hub":
            # Where a setting decides, `push_to_hub=True` itself is what is refused.
            add = findings.warn if self.script.is_conditional(node) else findings.error
            fix = "Save to ../artifacts; a person ships what is good."
            add("network", node, "push_to_hub publishes on the Hub.", fix)
        for each in node.keywords:
            value = self.values.of(each.value)
            if each.arg == "push_to_hub" and value is True:
                findings.error(
                    "network",
                    each.value,
                    "push_to_hub=True publishes on the Hub.",
                    "Leave it out: a person ships what is good.",
                )
            if each.arg == "report_to":
                self._report(each.value, value, findings)
        for call in self.calls.all:
            if call.node is node and "report_to" in call.keywords:
                self._report(call.keywords["report_to"].at, self.calls.value(call, "report_to"), findings)

    def _report(self, at: ast.AST, value: Any, findings: Findings) -> None:
        values = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
        sending = [each for each in values if each.lower() in _SENDING]
        if sending:
            findings.error(
                "network",
                at,
                "report_to=%r sends the run to a service." % sending[0],
                'Use report_to="none": ReportCallback shows the metrics.',
            )
        elif "all" in values:
            findings.warn(
                "network", at, 'report_to="all" uses every tracker that is installed.', 'Use report_to="none".'
            )

    def _trackers(self, node: ast.Call, name: str, findings: Findings) -> None:
        if name.split(".")[0] not in _TRACKERS or last(name) not in (
            "init",
            "login",
            "start_run",
            "Experiment",
            "init_run",
            "Task",
        ):
            return
        mode = next((self.values.of(each.value) for each in node.keywords if each.arg == "mode"), UNKNOWN)
        if mode not in ("offline", "disabled"):
            findings.error(
                "network",
                node,
                "%s sends the run to a service." % name,
                "Leave it out: ReportCallback shows the metrics.",
            )

    def _programs(self, node: ast.Call, name: str, findings: Findings) -> None:
        started = name.startswith("subprocess.") and name != "subprocess.CompletedProcess"
        if not started and name not in _PROGRAMS and not re.match(r"os\.(exec|spawn|posix_spawn)[a-z]*$", name):
            return
        value = self.values.of(node.args[0]) if node.args else UNKNOWN
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first.split(" ")[0] in ("nvidia-smi", "git", "hostname"):
            findings.warn(
                "subprocess", node, "%s starts %s." % (name, first.split(" ")[0]), "The report has this already."
            )
        else:
            findings.error(
                "subprocess", node, "%s starts another program." % name, "Do it in Python, within the script."
            )

    def _code(self, node: ast.Call, name: str, findings: Findings) -> None:
        if name in ("builtins.eval", "builtins.exec"):
            findings.error(
                "eval-exec",
                node,
                "%s runs text as code." % last(name),
                "Use ast.literal_eval or json.loads for values.",
            )
        for each in node.keywords:
            if each.arg == "trust_remote_code" and self.values.of(each.value) is True:
                self._remote_code(each.value, name, findings)

    def _remote_code(self, at: ast.AST, name: str, findings: Findings) -> None:
        model: Optional[BaseModel] = self.facts.get("model")
        if last(name) == "load_dataset":
            findings.warn("remote-code", at, "load_dataset ignores trust_remote_code.", "Leave it out.")
        elif model is not None and not model.has_code:
            findings.warn(
                "remote-code", at, "trust_remote_code=True: the base model has no code of its own.", "Leave it out."
            )
        else:
            fix = "Leave it out; where the model needs it, a person must allow it."
            findings.error("remote-code", at, "trust_remote_code=True runs code that comes with the model.", fix)

    def _loading(self, node: ast.Call, name: str, findings: Findings) -> None:
        """Data and models that a script takes from the Hub by itself."""
        value = self.values.of(node.args[0]) if node.args else UNKNOWN
        if (
            not isinstance(value, str)
            or value.startswith((".", "/", "~"))
            or not name.startswith(("datasets.", "transformers.", "peft."))
        ):
            return
        add = findings.error if self.launch else findings.warn
        if (
            last(name) == "load_dataset"
            and value not in _FORMATS
            and not value.endswith((".json", ".jsonl", ".csv", ".parquet"))
        ):
            what = (
                "Loads the dataset %s from the Hub: only rows of the approved recipe may be trained on." % value[:80]
            )
            add("network", node, what, 'Put it into the recipe and read config["data"].')
        if last(name) == "from_pretrained" and re.fullmatch(r"[\w.-]+/[\w.-]+", value):
            add(
                "network", node, "Loads %s from the Hub." % value[:80], 'Use config["base_model"]: it lies on the box.'
            )

    def _imports(self, findings: Findings) -> None:
        for node in self.script.of_kind(ast.Import, ast.ImportFrom):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for name in names:
                if name in _CLIENTS and "." not in name and not self.script.is_guarded(node):
                    findings.warn("network", node, "Imports %s, which reaches the network." % name, _DO_WITHOUT)

    def _evaluation_files(self, findings: Findings, protected: Iterable[str]) -> None:
        names = [each.lower() for each in protected if isinstance(each, str) and len(each) > 3]
        for node in self.script.of_kind(ast.Constant):
            text = node.value.lower() if isinstance(node.value, str) and len(node.value) < 500 else ""
            # A sentence, e.g. the script's own description; the job's own rows, whatever the benchmark is called.
            if " " in text.strip() or text.endswith("data/train.jsonl") or "artifacts/" in text:
                continue
            named = next((each for each in names if re.search(r"(^|[/\\])%s($|[/\\:])" % re.escape(each), text)), None)
            if named is not None:
                what = "Names %s, which the model is evaluated on." % named[:100]
                findings.error("evaluation-files", node, what, "Leave it out: training may not touch the evaluation.")
