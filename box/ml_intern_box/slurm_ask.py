"""Asks Slurm: every question is bounded in time, and no answer is told apart from "there is no such job"."""

import collections
import os
import re
import subprocess

TIMEOUT_SECONDS = 20
SUBMIT_SECONDS = 60
ACCOUNTING_SECONDS = 8
NODE_FIELDS = (
    ("NodeHost", 100),
    ("Partition", 60),
    ("Available", 10),
    ("StateLong", 30),
    ("Gres", 200),
    ("GresUsed", 200),
    ("CPUs", 10),
    ("Memory", 20),
    ("Time", 20),
)
_FORMAT = "%i|%T|%r|%N|%P|%e|%j|%k"
_CONTACT = re.compile(
    r"unable to contact|timed out|connection refused|connect failure|communication|zero bytes were transmitted"
    r"|transport endpoint|standby mode|temporarily unable|munge|protocol authentication",
    re.IGNORECASE,
)

Job = collections.namedtuple("Job", "id state reason nodes partition end name comment by")


class NoAnswer(Exception):
    """Slurm did not answer: nothing is known about any job."""


class Refused(Exception):
    """Slurm answered, and said no."""


def jobs():
    """Every job of this user that Slurm remembers: {id: Job}. It forgets ended ones after some minutes."""
    words = ["squeue", "--noheader", "--all", "--states=all", "--user=%d" % os.getuid(), "--format=" + _FORMAT]
    try:
        return _parsed(run(words), _from_queue)
    except Refused as refused:
        raise NoAnswer(str(refused)) from refused


def ended(job_id=None, name=None, since=None):
    """The same from the accounting, which remembers for longer; nothing where the cluster keeps none."""
    which = ["--jobs=%s" % job_id] if job_id else ["--name=%s" % name, "--starttime=%s" % since]
    fields = "--format=JobIDRaw,State,NodeList,Partition,End,JobName"
    try:
        words = ["sacct", "--noheader", "--parsable2", "--allocations", fields] + which
        return _parsed(run(words, ACCOUNTING_SECONDS), _from_accounting)
    except (NoAnswer, Refused):
        return {}


def nodes():
    """A line of fixed-width fields for each node in each partition; raises NoAnswer."""
    try:
        fields = ",".join("%s:%d" % each for each in NODE_FIELDS)
        return run(["sinfo", "--noheader", "--all", "--Node", "--Format=" + fields])
    except Refused as refused:
        raise NoAnswer(str(refused)) from refused


def node_reasons(where):
    """Why nodes are drained or down, in one line for people; `where` is --nodes=... or --partition=..."""
    try:
        lines = run(["sinfo", "--noheader", "--list-reasons", "--format=%N: %E", where]).splitlines()
    except (NoAnswer, Refused):
        return ""
    return "; ".join(line.strip() for line in lines if line.strip())[:300]


def submit(words):
    """Hands a batch script in and gives the id of its job."""
    first = run(["sbatch", "--parsable"] + words, SUBMIT_SECONDS).strip().splitlines()
    match = re.match(r"\d+", first[-1]) if first else None
    if match is None:
        raise NoAnswer("sbatch gave no job id")
    return match.group()


def cancel(job_id, *words):
    """Cancelling what has ended already is no error."""
    try:
        run(["scancel", "--quiet"] + list(words) + [job_id])
    except Refused:
        return


def run(words, timeout=TIMEOUT_SECONDS):
    """What a Slurm program printed."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout,
            env=environment(words[0]),
        )
    except FileNotFoundError as error:
        raise NoAnswer("there is no %s here" % words[0]) from error
    except subprocess.TimeoutExpired as error:
        raise NoAnswer("%s did not answer within %d seconds" % (words[0], timeout)) from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace")
    said = _last_line(done.stderr.decode("utf-8", "replace")) or "exit code %d" % done.returncode
    raise NoAnswer(said) if _CONTACT.search(said) else Refused(said)


def environment(program):
    """Ours, less what would change a submission behind the back of whoever reads its options."""
    ours = re.compile(r"(SBATCH|SCANCEL|SQUEUE|SLURM|SACCT|SINFO)_")
    mine = {name: value for name, value in os.environ.items() if not ours.match(name)}
    mine.update((name, os.environ[name]) for name in ("SLURM_CONF",) if name in os.environ)
    if program != "sbatch":
        mine["SLURM_TIME_FORMAT"] = "%s"
    return mine


def _parsed(text, parse):
    found = (parse(line.split("|")) for line in text.splitlines())
    return {job.id: job for job in found if job is not None}


def _from_queue(fields):
    if len(fields) < 8 or not fields[0].isdigit():
        return None
    number, state, reason, nodes, partition, end, name = fields[:7]
    return Job(number, state, reason, nodes, partition, _time(end), name, "|".join(fields[7:]), None)


def _from_accounting(fields):
    if len(fields) < 6 or not fields[0].isdigit():
        return None
    number, state, nodes, partition, end, name = fields[:6]
    word, _, by = state.partition(" by ")
    return Job(number, word.rstrip("+"), "None", nodes, partition, _time(end), name, "", by or None)


def _time(text):
    return int(text) if text.isdigit() else None


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(r"^\w+: (error: )?", "", lines[-1])[:300] if lines else ""
