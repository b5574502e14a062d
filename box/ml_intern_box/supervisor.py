"""The box's command line: `python3 -m ml_intern_box.supervisor --root ROOT <command>`, one JSON object on stdout."""

import argparse
import json
import os
import sys

from . import artifacts, cleaning, files, folders, housekeeping, launch, logs, signature_ask, status, tails, wheelhouse
from .errors import BoxError, from_os_error
from .follow import FILES, follow
from .stop import stop
from .submit import run, submit

MOST_LISTED = 1000
SECRETS_VARIABLE = "ML_INTERN_JOB_SECRETS"


def main(arguments=None):
    options = _parser().parse_args(arguments)
    root = os.path.realpath(os.path.expanduser(options.root))
    try:
        folders.claim(root)
        answer = options.command(root, options)
    except BoxError as error:
        return _fail(error)
    except OSError as error:
        return _fail(from_os_error(error, root))
    if answer is not None:
        _print(answer)
    return 0


def _check(root, options):
    return {"card": launch.card(root, options)}


def _submit(root, options):
    try:
        request = json.load(sys.stdin)
    except ValueError as error:
        raise BoxError("bad-input", "The request is not JSON: %s." % error, "Submit the job again.") from error
    housekeeping.refuse_over_quota(root, request, options.quota)
    return {"status": submit(root, request, launch.launcher(options))}


def _run(root, options):
    """In the foreground, for whoever starts jobs by other means than `submit`: a batch system, a container."""
    try:
        secrets = json.loads(os.environ.pop(SECRETS_VARIABLE, "{}"))
    except ValueError as error:
        raise BoxError("bad-input", "%s is not JSON." % SECRETS_VARIABLE, "Give an object of texts.") from error
    job = folders.job_folder(root, options.id)
    if not run(root, job, secrets):
        message = "The job %s was started before; it is not started twice." % options.id
        raise BoxError("bad-input", message, "Look at its status, or submit it under another id.")
    return {"status": status.current(job)}


def _logs(root, options):
    """What there is of each log: the offset of the first byte that was not thrown away, and the end."""
    job = folders.job_folder(root, options.id)
    if status.current(job) is None:
        raise BoxError("bad-input", "There is no job %s on this box." % options.id, "List the jobs of the box.")
    extents = [(name,) + logs.extent(job, name) for name in FILES]
    return {"logs": [{"file": name, "start": start, "end": end} for name, start, end in extents]}


def _status(root, options):
    """Ids that the box does not know are left out."""
    found = [status.current(folders.job_folder(root, job_id)) for job_id in options.ids]
    return {"statuses": [each for each in found if each is not None]}


def _list(root, _options):
    """The newest jobs, the newest last."""
    folder = os.path.join(root, "jobs")
    jobs = sorted((entry for entry in os.scandir(folder) if entry.is_dir()), key=lambda entry: entry.stat().st_mtime)
    found = [status.current(entry.path) for entry in jobs[-MOST_LISTED:]]
    return {"statuses": [each for each in found if each is not None]}


def _stop(root, options):
    return {"status": stop(root, options.id)}


def _follow(root, options):
    try:
        offsets = json.loads(options.offsets)
    except ValueError as error:
        raise BoxError("bad-input", "The offsets are not JSON.", "Report this: it is a fault of the client.") from error
    follow(root, options.id, offsets, sys.stdout.fileno())


def _read(root, options):
    path = folders.inside(folders.known_job(root, options.id), options.path)
    if not os.path.isfile(path):
        raise BoxError("bad-input", "The job %s has no file %s." % (options.id, options.path), "Look at its logs.")
    # Read as a log: what was rotated away is part of the file to whoever asks for it.
    tail = logs.Tail(os.path.dirname(path), os.path.basename(path), options.offset)
    left = options.limit if options.limit is not None else logs.extent(tail.folder, tail.name)[1] - options.offset
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


def _tail(root, options):
    return {"tail": tails.tail(root, options.id, options.lines)}


