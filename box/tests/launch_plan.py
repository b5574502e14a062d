"""The launchers of src/core/experiments/launcher.ts, read from there, so that what is tested is what runs."""

import re

from tiny import PACKAGE_PARENT


def launcher(kind, processes):
    """The words before the script for `ddp` or `fsdp`, without the interpreter."""
    source = (PACKAGE_PARENT.parent / "src" / "core" / "experiments" / "launcher.ts").read_text(encoding="utf-8")
    sharded = re.search(r"const fullyShared = \[(.*?)\n\];", source, re.S).group(1)
    machine = re.search(r"function oneMachine.*?return \[(.*?)\n  \];", source, re.S).group(1)
    words = ["--multi_gpu"] if kind == "ddp" else re.findall(r"'([^']+)'", sharded)
    words += re.findall(r"'([^']+)'", machine.replace("String(gpus)", "'%d'" % processes))
    return ["-m", "accelerate.commands.launch", *words]
