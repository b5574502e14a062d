"""Loads a dataset's split through Hugging Face `datasets`, patient with a Hub that is busy or away for a moment."""

from __future__ import annotations

import os
import time
from typing import Any

from ml_intern_box import report

PATIENCE_SECONDS = 60
FIRST_WAIT_SECONDS = 1.0


def load_rows(dataset: dict[str, Any], patience: float = PATIENCE_SECONDS) -> Any:
    """`dataset` is {id, revision, config, split}; files are read row by row, by sources.open_rows."""
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    began = time.monotonic()
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            return load_once(dataset)
        except Exception as error:  # noqa: BLE001 - sorted by kind below; every one ends in a sentence
            if not is_passing(error):
                explain(dataset, error)
            left = patience - (time.monotonic() - began)
            if left <= 0:
                report.fail("hub-unavailable", f"{dataset['id']} could not be fetched within {patience:.0f} s: {first_line(error)}", "Try again when the Hub answers.")
            report.progress(f"{dataset['id']}: {first_line(error)}; trying again.")
            time.sleep(min(wait, max(left, 0.1)))
            wait = min(wait * 2, 15.0)


def load_once(dataset: dict[str, Any]) -> Any:
    from datasets import load_dataset

    return load_dataset(dataset["id"], dataset.get("config") or None, split=dataset["split"], revision=dataset.get("revision"))


def is_passing(error: BaseException) -> bool:
    """A failure of the network or the Hub that may be over in a moment."""
    for cause in causes(error):
        status = getattr(getattr(cause, "response", None), "status_code", None)
        if status is not None:
            return status in (408, 429) or status >= 500
        names = {kind.__name__ for kind in type(cause).__mro__}
        if names & {"ConnectionError", "TransportError", "TimeoutError", "OfflineModeIsEnabled", "LocalEntryNotFoundError"}:
            return True
    return False


def causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def explain(dataset: dict[str, Any], error: BaseException) -> None:
    names = {kind.__name__ for cause in causes(error) for kind in type(cause).__mro__}
    place = f"{dataset['id']} (config {dataset.get('config')}, split {dataset.get('split')}, revision {dataset.get('revision')})"
    if names & {"DatasetNotFoundError", "RepositoryNotFoundError", "RevisionNotFoundError", "FileNotFoundError"}:
        report.fail("hub-not-found", f"There is no dataset {place}.", "Check its id and revision, and that your token may read it.")
    if isinstance(error, ValueError):
        report.fail("bad-input", f"{place} cannot be loaded: {first_line(error)}", "Choose one of its configs and splits.")
    report.fail("bad-input", f"{place} cannot be loaded: {type(error).__name__}: {first_line(error)}", "Choose another dataset or revision.")


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
