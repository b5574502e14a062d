"""Commands that tell of jobs, read their files and end them."""

import json
import os
import sys

from .. import folders, tails
from .. import logs as job_logs
from .. import status as job_status
from ..errors import BoxError
from ..follow import FILES, follow as follow_job
from ..stop import stop as stop_job

MOST_LISTED = 1000


def logs(root, options):
    """What there is of each log: the offset of the first byte that was not thrown away, and the end."""
    job = folders.job_folder(root, options.id)
    if job_status.current(job) is None:
        raise BoxError("bad-input", "There is no job %s on this box." % options.id, "List the jobs of the box.")
    extents = [(name,) + job_logs.extent(job, name) for name in FILES]
    return {"logs": [{"file": name, "start": start, "end": end} for name, start, end in extents]}


def status(root, options):
    """Ids that the box does not know are left out."""
    found = [job_status.current(folders.job_folder(root, job_id)) for job_id in options.ids]
    return {"statuses": [each for each in found if each is not None]}


def list(root, _options):
    """The newest jobs, the newest last."""
    folder = os.path.join(root, "jobs")
    jobs = sorted(each for each in map(_changed, os.scandir(folder)) if each is not None)
    found = [job_status.current_or_why_not(path) for _, path in jobs[-MOST_LISTED:]]
    return {"statuses": [each for each in found if each is not None]}


def _changed(entry):
    """(when, path) of a job's folder; None for what is none, or was cleared away meanwhile."""
    try:
        return (entry.stat(follow_symlinks=False).st_mtime, entry.path) if entry.is_dir(follow_symlinks=False) else None
    except OSError:
        return None


def stop(root, options):
    return {"status": stop_job(root, options.id)}


def follow(root, options):
    try:
        offsets = json.loads(options.offsets)
    except ValueError as error:
        raise BoxError("bad-input", "The offsets are not JSON.", "Report this: it is a fault of the client.") from error
    follow_job(root, options.id, offsets, sys.stdout.fileno())


def read(root, options):
    path = folders.inside(folders.known_job(root, options.id), options.path)
    if not os.path.isfile(path):
        raise BoxError("bad-input", "The job %s has no file %s." % (options.id, options.path), "Look at its logs.")
    # Read as a log: what was rotated away is part of the file to whoever asks for it.
    tail = job_logs.Tail(os.path.dirname(path), os.path.basename(path), options.offset)
    left = options.limit if options.limit is not None else job_logs.extent(tail.folder, tail.name)[1] - options.offset
    while left > 0:
        found = tail.read(min(left, 1 << 16))
        if found is None:
            break
        at, block = found
        if block is None:
            message = "The box no longer has the bytes of %s before %d." % (options.path, at)
            raise BoxError("bad-input", message, "Read from there on.")
        sys.stdout.buffer.write(block)
        left -= len(block)
    tail.close()
    sys.stdout.buffer.flush()


def tail(root, options):
    return {"tail": tails.tail(root, options.id, options.lines)}
