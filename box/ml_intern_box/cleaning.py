"""Clears our folder on the box: says first what would go; touches nothing that runs, is linked, or is another's."""

import fcntl
import os
import shutil
import time

from . import files, folders, holding, housekeeping, processes, safely, sizes, status

DAY = 86400
HOUR = 3600
STALE_SECONDS = DAY
MEASURE_SECONDS = 20
TRASH = ".trash-"
HALF = (".tmp", ".part")


def clean(root, days, caches, remove):
    jobs = housekeeping.jobs(root)
    found = {item["path"]: item for item in _candidates(root, jobs, time.time() - days * DAY, caches)}
    measure = sizes.Measure(None if remove else MEASURE_SECONDS)
    items, kept = [], []
    bin_folder = os.path.join(root, "%s%d-%d" % (TRASH, os.getpid(), time.time_ns()))
    for item in found.values():
        why_not = holding.why_held(item["path"]) or _measure(item, measure)
        why_not = why_not or _put_away(root, item, bin_folder if remove else None)
        path = item.pop("path")
        del item["all"]
        if why_not is None:
            items.append(item)
        else:
            kept.append({"name": os.path.relpath(path, root), "why": why_not})
    if os.path.isdir(bin_folder):
        shutil.rmtree(bin_folder, onerror=_give_ourselves_the_right)
    total = sum(each["bytes"] for each in items)
    return {"items": items, "bytes": total, "removed": remove, "complete": measure.complete, "kept": kept}


def _candidates(root, jobs, before, caches):
    """[{kind, name, why, lastUsed, path}] of what may go."""
    running = [each for each in jobs if not each["final"]]
    yield from _stale(root)
    for each in jobs:
        if each["final"] and each["lastUsed"] < before:
            yield _item("job", each["id"], "%s, not used since" % each["state"], each["lastUsed"], each["path"])
    in_use = {each["environment"] for each in running}
    for each in housekeeping.environments_of(root, jobs):
        if each["ready"] and each["hash"] not in in_use and each["lastUsed"] < before:
            yield _item(
                "environment", each["hash"], "%s, not used since" % each["name"], each["lastUsed"], each["path"]
            )
    if not running:
        yield from _packages(root, before)
        yield from _code(root, before)
    yield from _sent_files(root, 0 if caches and not running else time.time() - before)
    if caches and not running:
        yield from _wheels(root, before)
        for entry in sizes.own_entries(os.path.join(root, "cache")):
            yield _item("cache", "cache/%s" % entry.name, "downloaded again when needed", _changed(entry), entry.path)


def _sent_files(root, age):
    """Files that were sent for jobs, as one item: A submission under way may need its own for an hour."""
    own = [entry.path for entry in sizes.own_entries(root) if entry.name == "files"]
    paths = list(files.unused(root, max(age, HOUR))) if own else []
    if paths:
        newest = max(housekeeping.changed(path) for path in paths)
        yield _item("file", "files sent: %d" % len(paths), "sent again when needed", newest, own[0], paths)


def _stale(root):
    """What an interrupted act left: half-written packages and files, environments never finished, an unemptied bin."""
    limit = time.time() - STALE_SECONDS
    for folder in (root, os.path.join(root, "box"), os.path.join(root, "envs")):
        for entry in sizes.own_entries(folder):
            changed = _changed(entry)
            half = entry.name.endswith(HALF) and changed < limit
            unfinished = folder.endswith("envs") and entry.is_dir() and changed < limit and not _is_ready(entry.path)
            if half or unfinished or (folder == root and entry.name.startswith(TRASH)):
                name = os.path.relpath(entry.path, root)
                yield _item("temporary", name, "left by something that was interrupted", changed, entry.path)


def _packages(root, before):
    for entry in sizes.own_entries(os.path.join(root, "box")):
        changed = _changed(entry)
        if entry.path != folders.package_parent() and not entry.name.endswith(HALF) and changed < before:
            yield _item("package", entry.name, "an older version of the box package", changed, entry.path)


def _code(root, before):
    """Code that a person sent: what begins with a dot is on its way, or the lock of what is."""
    for entry in sizes.own_entries(os.path.join(root, "code")):
        changed = _changed(entry)
        if not entry.name.startswith(".") and changed < before:
            yield _item("file", "code/%s" % entry.name, "code, sent again when needed", changed, entry.path)


def _wheels(root, before):
    for entry in sizes.own_entries(root):
        changed = _changed(entry)
        if entry.name == "wheelhouse" and changed < before:
            why = "wheels; a box without internet needs them for its next environment"
            yield _item("cache", entry.name, why, changed, entry.path)


def _is_ready(environment):
    return os.path.exists(os.path.join(environment, "ready.json"))


def _changed(entry):
    return housekeeping.changed(entry.path)


def _item(kind, name, why, last_used, path, paths=None):
    return {"kind": kind, "name": name, "why": why, "lastUsed": last_used, "path": path, "all": paths or [path]}


def _measure(item, measure):
    """Why the item must stay, or None; its size is noted on the way."""
    foreign = measure.foreign
    item["bytes"] = sum(measure.add(path) for path in item["all"])
    return "it holds files of another user" if measure.foreign > foreign else None


def _put_away(root, item, bin_folder):
    """Why the item must stay, or None. With a bin it is moved there, in one step: nothing is ever half-deleted."""
    lock = _lock(item)
    if lock is False:
        return "it is in use"
    try:
        if item["kind"] == "job" and not _is_over(item["path"]):
            return "it runs, or its processes still do"
        if item["kind"] == "environment" and _is_used_again(root, item):
            return "it has just come into use"
        if bin_folder is not None:
            os.makedirs(bin_folder, mode=0o700, exist_ok=True)
            taken = len(os.listdir(bin_folder))
            for number, path in enumerate(item["all"]):
                os.rename(path, os.path.join(bin_folder, str(taken + number)))
        return None
    except OSError as error:
        return str(error)
    finally:
        if lock is not None:
            lock.close()


def _lock(item):
    """The lock that whoever starts the job, or builds the environment, holds; False when somebody does."""
    path = {
        "job": os.path.join(item["path"], status.LOCK),
        "environment": item["path"] + ".lock",
        "temporary": item["path"] + ".lock",
    }.get(item["kind"])
    if path is None or not os.path.isfile(path) or os.path.islink(path):
        return None
    try:
        lock = os.fdopen(safely.open_to_read(path))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    except OSError:
        return False


def _is_used_again(root, item):
    """Looked at under the lock that a build holds: measuring takes a while, and a job may have been started meanwhile."""
    jobs = housekeeping.jobs(root)
    now = next((each for each in housekeeping.environments_of(root, jobs) if each["path"] == item["path"]), None)
    if now is None:
        return False
    return now["lastUsed"] > item["lastUsed"] or any(
        each["environment"] == now["hash"] for each in jobs if not each["final"]
    )


def _is_over(job):
    now = status.current(job)
    return now is not None and now["state"] in status.FINAL and not processes.strays(job)


def _give_ourselves_the_right(act, path, _error):
    """A folder that its maker protected, e.g. a package cache; one that another clean-up has removed is no trouble."""
    try:
        os.chmod(os.path.dirname(path), 0o700)
        if act in (os.unlink, os.rmdir):
            act(path)
        else:
            os.chmod(path, 0o700)
            shutil.rmtree(path)
    except OSError:
        return
