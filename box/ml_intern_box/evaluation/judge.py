"""A model behind an endpoint that speaks OpenAI's chat completions, asked for a verdict as JSON.

Its key comes from ML_INTERN_JUDGE_KEY alone: it is in no file, argument or result. It is sent to no address but the one
in ML_INTERN_JUDGE_URL: a benchmark's settings may come from a stranger, and must not choose where a key goes.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, Dict, NamedTuple, Optional

from .pace import Pace

ATTEMPTS = 4
"""Replies that are asked for until a verdict can be read in one."""
_CALLS = 7
"""Calls until the endpoint gives a reply at all: with the pauses, a busy one is waited for about two minutes."""
_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_LONGEST_WAIT = 60.0


class JudgeRefused(Exception):
    """It does not answer however often it is asked: a wrong key, no such model, nobody there."""


class Verdict(NamedTuple):
    value: Optional[Dict[str, Any]]
    """None when the judge replied, but with nothing that could be read."""
    attempts: int


def ask(settings: Dict[str, Any], prompt: str, wanted: str, pace: Pace) -> Verdict:
    """`wanted` is the key that the verdict must have. A reply without it is asked for again."""
    for attempt in range(1, ATTEMPTS + 1):
        verdict = _read(_patiently(settings, prompt, pace), wanted)
        if verdict is not None:
            return Verdict(verdict, attempt)
    return Verdict(None, ATTEMPTS)


def try_out(settings: Dict[str, Any]) -> None:
    """Before hours are spent on answers that nobody would judge. Raises JudgeRefused."""
    _patiently(settings, 'Answer with the JSON object {"ready": true} and nothing else.', Pace())


def _patiently(settings: Dict[str, Any], prompt: str, pace: Pace) -> str:
    """A reply of an endpoint that may be busy. One that never replies says nothing about the answer, so it is no verdict."""
    why = ""
    for call in range(1, _CALLS + 1):
        asked = None
        try:
            with pace.turn() as number:
                reply = _reply(settings, prompt)
            pace.went_well()
            return reply
        except urllib.error.HTTPError as error:
            why = f"the judge {settings['model']} answered {error.code} ({error.reason})"
            if error.code not in _AGAIN:
                break
            pace.was_busy(number)
            wait = error.headers.get("Retry-After", "")
            asked = float(wait) if wait.isdigit() else None
        except (OSError, HTTPException, ValueError) as error:
            pace.was_busy(number)
            why = f"the judge {settings['model']} could not be reached at {settings['url']} ({getattr(error, 'reason', error)})"
        if call < _CALLS:
            time.sleep(min(_LONGEST_WAIT, asked if asked is not None else settings.get("pause", 1.0) * 2**call))
    raise JudgeRefused(why)


def _reply(settings: Dict[str, Any], prompt: str) -> str:
    body: Dict[str, Any] = {"model": settings["model"], "messages": [{"role": "user", "content": prompt}]}
    for name, key in (("temperature", "temperature"), ("max_tokens", "maxTokens"), ("seed", "seed")):
        if settings.get(key) is not None:
            body[name] = settings[key]
    headers = {"Content-Type": "application/json"}
    key = os.environ.get("ML_INTERN_JUDGE_KEY")
    if key and os.environ.get("ML_INTERN_JUDGE_URL", "").rstrip("/") == settings["url"].rstrip("/"):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(settings["url"].rstrip("/") + "/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=settings.get("seconds") or 120) as response:
        answer = json.load(response)
    try:
        return answer["choices"][0]["message"]["content"] or ""
    except (KeyError, IndexError, TypeError):
        raise ValueError("not a chat completion") from None


def _read(reply: str, wanted: str) -> Optional[Dict[str, Any]]:
    """The last JSON object in the reply that has the key."""
    for text in [reply, *reversed(re.findall(r"\{[^{}]*\}", reply, re.S))]:
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if isinstance(value, dict) and wanted in value:
            return value
    return None
