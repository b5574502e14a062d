"""What Slurm starts: the supervisor of one job in the foreground of its allocation, at most once."""

import argparse
import os
import signal
import sys

from . import folders, slurm_records, status, submit


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="ml_intern_box.slurm_job", description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--approved", required=True, help="hash of what was agreed to")
    parser.add_argument("id")
    options = parser.parse_args(arguments)
    job = folders.job_folder(options.root, options.id)
    secrets = slurm_records.take_secrets(job)
    signal.signal(signal.SIGUSR1, lambda _number, _frame: _limit_comes(job))
    if not submit.run(options.root, job, secrets, options.approved, status.SLURM):
        print("This job was started before; it is not started twice.", flush=True)
        return 1
    return 0 if (status.read(job) or {}).get("state") == "finished" else 1


def _limit_comes(job):
    """Slurm will end us soon: the job is asked to save what it has, and whoever reads the end learns why."""
    slurm_records.mark(job, slurm_records.LIMIT_FILE)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
