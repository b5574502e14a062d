"""Downloads, on a machine with internet, the wheels of the locked sets for a box: `download.py TARGET.json FOLDER`.

TARGET is {sets, python, machine, glibc, accelerator}. The lock says which packages: pip, told of another machine,
would still judge by this one which of them are needed.
"""

import json
import os
import subprocess
import sys

from . import environment, folders

OLDEST_GLIBC = 17
# What only torch for CUDA needs.
OF_CUDA = ("bitsandbytes==", "nvidia-", "cuda-", "triton")
PIP = [sys.executable, "-m", "pip"]
QUIET = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        target = json.load(file)
    extra = environment.cpu_index() if target["accelerator"] == "cpu" else []
    packages, sources = wanted(target, bool(extra))
    indexes = [word for index in extra for word in ("--extra-index-url", index)]
    folder = arguments[1]
    for each in sources:
        _run(PIP + ["wheel"] + QUIET + ["--no-deps", "--wheel-dir", folder, each])
    for number, each in enumerate(packages, 1):
        print("%d of %d: %s" % (number, len(packages), each), file=sys.stderr, flush=True)
        _run(PIP + ["download"] + QUIET + ["--no-deps", "--dest", folder] + _for(target) + indexes + [each])
    return 0


def wanted(target, without_cuda):
    """(packages that come as wheels, packages that come as source only) for the target, each `name==version`."""
    packages, sources = {"pip"}, set()
    for name in target["sets"]:
        with open(os.path.join(_sets(), name + ".json"), encoding="utf-8") as file:
            sources.update(json.load(file).get("sources", []))
        with open(os.path.join(_sets(), name + ".lock.txt"), encoding="utf-8") as file:
            packages.update(_needed(file, target))
    if without_cuda:
        packages = {each for each in packages if not each.startswith(OF_CUDA)}
    return sorted(packages - sources), sorted(sources)


def _needed(lines, target):
    from pip._vendor.packaging.markers import Marker

    facts = _facts(target)
    for line in lines:
        package, _, marker = line.partition(";")
        package = package.strip()
        if package and not package.startswith("#") and (not marker or Marker(marker).evaluate(facts)):
            yield package


def _facts(target):
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": target["machine"],
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": target["python"] + ".0",
        "python_version": target["python"],
        "sys_platform": "linux",
    }


def _for(target):
    """pip takes a wheel's tag literally: a wheel for an older glibc has to be named, too."""
    newest = int(target["glibc"].split(".")[1])
    platforms = ["manylinux_2_%d_%s" % (minor, target["machine"]) for minor in range(newest, OLDEST_GLIBC - 1, -1)]
    platforms += ["manylinux2014_" + target["machine"], "linux_" + target["machine"]]
    words = ["--only-binary=:all:", "--implementation", "cp", "--python-version", target["python"]]
    return words + [word for each in platforms for word in ("--platform", each)]


def _sets():
    return os.path.join(folders.package_parent(), "environments")


def _run(command):
    # pip's own words go where a person reads them; standard output stays empty.
    if subprocess.run(command, stdout=sys.stderr).returncode:
        sys.exit("%s could not be downloaded; see above." % command[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
