"""Whose turn it is on the GPUs of this machine: one queue for all people and all their editors, without a daemon."""

import collections
import hashlib
import os
import time

from . import gpus, tickets
from .errors import BoxError

POLL_SECONDS = 2.0
"""The driver is asked no more often than this while a job waits."""
SMI_SECONDS = 8.0
"""Less than what makes a supervisor that waits for it look silent."""
SMI_PAUSE = 5.0
"""How long a driver that gave no answer is left alone: a process that hangs in it cannot be ended, so few must hang."""
SUSPENDED_SECONDS = 60
"""A ticket that has not asked for so long, e.g. of a supervisor that was suspended, holds up nobody."""
BUSY_PERCENT = 10


class Turn:
    """Of one job. The queue is to be fair between the users of the box, and then between the owners, the runs of each."""

    def __init__(self, root, job_id, owner, wanted):
        key = hashlib.sha256(("%s\0%s" % (root, job_id)).encode()).hexdigest()[:24]
        self.name = "%s%d-%s" % (tickets.PREFIX, os.geteuid(), key)
        self.wanted = wanted
        self.facts = {"root": root, "job": job_id, "owner": owner, "wanted": wanted, "usable": [], "gpus": []}
        self.folder, self.ticket = None, None
        self.ask_at = 0.0
        self.waiting_for = None

    def enter(self):
        """Takes a place in the queue, or the old one again after the supervisor died. Refuses what can never be had."""
        usable = [] if self.wanted == 0 else gpus.visible(os.environ, SMI_SECONDS)
        if usable is not None and len(usable) == 0:
            return
        self._refuse_too_many(usable)
        self.facts["usable"] = _uuids(usable or [])
        with tickets.told():
            self.folder = tickets.open_folder()
            self._lock()

    def resume(self, uuids):
        """For a job whose processes have these GPUs already, whatever the driver says of them now: nothing is waited for.
        The ticket is theirs, and ours again when they have ended."""
        if uuids:
            self.facts["gpus"] = uuids
            with tickets.told():
                self.folder = tickets.open_folder()
                self._lock()

    def uuids(self):
        """What was taken, for `resume`."""
        return self.facts["gpus"]

    def try_take(self):
        """The indices of the job's own GPUs, as often as it asks; None while it must wait: `waiting_for` says for what."""
        if self.folder is None:
            return []
        if time.monotonic() < self.ask_at:
            return None
        usable = gpus.visible(os.environ, SMI_SECONDS)
        if usable == []:
            return []
        self._refuse_too_many(usable)
        taken = None
        with tickets.told(), tickets.mutex(self.folder) as ours:
            if not ours:
                self.waiting_for = "It waits for the GPU queue, which another process keeps locked."
            elif usable is None:
                self.waiting_for = "It waits for the GPU driver: nvidia-smi fails or does not answer; try it on the box."
            else:
                taken = self._decide(usable)
        pause = SMI_PAUSE if usable is None else POLL_SECONDS
        self.ask_at = 0.0 if taken is not None else time.monotonic() + pause
        return taken

    def fds(self):
        """Every process of the job inherits these: the GPUs are the job's for as long as one of them lives."""
        if self.ticket is None and self.folder is not None:
            self._lock()
        return [] if self.ticket is None else [self.ticket]

    def leave(self):
        """Gives the GPUs back, unless a process of the job still lives."""
        if self.ticket is not None:
            os.close(self.ticket)
        if self.folder is not None:
            tickets.remove_if_dead(self.folder, self.name)
            os.close(self.folder)
        self.folder, self.ticket = None, None

    def _decide(self, usable):
        if self.ticket is None:
            self._lock()
        known = tickets.living(self.folder)
        others = [ticket for ticket in known if ticket["name"] != self.name]
        taken = {uuid: ticket["job"] for ticket in others for uuid in ticket["gpus"]}
        mine = next((ticket["gpus"] for ticket in known if ticket["name"] == self.name), [])
        if mine and not any(uuid in taken for uuid in mine):
            self.facts["gpus"] = mine
            return self._has(mine, usable)
        if self.ticket is None:
            self.waiting_for = "It waits for an earlier process of its own to end."
            return None
        free = _uuids(gpu for gpu in usable if gpu["uuid"] not in taken and is_nearly_empty(gpu))
        ahead = self._ahead(others)
        rest = _left_by(ahead, free)
        chosen = rest[: self.wanted] if len(rest) >= self.wanted else []
        self.facts.update(gpus=chosen, usable=_uuids(usable))
        tickets.write(self.ticket, self.facts)
        if chosen:
            return self._has(chosen, usable)
        self.waiting_for = self._why([gpu for gpu in usable if gpu["uuid"] not in free], taken, len(ahead))
        return None

    def _lock(self):
        """Stays without the ticket while a process of the job, left by an earlier supervisor, holds it."""
        self.ticket = tickets.lock(self.folder, self.name)
        if self.ticket is not None:
            before = tickets.read(self.ticket) or {"arrival": time.time(), "gpus": self.facts["gpus"]}
            self.facts.update(arrival=before["arrival"], gpus=before["gpus"])
            tickets.write(self.ticket, self.facts)

    def _has(self, uuids, usable):
        self.waiting_for = None
        return sorted(gpu["index"] for gpu in usable if gpu["uuid"] in uuids)

    def _ahead(self, others):
        """Who gets GPUs before us: each time the person who has the fewest, of their runs the one that has the fewest,
        and among its jobs the one that came first. Many runs are no reason to get more than another person."""
        now = time.time()
        held = collections.Counter()
        for ticket in others:
            _count(held, ticket, len(ticket["gpus"]))
        mine = dict(self.facts, name=self.name, owner=(os.geteuid(), self.facts["owner"]))
        waiting = [each for each in others if not each["gpus"] and now - each["askedAt"] < SUSPENDED_SECONDS]
        ahead = []
        while waiting:
            first = min(waiting + [mine], key=lambda each: _rank(held, each))
            if first is mine:
                break
            ahead.append(first)
            waiting.remove(first)
            _count(held, first, first["wanted"])
        return ahead

    def _refuse_too_many(self, usable):
        if usable is not None and len(usable) < self.wanted:
            raise BoxError(
                "bad-input",
                "The job wants %d GPUs, but this box has %d." % (self.wanted, len(usable)),
                "Launch it with at most %d." % len(usable),
            )

    def _why(self, in_use, taken, ahead):
        reasons = ["GPU %d is used by %s" % (gpu["index"], _user(gpu, taken)) for gpu in in_use[:4]]
        if len(in_use) > 4:
            reasons.append("%d more are in use" % (len(in_use) - 4))
        if ahead:
            reasons.append("%d %s before it" % (ahead, "job is" if ahead == 1 else "jobs are"))
        return "It waits for %s: %s." % ("a GPU" if self.wanted == 1 else "%d GPUs" % self.wanted, ", ".join(reasons))


