"""Which processes are a job's, also those that were given a folder within the job's."""

import os
import subprocess

import pytest
from ml_intern_box import processes


@pytest.fixture
def start():
    begun = []

    def begin(folder):
        process = subprocess.Popen(["sleep", "600"], env=dict(os.environ, ML_INTERN_JOB_DIR=folder))
        begun.append(process)
        return process.pid

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def test_what_a_trial_starts_is_found_and_named_by_its_job(start):
    own, trial, other = start("/x/jobs/j1"), start("/x/jobs/j1/trial/full"), start("/x/jobs/j10")
    assert sorted(processes.strays("/x/jobs/j1")) == sorted([own, trial])
    assert [processes.job_of(pid) for pid in (own, trial, other)] == ["j1", "j1", "j10"]
