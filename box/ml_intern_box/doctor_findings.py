"""What the doctor says: checks with a name, a result, what was found, and the fix in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional

PASS, WARN, FAIL, UNCHECKED = "pass", "warn", "fail", "not-checked"


class Findings:
    def __init__(self) -> None:
        self.checks: List[Dict[str, str]] = []
        self.facts: Dict[str, Any] = {}

    def add(self, name: str, result: str, message: str, fix: str = "") -> None:
        self.checks.append({"name": name, "result": result, "message": message, "fix": fix})

    def passed(self, name: str, message: str) -> None:
        self.add(name, PASS, message)

    def warn(self, name: str, message: str, fix: str) -> None:
        self.add(name, WARN, message, fix)

    def fail(self, name: str, message: str, fix: str) -> None:
        self.add(name, FAIL, message, fix)

    def unchecked(self, name: str, message: str, fix: str = "") -> None:
        self.add(name, UNCHECKED, message, fix)

    def settle(self, name: str, message: str) -> None:
        """Passes the check where nothing was found."""
        if not any(check["name"] == name for check in self.checks):
            self.passed(name, message)

    @property
    def ok(self) -> bool:
        return all(check["result"] != FAIL for check in self.checks)

    def as_json(self) -> Dict[str, Any]:
        return {"ok": self.ok, "checks": self.checks, "facts": self.facts}


class Folder:
    """A model's folder and its JSON files, each read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken: Dict[str, str] = {}
        self._read: Dict[str, Any] = {}

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def read(self, name: str) -> Optional[Dict[str, Any]]:
        """None where it is missing or no JSON object; `broken` then says why."""
        if name not in self._read:
            self._read[name] = self._parse(name) if self.has(name) else None
        found: Optional[Dict[str, Any]] = self._read[name]
        return found

    def text(self, name: str) -> Optional[str]:
        try:
            return (self.path / name).read_text(encoding="utf-8") if self.has(name) else None
        except (OSError, UnicodeDecodeError) as error:
            self.broken[name] = str(error)
            return None

    def _parse(self, name: str) -> Optional[Dict[str, Any]]:
        try:
            value = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            self.broken[name] = str(error)
            return None
        if isinstance(value, dict):
            return value
        self.broken[name] = "it is no JSON object"
        return None


def ids_of(value: Any) -> List[int]:
    """An `eos_token_id`: one number, several, or none."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int):
        return [value]
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def text_config(config: Dict[str, Any]) -> Dict[str, Any]:
    """Of the language model inside, where a model also sees or hears."""
    for name in ("text_config", "llm_config", "language_config"):
        if isinstance(config.get(name), dict):
            return dict(config, **config[name])
    return config