def _count(held, ticket, gpus_more):
    user, _ = ticket["owner"]
    held[user] += gpus_more
    held[ticket["owner"]] += gpus_more


def _rank(held, ticket):
    user, _ = ticket["owner"]
    return held[user], held[ticket["owner"]], ticket["arrival"], ticket["name"]


def is_nearly_empty(gpu):
    """A desktop or a notebook that sleeps takes a little memory; more than that, or work, makes a GPU taken."""
    used = max(gpu["usedMiB"], sum(user["memoryMiB"] for user in gpu["users"]))
    works = bool(gpu["users"]) and gpu["utilisation"] >= BUSY_PERCENT
    return used <= gpu["memoryMiB"] // 20 and not works


def _uuids(found):
    return [gpu["uuid"] for gpu in found]


def _left_by(ahead, free):
    """What those before us leave. Who finds too few keeps them, or many small jobs would starve a big one."""
    for ticket in ahead:
        theirs = [uuid for uuid in free if uuid in ticket["usable"]][: ticket["wanted"]]
        free = [uuid for uuid in free if uuid not in theirs]
    return free


def _user(gpu, taken):
    if gpu["uuid"] in taken:
        return "the job %s" % taken[gpu["uuid"]]
    names = sorted({user["user"] for user in gpu["users"]})
    return ", ".join(names) if names else "another program"
