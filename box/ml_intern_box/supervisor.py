"""The box's command line: `python3 -m ml_intern_box.supervisor --root ROOT <command>`, one JSON object on stdout."""

import argparse
import importlib
import json
import os
import sys

from . import folders
from .errors import BoxError, from_os_error


def main(arguments=None):
    options = _parser().parse_args(arguments)
    root = os.path.realpath(os.path.expanduser(options.root))
    try:
        folders.claim(root)
        answer = _command(options.command)(root, options)
    except BoxError as error:
        return _fail(error)
    except OSError as error:
        return _fail(from_os_error(error, root))
    if answer is not None:
        _print(answer)
    return 0


def _command(name):
    """Loads no more than the command needs: most are over in less time than all modules take to load."""
    module, function = name.split(".")
    return getattr(importlib.import_module("." + module, __package__ + ".commands"), function)


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
    look.set_defaults(command="machine.check")
    take = commands.add_parser("submit")
    take.add_argument("--quota", type=int)
    take.set_defaults(command="starting.submit")
    late = commands.add_parser("tail")
    late.add_argument("id")
    late.add_argument("--lines", type=int, default=10)
    late.set_defaults(command="jobs.tail")
    commands.add_parser("usage").set_defaults(command="keeping.usage")
    clear = commands.add_parser("clean")
    clear.add_argument("--days", type=float, default=14)
    clear.add_argument("--caches", action="store_true")
    clear.add_argument("--remove", action="store_true")
    clear.set_defaults(command="keeping.clean")
    for scheduled in (look, take):
        scheduled.add_argument("--scheduler", choices=["slurm"])
        scheduled.add_argument("--options", default="[]")
    commands.add_parser("list").set_defaults(command="jobs.list")
    many = commands.add_parser("status")
    many.add_argument("ids", nargs="+")
    many.set_defaults(command="jobs.status")
    end = commands.add_parser("stop")
    end.add_argument("id")
    end.set_defaults(command="jobs.stop")
    extents = commands.add_parser("logs")
    extents.add_argument("id")
    extents.set_defaults(command="jobs.logs")
    begin = commands.add_parser("run")
    begin.add_argument("id")
    begin.add_argument("--approved", required=True, help="hash of what was agreed to")
    begin.set_defaults(command="starting.run")
    watch = commands.add_parser("follow")
    watch.add_argument("id")
    watch.add_argument("--from", dest="offsets", default="{}")
    watch.set_defaults(command="jobs.follow")
    read = commands.add_parser("read")
    read.add_argument("id")
    read.add_argument("path")
    read.add_argument("--offset", type=int, default=0)
    read.add_argument("--limit", type=int)
    read.set_defaults(command="jobs.read")
    commands.add_parser("take").set_defaults(command="storage.take")
    take_in = commands.add_parser("adopt")
    take_in.add_argument("hash")
    take_in.add_argument("sender")
    take_in.set_defaults(command="storage.adopt")
    code = commands.add_parser("lay")
    code.add_argument("name_of_code")
    code.set_defaults(command="storage.lay")
    house = commands.add_parser("wheelhouse")
    house.add_argument("--python")
    house.set_defaults(command="keeping.wheelhouse")
    known = commands.add_parser("signatures")
    known.add_argument("environment")
    known.set_defaults(command="machine.signatures")
    commands.add_parser("lint").set_defaults(command="machine.lint")
    for name, act in (("artifacts", "storage.artifacts"), ("hashes", "storage.hashes"), ("send", "storage.send")):
        of_job = commands.add_parser(name)
        of_job.add_argument("id")
        of_job.set_defaults(command=act)
    return parser


if __name__ == "__main__":
    sys.exit(main())
