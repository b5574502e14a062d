import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from supervised import Box  # noqa: E402
from warm import Warm  # noqa: E402


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Outside a job a program writes where it is called: never into the repository."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def box(tmp_path):
    """A box whose jobs are all ended after the test."""
    box = Box(tmp_path / "root")
    yield box
    for status in box.ask("list")["statuses"]:
        box.ask("stop", status["id"])


@pytest.fixture(scope="session")
def warm(tmp_path_factory):
    """For tests that train much."""
    warm = Warm(tmp_path_factory.mktemp("warm"))
    yield warm
    warm.close()
