"""One interpreter runs every test: its packages must be those that the box gets."""

import json
from pathlib import Path

BOX = Path(__file__).resolve().parent.parent


def test_the_tests_use_the_packages_of_the_environments():
    listed = {line for line in (BOX / "tests" / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")}
    for name in ("train", "eval"):
        environment = json.loads((BOX / "environments" / f"{name}.json").read_text())
        assert environment["name"] == name
        assert set(environment["requirements"]) <= listed
        assert all("==" in requirement for requirement in environment["requirements"])
