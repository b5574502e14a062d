"""A job's state from two witnesses: its supervisor in the allocation, by status.json, and Slurm. Pure."""

from . import status

# The clocks of two machines and a shared file system that answers from its cache lie between us and the supervisor.
STALE_SECONDS = 60
# What the supervisor wrote last may become visible a little after Slurm says that the job is over.
SETTLE_SECONDS = 10
# How long Slurm may take to say why a job was told to end.
KNOWN_SECONDS = 30

WAITING = ("PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT")
ALIVE = ("CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED")

_WAITS = {
    "AssocGrpCpuLimit": "the account has reached its limit of CPUs",
    "AssocGrpGRES": "the account has reached its limit of GPUs",
    "AssociationJobLimit": "the account has reached its limit of jobs",
    "BadConstraints": "no node has what its constraints ask for; mend the Slurm options and start it anew",
    "BeginTime": "its start time has not come yet",
    "Dependency": "another job has to end first",
    "JobHeldAdmin": "an administrator of the cluster holds it back",
    "JobHeldUser": "it is held back; `scontrol release` lets it go",
    "Licenses": "the licences it asks for are taken",
    "NodeDown": "a node that it needs is down",
    "PartitionDown": "the partition is down",
    "PartitionInactive": "the partition starts no jobs now",
    "PartitionNodeLimit": "it asks for more nodes than the partition gives; choose another partition",
    "PartitionTimeLimit": "it asks for more time than the partition gives; lower its cap or choose another partition",
    "Priority": "jobs of higher priority are before it",
    "QOSMaxGRESPerUser": "you hold as many GPUs as the cluster lets one person hold",
    "ReqNodeNotAvail": "the nodes it needs are drained, down or reserved",
    "Reservation": "its reservation has not begun",
    "Resources": "nodes with what it asks for are busy",
}


class Facts:
    """What is known besides the two witnesses."""

    def __init__(
        self, job_id, now, is_new=False, stop_asked=False, limit_seconds=None, limit_came=False, log="", nodes=""
    ):
        self.job_id = job_id
        self.now = now
        self.is_new = is_new
        self.stop_asked = stop_asked
        self.limit_seconds = limit_seconds
        self.limit_came = limit_came
        self.log = log
        self.nodes = nodes


def merge(written, word, facts):
    """The changes to what was written; `word` is a Job, None when Slurm knows it no more, or why it is silent."""
    if written is not None and written["state"] in status.FINAL:
        return _refined(written, word, facts)
    if isinstance(word, str):
        return _unsure(written, word, facts)
    if word is None:
        return _forgotten(written, facts)
    if word.state in WAITING:
        return _waiting(written, word, facts)
    if word.state in ALIVE:
        return _alive(written, word, facts)
    if written is not None and facts.now - (word.end or 0) < SETTLE_SECONDS:
        return {"state": "finishing"}
    return _ended(written, word, facts)


def is_beating(written, now):
    return written is not None and now - (written.get("heartbeatAt") or 0) < STALE_SECONDS


def is_over(word):
    """Slurm has said its last word."""
    return word is None or (not isinstance(word, str) and word.state not in WAITING + ALIVE)


def _refined(written, word, facts):
    """The supervisor was told to end from outside, or its step was: Slurm may know by whom and why."""
    killed = (written.get("failure") or {}).get("class") == "killed"
    if not killed and written["state"] != "finished":
        return {}
    if killed and facts.stop_asked:
        return {"state": "stopped", "failure": None}
    if facts.limit_came:
        return {"state": "failed", "failure": _timeout(facts)}
    if word is None or isinstance(word, str) or word.state in ("COMPLETED", "FAILED"):
        return {}
    if word.state in ALIVE + WAITING:
        is_soon_known = killed and facts.now - (written.get("endedAt") or 0) < KNOWN_SECONDS
        return {"state": "finishing", "failure": None, "endedAt": None} if is_soon_known else {}
    changes = _ended(dict(written, state="running"), word, facts)
    return {name: changes[name] for name in ("state", "failure")}


def _unsure(written, why, facts):
    if is_beating(written, facts.now):
        return {}
    note = "Nothing is known from Slurm at the moment (%s); the job is not lost by that." % why
    return dict(note=note) if written else dict(state="queued", note=note)