def _usage(root, _options):
    return {"usage": housekeeping.usage(root)}


def _clean(root, options):
    return {"clean": cleaning.clean(root, options.days, options.caches, options.remove)}


def _manifest(root, _options):
    return files.manifest(root, _input().get("files"))


def _receive(root, _options):
    return files.receive(root, sys.stdin.buffer)


def _adopt(root, options):
    return files.adopt(root, options.hash)


def _wheelhouse(root, options):
    return wheelhouse.take(root, _input().get("wheels"), options.python)


def _artifacts(root, options):
    return artifacts.listing(root, options.id)


def _hashes(root, options):
    return artifacts.hashes(root, options.id, _input().get("paths"))


def _send(root, options):
    artifacts.send(root, options.id, _input().get("paths"), sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _signatures(root, options):
    return signature_ask.look_up(root, options.environment, _input().get("names"))


def _input():
    """The JSON object on standard input."""
    try:
        given = json.load(sys.stdin.buffer)
    except ValueError as error:
        raise BoxError("bad-input", "The request is not JSON: %s." % error, "Send it again.") from error
    return given if isinstance(given, dict) else {}


def _fail(error):
    _print(error.as_json())
    return 1


def _print(answer):
    sys.stdout.write(json.dumps(answer) + "\n")


def _parser():
    parser = argparse.ArgumentParser(prog="ml_intern_box.supervisor", description=__doc__)
    parser.add_argument("--root", required=True)
    commands = parser.add_subparsers(dest="name", required=True)
    look = commands.add_parser("check")
    look.add_argument("--hub", default="https://huggingface.co")
    look.set_defaults(command=_check)
    take = commands.add_parser("submit")
    take.add_argument("--quota", type=int)
    take.set_defaults(command=_submit)
    late = commands.add_parser("tail")
    late.add_argument("id")
    late.add_argument("--lines", type=int, default=10)
    late.set_defaults(command=_tail)
    commands.add_parser("usage").set_defaults(command=_usage)
    clear = commands.add_parser("clean")
    clear.add_argument("--days", type=float, default=14)
    clear.add_argument("--caches", action="store_true")
    clear.add_argument("--remove", action="store_true")
    clear.set_defaults(command=_clean)
    for scheduled in (look, take):
        scheduled.add_argument("--scheduler", choices=["slurm"])
        scheduled.add_argument("--options", default="[]")
    commands.add_parser("list").set_defaults(command=_list)
    many = commands.add_parser("status")
    many.add_argument("ids", nargs="+")
    many.set_defaults(command=_status)
    end = commands.add_parser("stop")
    end.add_argument("id")
    end.set_defaults(command=_stop)
    for name, command in (("run", _run), ("logs", _logs)):
        one = commands.add_parser(name)
        one.add_argument("id")
        one.set_defaults(command=command)
    watch = commands.add_parser("follow")
    watch.add_argument("id")
    watch.add_argument("--from", dest="offsets", default="{}")
    watch.set_defaults(command=_follow)
    read = commands.add_parser("read")
    read.add_argument("id")
    read.add_argument("path")
    read.add_argument("--offset", type=int, default=0)
    read.add_argument("--limit", type=int)
    read.set_defaults(command=_read)
    commands.add_parser("manifest").set_defaults(command=_manifest)
    commands.add_parser("receive").set_defaults(command=_receive)
    take_in = commands.add_parser("adopt")
    take_in.add_argument("hash")
    take_in.set_defaults(command=_adopt)
    house = commands.add_parser("wheelhouse")
    house.add_argument("--python")
    house.set_defaults(command=_wheelhouse)
    known = commands.add_parser("signatures")
    known.add_argument("environment")
    known.set_defaults(command=_signatures)
    for name, act in (("artifacts", _artifacts), ("hashes", _hashes), ("send", _send)):
        of_job = commands.add_parser(name)
        of_job.add_argument("id")
        of_job.set_defaults(command=act)
    return parser


if __name__ == "__main__":
    sys.exit(main())
