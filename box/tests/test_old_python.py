"""What runs by the box's own python3 runs on Python 3.8 and its standard library; the rest has an environment of its own."""

import ast
import pathlib
import sys

import pytest
import ml_intern_box

PACKAGE = pathlib.Path(ml_intern_box.__file__).parent
STARTED = ("supervisor", "slurm_job", "environment")
COMMANDS = tuple("commands." + path.stem for path in sorted((PACKAGE / "commands").glob("[a-z]*.py")))


def path_of(module):
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def imports(module):
    """(modules of the package, other modules) that are imported, also within functions."""
    ours, others = set(), set()
    for node in ast.walk(ast.parse(path_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            others.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            others.add(node.module)
        elif isinstance(node, ast.ImportFrom):
            place = module.split(".")[: -node.level]
            named = [".".join(place + [node.module])] if node.module else []
            ours.update(named or [".".join(place + [alias.name]) for alias in node.names])
    inner = {name.partition(".")[2] for name in others if name.startswith("ml_intern_box.")}
    found = {name for name in ours | inner if path_of(name).exists()}
    return found, {name.partition(".")[0] for name in others} - {"ml_intern_box"}


def reached():
    found, waiting = set(), set(STARTED + COMMANDS)
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting |= imports(module)[0] - found
    return sorted(found)


@pytest.mark.parametrize("module", reached())
def test_it_is_python_3_8_of_the_standard_library_only(module):
    ast.parse(path_of(module).read_text(encoding="utf-8"), feature_version=(3, 8))
    known = getattr(sys, "stdlib_module_names", None)
    assert known is None or imports(module)[1] <= known