def _waiting(written, word, facts):
    if is_beating(written, facts.now):
        # Slurm's word is a few seconds old.
        return {}
    if written is not None:
        message = "Slurm put the job back into its queue (%s); it is not started twice." % word.state
        return _end(facts, "lost", message, written)
    reason = word.reason.split(",")[0].strip()
    said = word.reason if reason not in _WAITS else "%s (%s)" % (_WAITS[reason], reason)
    because = "" if reason in ("None", "") else ": %s" % said
    nodes = "; %s" % facts.nodes if facts.nodes else ""
    return dict(state="queued", note="Slurm job %s waits%s%s." % (facts.job_id, because, nodes))


def asks_for_nodes(word):
    """Which nodes' troubles explain this word, as sinfo is asked for them; None where they do not matter."""
    if getattr(word, "state", None) in ("NODE_FAIL", "BOOT_FAIL"):
        return "--nodes=%s" % word.nodes if word.nodes else None
    waits = getattr(word, "state", None) in WAITING
    if waits and word.reason.startswith(("ReqNodeNotAvail", "Nodes required", "NodeDown")):
        return "--partition=%s" % word.partition
    return None


def _alive(written, word, facts):
    where = "Slurm job %s on %s" % (facts.job_id, word.nodes or "a node")
    if word.state == "SUSPENDED":
        return dict(state="stalled" if written else "starting", note=where + " is suspended by Slurm.")
    if written is None:
        return dict(state="finishing" if word.state == "COMPLETING" else "starting", note=where + " starts.")
    if is_beating(written, facts.now):
        return {}
    silent = facts.now - (written.get("heartbeatAt") or 0)
    return dict(note="%s runs, but its supervisor has said nothing for %d seconds." % (where, silent))


def _forgotten(written, facts):
    if is_beating(written, facts.now) or facts.is_new:
        return {}
    what = "its supervisor stopped without recording an end" if written else "it recorded nothing here"
    return _end(facts, "lost", "Slurm knows job %s no more, and %s." % (facts.job_id, what), written)


def _ended(written, word, facts):
    where = " on %s" % word.nodes if word.nodes else ""
    name = "Slurm job %s%s" % (facts.job_id, where)
    end = word.end if word.end and word.end <= facts.now else None
    if word.state == "CANCELLED":
        if facts.stop_asked:
            return dict(state="stopped", note=None, endedAt=end or facts.now, failure=None)
        by = " by user %s" % word.by if word.by else ""
        return _end(facts, "killed", "%s was cancelled%s, not by ML Intern." % (name, by), written, end)
    if word.state in ("TIMEOUT", "DEADLINE"):
        return dict(_end(facts, "timeout", "", written, end), failure=_timeout(facts))
    if word.state == "OUT_OF_MEMORY":
        message = "%s ran out of the memory that Slurm gave it; ask for more with --mem." % name
        return _end(facts, "oom-host", message, written, end)
    if word.state == "PREEMPTED":
        message = "%s was preempted for a job of higher priority; start it again." % name
        return _end(facts, "killed", message, written, end)
    if word.state in ("NODE_FAIL", "BOOT_FAIL"):
        return _node_failed(written, name, word, facts, end)
    if written is None:
        message = "%s ended before its supervisor began.%s" % (name, _said(facts))
        return _end(facts, "environment", message, written, end)
    message = "The job was lost: %s is %s, and its supervisor recorded no end.%s" % (name, word.state, _said(facts))
    return _end(facts, "lost", message, written, end)


def _node_failed(written, name, word, facts, end):
    why = " (%s)" % facts.nodes if facts.nodes else ""
    if "reboot" in facts.nodes.lower():
        ended = _end(facts, "lost", "The job was lost: the node of %s was restarted%s." % (name, why), written, end)
        return dict(ended, state="rebooted")
    return _end(facts, "lost", "The job was lost: the node of %s failed%s." % (name, why), written, end)


def _timeout(facts):
    limit = "" if facts.limit_seconds is None else " of %d minutes" % (facts.limit_seconds // 60)
    message = "Slurm ended job %s at its time limit%s; give it more with --time." % (facts.job_id, limit)
    return {"class": "timeout", "message": message}


def _end(facts, kind, message, written=None, at=None):
    beat = (written or {}).get("heartbeatAt")
    failure = {"class": kind, "message": message}
    return dict(state="failed", note=None, endedAt=at or beat or facts.now, failure=failure)


def _said(facts):
    return " It said: %s" % facts.log if facts.log else ""
