"""Programs: what the model wrote is run with the item's tests; right when they all pass (pass@1, one program a sample).

Items are like HumanEval's: the question begins the program, `tests` checks it and, with `entryPoint`, defines
check(candidate). Method: Chen et al., Evaluating Large Language Models Trained on Code, arXiv 2107.03374.
"""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Callable, List, Optional

from . import sandbox
from .grading import Benchmark, Grade, Item

SECONDS = 10
MEMORY_MIB = 1024


def grade_all(items: List[Item], generations: List[str], benchmark: Benchmark, progress: Callable[[str], None]) -> List[Grade]:
    with ThreadPoolExecutor(max_workers=benchmark.get("concurrency") or cpu_count() or 1) as pool:
        return list(pool.map(lambda pair: grade(pair[0], pair[1], benchmark), zip(items, generations)))


def grade(item: Item, generation: str, benchmark: Benchmark) -> Grade:
    program = program_of(item, generation)
    if program is None:
        return Grade(None, correct=False, valid=False)
    # The last thing that the program prints when it gets there; not to be guessed by one that leaves early.
    word = secrets.token_hex(16)
    check = f"check({item['entryPoint']})\n" if item.get("entryPoint") else ""
    whole = f"{program}\n\n{item['tests']}\n\n{check}print({word!r})\n"
    ran = sandbox.run(whole, benchmark.get("seconds") or SECONDS, benchmark.get("memoryMiB") or MEMORY_MIB)
    passed = ran.code == 0 and word in ran.output
    said = "" if passed else "took too long" if ran.timed_out else ran.output[-500:]
    return Grade(program, correct=passed, valid=True, more={"output": said, "network": sandbox.network()})


def program_of(item: Item, generation: str) -> Optional[str]:
    """The last block of code that can be read, else the whole answer: as a program, or as what completes the question."""
    start = item["question"]
    blocks = re.findall(r"```(?:python|py|Python)?[ \t]*\n(.*?)(?:```|\Z)", generation, re.S)
    for text in [*reversed(blocks), generation]:
        whole = _whole(text, item.get("entryPoint"))
        candidates = [f"{_preamble(start)}\n{text}"] if whole else [f"{start}{text}", f"{start}\n{text}", _indented(start, text)]
        for candidate in candidates:
            if text.strip() and _reads(candidate):
                return candidate
    return None


def _whole(text: str, entry: Optional[str]) -> bool:
    return not entry or re.search(rf"^(?:async\s+)?(?:def|class)\s+{re.escape(entry)}\b", text, re.M) is not None


def _preamble(start: str) -> str:
    """The question's imports and helpers: what stands before its last function."""
    if not _reads(f"{start}\n    pass"):
        return ""
    return re.split(r"(?m)^(?=(?:async\s+)?def\s)", start)[0] if start.count("\ndef ") < 1 else start + "\n    pass\n"


def _indented(start: str, text: str) -> str:
    return start.rstrip() + "\n" + "\n".join(f"    {line}" for line in text.splitlines())


def _reads(program: str) -> bool:
    """Compiled, not only parsed: a `return` outside a function is found out by the former alone."""
    try:
        compile(program, "program.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
