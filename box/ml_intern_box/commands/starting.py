"""Commands that start jobs or describe the machine that will run them."""

import json
import os
import sys

from .. import folders, housekeeping, launch, status
from ..errors import BoxError
from ..submit import run as run_job, submit as submit_job

SECRETS_VARIABLE = "ML_INTERN_JOB_SECRETS"


def submit(root, options):
    try:
        request = json.load(sys.stdin)
    except ValueError as error:
        raise BoxError("bad-input", "The request is not JSON: %s." % error, "Submit the job again.") from error
    housekeeping.refuse_over_quota(root, request, options.quota)
    return {"status": submit_job(root, request, launch.launcher(options))}


def run(root, options):
    """In the foreground, for whoever starts jobs by other means than `submit`: a batch system, a container."""
    try:
        secrets = json.loads(os.environ.pop(SECRETS_VARIABLE, "{}"))
    except ValueError as error:
        raise BoxError("bad-input", "%s is not JSON." % SECRETS_VARIABLE, "Give an object of texts.") from error
    job = folders.job_folder(root, options.id)
    if not run_job(root, job, secrets, options.approved):
        message = "The job %s was started before; it is not started twice." % options.id
        raise BoxError("bad-input", message, "Look at its status, or submit it under another id.")
    return {"status": status.current(job)}
