"""One interpreter runs every test: its packages must be those that the box gets."""

import json
import re
from pathlib import Path

BOX = Path(__file__).resolve().parent.parent


def test_the_tests_use_the_packages_of_the_environments():
    listed = {line for line in (BOX / "tests" / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")}
    for name in ("train", "eval"):
        environment = json.loads((BOX / "environments" / f"{name}.json").read_text())
        assert environment["name"] == name
        assert set(environment["requirements"]) <= listed
        assert all("==" in requirement for requirement in environment["requirements"])


def test_each_lock_holds_the_packages_of_its_set_and_nothing_unpinned():
    for described in sorted((BOX / "environments").glob("*.json")):
        environment = json.loads(described.read_text())
        lock = (BOX / "environments" / f"{environment['name']}.lock.txt").read_text().splitlines()
        locked = {normal(line.split(";")[0]) for line in lock if line and not line.startswith("#")}
        assert environment["name"] == described.stem
        listed = environment["requirements"] + environment.get("sources", []) + environment.get("cuda", [])
        assert {normal(requirement) for requirement in listed} <= locked
        assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", each) for each in locked)


def normal(requirement):
    name, _, version = requirement.strip().partition("==")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"
