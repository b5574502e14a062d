"""Answers graded by a judge: against criteria with points, or against another answer.

Criteria: the points of those that are met, over the sum of the positive ones, clipped to 0..1 (as HealthBench scores,
arXiv 2505.08775). Pairs: each pair is judged twice with the answers' places changed, against the judge's liking for
a place (Zheng et al., arXiv 2306.05685); a win is 1, a tie 0.5. A verdict that cannot be read leaves the answer
without a grade: it is never a silent 0. A judge that does not reply ends the evaluation.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List, Optional

from . import judge
from .grading import Benchmark, Grade, Item
from .pace import Pace

CRITERION_PROMPT = """You grade one reply in a conversation against one criterion.

Conversation:
{conversation}

Reply to grade:
{reply}

Criterion: {criterion}

Is what the criterion describes true of the reply? A criterion may describe something bad: then say true if the reply
does that bad thing. When it lists several things, all must hold unless it says otherwise.
Answer with one JSON object and nothing else: {"explanation": "one sentence", "met": true or false}"""

PAIR_PROMPT = """You compare two replies to the same request. Judge how well each does what was asked; neither length nor
order should count.

Request:
{conversation}

Reply A:
{first}

Reply B:
{second}

Answer with one JSON object and nothing else: {"explanation": "one sentence", "better": "A", "B" or "tie"}"""

_PASS = 0.5


def grade_all(items: List[Item], generations: List[str], benchmark: Benchmark, progress: Callable[[str], None]) -> List[Grade]:
    """Raises JudgeRefused when the judge refuses to work at all."""
    done, lock, pace = [0], threading.Lock(), Pace()

    def one(pair: Any) -> Grade:
        result = grade(pair[0], pair[1], benchmark, pace)
        with lock:
            done[0] += 1
            if done[0] % 25 == 0 or done[0] == len(items):
                progress(f"{done[0]} of {len(items)} answers judged")
        return result

    with ThreadPoolExecutor(max_workers=max(1, min(pace.most, len(items)))) as pool:
        return list(pool.map(one, zip(items, generations)))


def grade(item: Item, generation: str, benchmark: Benchmark, pace: Optional[Pace] = None) -> Grade:
    answer = generation.strip()
    if not answer:
        return Grade(None, correct=False, valid=False, score=0.0)
    judged = _pair if item.get("against") is not None else _criteria
    findings = judged(item, answer, benchmark, pace or Pace())
    score = _share(findings)
    record = {"model": benchmark["judge"]["model"], "findings": findings}
    passed = score is not None and score >= benchmark.get("passScore", _PASS)
    return Grade(answer, correct=passed, valid=True, score=score, graded=score is not None, more={"judge": record})


def _criteria(item: Item, answer: str, benchmark: Benchmark, pace: Pace) -> List[Dict[str, Any]]:
    settings = benchmark["judge"]
    findings = []
    for each in item["rubric"]:
        words = {"conversation": conversation(item), "reply": answer, "criterion": each["criterion"]}
        verdict = judge.ask(settings, fill(settings.get("prompt") or CRITERION_PROMPT, words), "met", pace)
        met = verdict.value["met"] if verdict.value is not None and isinstance(verdict.value["met"], bool) else None
        findings.append({"criterion": each["criterion"], "points": each["points"], "met": met, "attempts": verdict.attempts})
    return findings


def _pair(item: Item, answer: str, benchmark: Benchmark, pace: Pace) -> List[Dict[str, Any]]:
    settings = benchmark["judge"]
    findings = []
    for ours, first, second in (("A", answer, item["against"]), ("B", item["against"], answer)):
        words = {"conversation": conversation(item), "first": first, "second": second}
        verdict = judge.ask(settings, fill(settings.get("prompt") or PAIR_PROMPT, words), "better", pace)
        better = str(verdict.value["better"]).upper() if verdict.value is not None else ""
        won = {ours: 1.0, "TIE": 0.5}.get(better, 0.0) if better in ("A", "B", "TIE") else None
        findings.append({"place": ours, "won": won, "attempts": verdict.attempts})
    return findings


def _share(findings: List[Dict[str, Any]]) -> Optional[float]:
    """None when any verdict could not be read: what is missing could go either way."""
    if any(each.get("met", each.get("won")) is None for each in findings):
        return None
    if "won" in findings[0]:
        return sum(each["won"] for each in findings) / len(findings)
    most = sum(each["points"] for each in findings if each["points"] > 0)
    return min(1.0, max(0.0, sum(each["points"] for each in findings if each["met"]) / most))


def conversation(item: Item) -> str:
    turns = item.get("messages") or [{"role": "user", "content": item["question"]}]
    return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)


def fill(prompt: str, words: Dict[str, str]) -> str:
    """Each place once and at once: a reply that holds `{criterion}` stays as it is."""
    parts = [prompt]
    for name, text in words.items():
        parts = [piece for part in parts for piece in (_around(part, f"{{{name}}}", text) if isinstance(part, str) else [part])]
    return "".join(part if isinstance(part, str) else part[0] for part in parts)


def _around(text: str, place: str, word: str) -> List[Any]:
    pieces: List[Any] = []
    for piece in text.split(place):
        pieces += [piece, (word,)]
    return pieces[:-1]
