"""Hands a job to Slurm, once: whatever cuts a submission off, the next one finds what it left."""

import os
import shlex
import sys
import time

from . import folders, safely, slurm_ask, slurm_options, slurm_records, status
from .errors import BoxError

SCRIPT = "slurm.sh"


class Launcher:
    """Starts jobs by sbatch, with what a person chose to tell it."""

    def __init__(self, options):
        self.chosen = slurm_options.check(options)

    def is_started(self, job):
        """Called under the job's lock. Raises box-command when Slurm cannot tell, for then nothing may be started."""
        if status.read(job) is not None:
            return True
        entry = slurm_records.read(job)
        if entry is None:
            return False
        return "id" in entry or find(job, entry, answer(slurm_ask.jobs))

    def start(self, root, job, spec, secrets, _lock):
        content = spec["content"]
        words, limit = slurm_options.arguments(self.chosen, content["capSeconds"], content.get("gpus", 0))
        entry = {
            "v": 1,
            "name": "ml-intern-" + os.path.basename(job),
            "comment": "ml-intern " + os.urandom(16).hex(),
            "submittedAt": time.time(),
            "limitSeconds": limit,
        }
        # Written before Slurm is asked: whatever cuts us off from here on, the job is found again by name and comment.
        slurm_records.write(job, entry)
        slurm_records.keep_secrets(job, secrets)
        _write_script(root, job, spec["approvedHash"])
        try:
            entry["id"] = slurm_ask.submit(_words(job, entry) + words + [os.path.join(job, SCRIPT)])
        except slurm_ask.Refused as refused:
            slurm_records.forget_secrets(job)
            os.unlink(os.path.join(job, slurm_records.RECORD))
            raise _refused(refused) from refused
        except slurm_ask.NoAnswer as silent:
            raise no_answer(silent) from silent
        slurm_records.write(job, entry)


def find(job, entry, jobs):
    """The job of a submission that was cut off before its id was written down."""
    found = [each.id for each in jobs.values() if each.name == entry["name"] and each.comment == entry["comment"]]
    if not found:
        since = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(entry["submittedAt"] - 60))
        found = sorted(slurm_ask.ended(name=entry["name"], since=since))
    if found:
        entry["id"] = found[0]
        slurm_records.write(job, entry)
    return bool(found)


def _words(job, entry):
    return [
        "--job-name=" + entry["name"],
        "--comment=" + entry["comment"],
        "--chdir=" + job,
        "--output=" + slurm_records.LOG,
        "--error=" + slurm_records.LOG,
        "--open-mode=append",
        "--nodes=1",
        "--ntasks=1",
        # Never started twice behind our back.
        "--no-requeue",
        # The session's own environment, as over plain SSH: a narrower one makes Slurm log the person in once more,
        # which takes seconds and may fail. No secret is in it.
        "--export=ALL",
    ]


def _write_script(root, job, approved):
    """What runs in the allocation, as Slurm copies it now; the GPUs there are ours alone, so their turns are kept apart from the machine's."""
    package = folders.package_parent()
    lines = [
        "#!/bin/sh",
        # Where no Python starts, nobody else would take them away.
        "forget() { rm -f %s; }" % shlex.quote(os.path.join(job, slurm_records.SECRETS)),
        "cd %s || { forget; exit 96; }" % shlex.quote(package),
        "export ML_INTERN_GPU_LOCKS=%s" % shlex.quote(os.path.join(job, ".gpu-turns")),
        "for python in %s python3; do" % shlex.quote(sys.executable),
        '  command -v "$python" >/dev/null 2>&1 || continue',
        '  exec "$python" -m ml_intern_box.slurm_job --root %s --approved %s %s'
        % (shlex.quote(root), shlex.quote(approved), os.path.basename(job)),
        "done",
        'echo "There is no python3 on the node $(hostname)."',
        "forget",
        "exit 97",
    ]
    safely.replace(os.path.join(job, SCRIPT), ("\n".join(lines) + "\n").encode())


def answer(ask):
    try:
        return ask()
    except slurm_ask.NoAnswer as silent:
        raise no_answer(silent) from silent
    except slurm_ask.Refused as refused:
        raise _refused(refused) from refused


def _refused(said):
    return BoxError(
        "bad-input",
        "Slurm refused the job: %s." % str(said).rstrip("."),
        "Change the Slurm options (partition, account, time, memory, GPUs), then start it again.",
    )


def no_answer(why):
    return BoxError(
        "box-command",
        "Slurm does not answer: %s." % str(why).rstrip("."),
        "Nothing is lost: run `sinfo` on the login node, and try again when it answers.",
    )
