"""What a person may tell sbatch, and what follows from the job itself; nothing here can change what runs."""

import re

from .errors import BoxError

# The supervisor ends a job at its cap by itself. Slurm's own limit comes so much later that it only ever hits a job
# whose supervisor hangs; Slurm may also send its early signal a minute sooner than asked.
ROOM_SECONDS = 180
SIGNAL_SECONDS = 60
ALLOWED = (
    "account",
    "constraint",
    "cpus-per-gpu",
    "cpus-per-task",
    "exclude",
    "exclusive",
    "gres",
    "licenses",
    "mem",
    "mem-per-cpu",
    "mem-per-gpu",
    "nice",
    "nodelist",
    "partition",
    "prefer",
    "qos",
    "reservation",
    "time",
    "tmp",
    "wckey",
)
_OPTION = re.compile(r"--([a-z-]+)(?:=([A-Za-z0-9_.,:@+&|()\[\]*/-]{1,200}))?")
_TIME = re.compile(r"(?:(\d{1,4})-)?(\d{1,6})(?::(\d{1,2}))?(?::(\d{1,2}))?")


def check(options):
    """{name: value or None}; raises bad-input for what is not on the list."""
    if not isinstance(options, list) or len(options) > 50:
        raise _refused("The Slurm options are not a list.")
    chosen = {}
    for option in options:
        match = _OPTION.fullmatch(option) if isinstance(option, str) else None
        name = match.group(1) if match else None
        if name not in ALLOWED:
            raise _refused("The Slurm option %s cannot be given." % (str(option)[:100],))
        if match.group(2) is None and name != "exclusive":
            raise _refused("The Slurm option --%s lacks its value." % name)
        if name in chosen:
            raise _refused("The Slurm option --%s is given twice." % name)
        chosen[name] = match.group(2)
    if "time" in chosen:
        seconds(chosen["time"])
    return chosen


def arguments(chosen, cap_seconds, gpus):
    """The words for sbatch; also how long Slurm lets the job run, in seconds."""
    rest = {name: value for name, value in chosen.items() if name not in ("gres", "time")}
    gres = _gres(chosen.get("gres"), gpus)
    if gres:
        rest["gres"] = gres
    limit = seconds(chosen["time"]) if "time" in chosen else cap_seconds + ROOM_SECONDS
    minutes = max(1, -(-limit // 60))
    rest["time"] = str(minutes)
    # A short limit still leaves most of its time for the job.
    rest["signal"] = "B:USR1@%d" % min(SIGNAL_SECONDS, minutes * 60 // 4)
    words = ["--%s" % name if value is None else "--%s=%s" % (name, value) for name, value in sorted(rest.items())]
    return words, minutes * 60


def seconds(text):
    """Slurm writes a time as minutes, minutes:seconds, hours:minutes:seconds or days-hours[:minutes[:seconds]]."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _refused("The time %s is not one that Slurm understands." % text)
    days, *parts = match.groups()
    numbers = [int(part) for part in parts if part is not None]
    if days is not None:
        hours, minutes, rest = (numbers + [0, 0])[:3]
        return int(days) * 86400 + hours * 3600 + minutes * 60 + rest
    if len(numbers) == 3:
        return numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    return numbers[0] * 60 + (numbers[1] if len(numbers) == 2 else 0)


def _gres(wanted, gpus):
    """The GPU's type is the person's choice, their number the job's: what needs no GPU does not hold one.

    `--gres` is understood by every scheduler plugin of Slurm, `--gpus` only by the newest.
    """
    entries = [entry for entry in (wanted or "").split(",") if entry]
    kinds = [entry.split(":")[1:] for entry in entries if entry.split(":")[0] == "gpu"]
    words = [entry for entry in entries if entry.split(":")[0] != "gpu"]
    if gpus > 0:
        kind = [word for word in (kinds[0] if kinds else []) if not word.isdigit()]
        words.append(":".join(["gpu"] + kind[:1] + [str(gpus)]))
    return ",".join(words)


def _refused(message):
    known = ", ".join("--" + name for name in ALLOWED)
    return BoxError("bad-input", message, "Write each as --name=value; these can be given: %s." % known)
