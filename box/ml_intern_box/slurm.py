"""How a job is that was given to Slurm, and how it is ended. Works from any login node."""

import os
import threading
import time

from . import slurm_ask, slurm_merge, slurm_records, status
from .ending import STOP_FILE
from .slurm_submit import answer, find

# How old Slurm's word may be while it is asked for again and again: a controller has other things to do. A job
# that beats needs it least, one whose end is in doubt the most.
FRESH_SECONDS = 5.0
BEATING_SECONDS = 20.0
ENDING_SECONDS = 1.0
# A job that was just handed in may not be seen yet, and a submission that was cut off may still go on.
NEW_SECONDS = 30
# What a stopped job has to save a checkpoint, before Slurm is told to end it.
STOP_SECONDS = 60


class Queue:
    """Slurm's word on all jobs of this user, asked for every few seconds at most, and in the background."""

    def __init__(self):
        self.jobs, self.past, self.why = {}, {}, None
        self.asked_at, self.asking = None, None

    def look(self, most_age=FRESH_SECONDS):
        """{id: Job}; raises NoAnswer when Slurm was silent the last time."""
        if self.asked_at is None:
            self._ask()
        elif time.monotonic() - self.asked_at >= most_age and self.asking is None:
            self.asking = threading.Thread(target=self._ask, daemon=True)
            self.asking.start()
        if self.why is not None:
            raise slurm_ask.NoAnswer(self.why)
        return self.jobs

    def remembered(self, number):
        """What the accounting, where there is one, still knows of a job; also who cancelled it."""
        if number not in self.past:
            self.past[number] = slurm_ask.ended(job_id=number).get(number)
        return self.past[number]

    def reasons(self, where):
        """Why nodes are drained or down."""
        if where not in self.past:
            self.past[where] = slurm_ask.node_reasons(where)
        return self.past[where]

    def forget(self):
        """The next look asks anew."""
        self.asked_at = None

    def _ask(self):
        try:
            self.jobs, self.why = slurm_ask.jobs(), None
        except slurm_ask.NoAnswer as silent:
            self.why = str(silent)
        self.past = {}
        self.asked_at, self.asking = time.monotonic(), None


queue = Queue()


def current(job):
    """The status to show of a job that was given to Slurm."""
    entry = slurm_records.read(job) or {}
    written = status.read(job)
    final = written is not None and written["state"] in status.FINAL
    if final:
        slurm_records.forget_secrets(job)
    changes = _remembered_end(entry, written)
    if changes is None or _still_runs(job, entry, written):
        changes = _judge(job, entry, written)
    told = dict(written or status.blank(job), **dict(_times(entry, written), **changes))
    # What the record remembers could have been written by the job itself: only what a status may be is shown.
    return status.shown(told)


def stop(job):
    """Ends a job that waits at once; one that runs gets its grace, and is ended by Slurm when it does not use it."""
    entry = slurm_records.read(job) or {}
    slurm_records.mark(job, STOP_FILE)
    if "name" not in entry:
        return
    if "id" not in entry and not find(job, entry, answer(slurm_ask.jobs)):
        slurm_records.forget_secrets(job)
        return
    number = slurm_records.read(job)["id"]
    if status.read(job) is None:
        answer(lambda: slurm_ask.cancel(number, "--state=PENDING"))
    else:
        _wake(number)
    queue.forget()


def _wake(number):
    """A shared file system may show our stop file late; without Slurm's help it is still seen in the end."""
    try:
        slurm_ask.cancel(number, "--batch", "--signal=TERM")
    except slurm_ask.NoAnswer:
        return


def _remembered_end(entry, written):
    end = entry.get("end")
    final = end is not None and end.get("state", (written or {}).get("state")) in status.FINAL
    return end if final else None


def _still_runs(job, entry, written):
    """The job itself could have written down its end: not believed while its supervisor beats and Slurm says it runs."""
    over = written is None or written["state"] in status.FINAL or not slurm_merge.is_beating(written, time.time())
    return not over and getattr(_word(job, entry, written), "state", None) in slurm_merge.ALIVE


def _judge(job, entry, written):
    """What Slurm's word changes; an end is remembered, since Slurm forgets it after some minutes."""
    word = _word(job, entry, written)
    if "id" not in entry and word is None:
        return _cut_off(job, entry)
    changes = slurm_merge.merge(written, word, _facts(job, entry, word))
    final = changes.get("state", (written or {}).get("state")) in status.FINAL
    if final and slurm_merge.is_over(word):
        if written is not None and written["state"] not in status.FINAL:
            # A supervisor that lost its allocation but not its machine still reads this.
            slurm_records.mark(job, STOP_FILE)
        slurm_records.forget_secrets(job)
        slurm_records.write(job, dict(entry, end=changes))
    elif not final:
        _end_overdue(job, entry)
    return changes


def _word(job, entry, written):
    """A Job, None, or why nothing is known."""
    if "name" not in entry:
        return "the file slurm.json in its folder cannot be read"
    try:
        jobs = queue.look(_most_age(written))
        if "id" not in entry and not find(job, entry, jobs):
            return None
    except slurm_ask.NoAnswer as silent:
        return str(silent)
    number = entry["id"]
    found = jobs.get(number)
    if found is None or found.state == "CANCELLED":
        return queue.remembered(number) or found
    return found


def _most_age(written):
    if written is not None and written["state"] in status.FINAL:
        return ENDING_SECONDS
    return BEATING_SECONDS if slurm_merge.is_beating(written, time.time()) else FRESH_SECONDS


def _cut_off(job, entry):
    if status.is_locked(os.path.join(job, status.LOCK)) or time.time() - entry.get("submittedAt", 0) < NEW_SECONDS:
        return {"state": "queued", "note": "It is being handed to Slurm."}
    slurm_records.forget_secrets(job)
    message = "The job's submission was cut off before Slurm had it; submit it again."
    return {"state": "failed", "note": None, "failure": {"class": "lost", "message": message}}


def _facts(job, entry, word):
    nodes = slurm_merge.asks_for_nodes(word)
    return slurm_merge.Facts(
        entry.get("id", "?"),
        time.time(),
        is_new=time.time() - entry.get("submittedAt", 0) < NEW_SECONDS,
        stop_asked=os.path.exists(os.path.join(job, STOP_FILE)),
        limit_seconds=entry.get("limitSeconds"),
        limit_came=os.path.exists(os.path.join(job, slurm_records.LIMIT_FILE)),
        log=slurm_records.last_words(job),
        nodes=queue.reasons(nodes) if nodes else "",
    )


def _end_overdue(job, entry):
    """A supervisor that hangs does not end its job when it is asked to: then Slurm does."""
    try:
        asked_at = os.lstat(os.path.join(job, STOP_FILE)).st_mtime
    except FileNotFoundError:
        return
    if "id" in entry and time.time() - asked_at > STOP_SECONDS:
        try:
            slurm_ask.cancel(entry["id"])
        except slurm_ask.NoAnswer:
            return


def _times(entry, written):
    started = (written or {}).get("startedAt")
    return {"submittedAt": entry.get("submittedAt"), "startedAt": started}
