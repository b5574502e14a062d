"""What a person sees of the building of an environment: its phases, as lines of the log and as a metric."""

import json
import os
import time

PHASES = 4


class BuildFailed(Exception):
    """What a person reads; printed as the last line."""


class Progress:
    """How many packages there are to install is known only afterwards; the phases can be counted."""

    def __init__(self, job_folder):
        self._metrics = os.path.join(job_folder, "metrics.jsonl")
        self._step = 0

    def step(self, what):
        self._step += 1
        say("%d of %d: %s" % (self._step, PHASES, what))
        with open(self._metrics, "a", encoding="utf-8") as file:
            file.write(json.dumps({"time": time.time(), "step": self._step, "total_steps": PHASES}) + "\n")


def say(text):
    print(text, flush=True)
