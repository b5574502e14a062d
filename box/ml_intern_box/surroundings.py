"""What the steps of a job run in: their environment variables and their Python."""

import contextlib
import os
import sys

from . import content, ending, folders, processes, secret_names


def of_steps(root, job, spec):
    """(what all steps have in common, path of Python). No secret of the job is in it."""
    wanted = spec["content"]["environment"]
    mine = os.environ.copy()
    python = sys.executable
    if wanted is not None:
        folder = folders.environment_folder(root, wanted)
        python = os.path.join(folder, "bin", "python")
        if not os.path.exists(os.path.join(folder, "ready.json")) or not os.path.exists(python):
            raise content.Refused("environment", "The Python environment %s is not on this box." % wanted)
        # A clean-up goes by this, also when the job itself has been cleaned away.
        with contextlib.suppress(OSError):
            os.utime(os.path.join(folder, "ready.json"))
        mine["PATH"] = os.path.join(folder, "bin") + os.pathsep + mine.get("PATH", os.defpath)
        mine["VIRTUAL_ENV"] = folder
        # Container images like to set it: every job would compile its packages anew, 25 s instead of 7 for TRL.
        mine.pop("PYTHONDONTWRITEBYTECODE", None)
    mine.update(
        PYTHONPATH=folders.package_parent(),
        PYTHONUNBUFFERED="1",
        PYTHONUTF8="1",
        ML_INTERN_ROOT=root,
        HF_HOME=os.path.join(root, "cache", "hf"),
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_DISABLE_XET="1",
        TOKENIZERS_PARALLELISM="false",
        # Threads that spin while they wait starve everything else on a busy CPU: five times the CPU time was measured.
        OMP_WAIT_POLICY="PASSIVE",
        # torchrun kills its processes 30 s after SIGTERM if it is not told how long a checkpoint may take.
        TORCH_ELASTIC_SHUTDOWN_TIMEOUT=str(int(ending.grace(spec["kind"]))),
        DO_NOT_TRACK="1",
        WANDB_DISABLED="true",
        WANDB_MODE="disabled",
        COMET_MODE="disabled",
    )
    mine.update(spec["content"]["env"])
    mine[processes.JOB_VARIABLE] = job
    return mine, python


def of_step(common, number, wanted, secrets):
    """What one step sees: `wanted` is the content, which says the names of the secrets that each step may have, be they
    the job's or this machine's own. The steps of a job that says nothing of it are our own programs, and have all."""
    if "secrets" not in wanted:
        return dict(common, **secrets)
    named = wanted["secrets"][number]
    mine = {name: value for name, value in common.items() if name in named or not secret_names.is_secret(name)}
    mine.update((name, secrets[name]) for name in named if name in secrets)
    return mine
