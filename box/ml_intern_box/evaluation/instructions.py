"""IFEval's checks of instructions, as lm-evaluation-harness has them, as a scorer of inspect-ai.

inspect_evals takes its own from a package that lies on no package index, so that no lock could hold it. Both go back to
the checks that were published with the benchmark (Zhou et al., arXiv 2311.07911).
"""

from __future__ import annotations

from typing import Any, Dict, List

from ml_intern_box.rows import first_line

from .grading import Item

_KEYS = {"prompt_level_strict": "prompt_level_strict_acc", "prompt_level_loose": "prompt_level_loose_acc"}
"""What inspect_evals calls a verdict on a whole answer, and what the harness does."""
_TRIAL = "A trial: it holds two sentences. None of them matters."


class ChecksUnusable(Exception):
    """They would fail on the answers of every model."""


def check(metadata: Dict[str, Any], answer: str) -> Dict[str, float]:
    from lm_eval.tasks.ifeval import utils

    told = utils.process_results({"key": 0, **metadata}, [answer])
    return {ours: float(told[theirs]) for ours, theirs in _KEYS.items()}


def try_out(items: List[Item]) -> None:
    """Before hours are spent on answers that could not be checked."""
    for item in items:
        try:
            check(metadata_of(item), _TRIAL)
        except LookupError as error:
            raise ChecksUnusable(f"item {item['id']} needs what is not here: {first_line(error)}") from None
        except Exception as error:
            raise ChecksUnusable(f"item {item['id']} cannot be checked ({type(error).__name__}: {first_line(error)})") from None


def metadata_of(item: Item) -> Dict[str, Any]:
    return {**item.get("metadata", {}), "prompt": item["question"]}


def scorer() -> Any:
    from inspect_ai import scorer as scorers

    @scorers.scorer(metrics={"*": [scorers.mean()]}, name="instructions")
    def instructions() -> Any:
        async def score(state: Any, target: Any) -> Any:
            return scorers.Score(value=check(state.metadata, state.output.completion))

        return score

    return instructions()
