"""When a job is ended by itself, and when it is called stalled: judged by what it reports and by what it uses.

Everything is rebuilt from the job's files, so that a supervisor that takes over goes on where the last one was.
"""

import json
import math
import os

from . import logs, safely, telemetry

STALL_SECONDS = 600
READ_BYTES = 1 << 20
LONGEST_LINE = 1 << 16
BUSY_GPU_PERCENT = 3
"""A GPU below this does not compute: a display or a monitor's own question keeps one at 1 or 2 percent."""
BUSY_CPU_PERCENT = 1
LONGEST_GAP = 4 * telemetry.INTERVAL
"""Between two samples no more than this counts: a machine that slept, or a clock that was set, ends no job."""

SMOOTHING = 0.2
"""Weight of a new loss: the last ten points or so count, so a single bad batch moves the smoothed loss by a fifth."""
FIRST_POINTS = 10
"""So many points say nothing yet: the first losses of a warm-up are high and wild."""
POINTS_IN_A_ROW = 5
"""Above the limit for so long means it stays there: a spike of one batch is back below it within three points."""
LEAST_LOSS = 0.1
"""The lowest loss counts as at least this: four times nearly nothing is still nearly nothing."""


class Watch:
    def __init__(self, job_folder, content, gpu_indices):
        self.folder, self.gpus = job_folder, list(gpu_indices)
        self.rules = content.get("rules") or {}
        self.metrics = _Lines(os.path.join(job_folder, "metrics.jsonl"))
        self.loss = _Divergence(self.rules.get("divergence"))
        self.idle, self.quiet = 0.0, 0.0
        self.growth, self.before = self._growth(), None
        self._recall()

    def verdict(self, sample):
        """None, ("end", class of failure, message) or ("stalled", message)."""
        end = self._judge_metrics()
        if end is not None:
            return end
        self._observe(sample, self._growth())
        most_idle = self.rules.get("idleGpuSeconds")
        if most_idle is not None and self.gpus and self.idle >= most_idle:
            which = "its GPU has" if len(self.gpus) == 1 else "none of its %d GPUs has" % len(self.gpus)
            negation = " not" if len(self.gpus) == 1 else ""
            return "end", "idle-gpu", "The job was ended: %s%s computed for %s." % (which, negation, _span(self.idle))
        if self.quiet >= self.rules.get("stallSeconds", STALL_SECONDS):
            return "stalled", "It has neither written nor computed for %s." % _span(self.quiet)
        return None

    def _judge_metrics(self):
        for point in self.metrics.fresh():
            bad = non_finite(point)
            if self.rules.get("nan") and bad:
                where = " at step %s" % point["step"] if type(point.get("step")) is int else ""
                return "end", "nan", "The job was ended: its %s became NaN or infinite%s." % (bad[0], where)
            if self.loss.is_over(point.get("loss")):
                return "end", "diverged", "The job was ended: %s." % self.loss.sentence()
        return None

    def _observe(self, sample, growth):
        if growth != self.growth:
            self.growth, self.quiet = growth, 0.0
        if sample is None or self.before is not None and sample["time"] == self.before:
            return
        passed = 0.0 if self.before is None else min(max(0.0, sample["time"] - self.before), LONGEST_GAP)
        self.before = sample["time"]
        gpu = self._is_gpu_busy(sample)
        cpu = sample["job"]["cpuPercent"]
        # What is not known neither counts as rest nor as work.
        if gpu is not None:
            self.idle = 0.0 if gpu else self.idle + passed
        if gpu or (cpu is not None and cpu >= BUSY_CPU_PERCENT):
            self.quiet = 0.0
        elif gpu is False and cpu is not None:
            self.quiet += passed

    def _is_gpu_busy(self, sample):
        """False without GPUs; None when nvidia-smi does not tell."""
        if not self.gpus:
            return False
        readings = [gpu["utilisation"] for gpu in sample["gpus"] if gpu["index"] in self.gpus]
        if any(busy is not None and busy >= BUSY_GPU_PERCENT for busy in readings):
            return True
        return None if len(readings) < len(self.gpus) or None in readings else False

    def _growth(self):
        names = ("stdout.log", "stderr.log", "metrics.jsonl")
        return tuple(_size_and_time(os.path.join(self.folder, name)) for name in names)

    def _recall(self):
        """The samples of a supervisor before us; those older than the last growth say nothing about a stall."""
        grown_at = max(changed for _, changed in self.growth) / 1e9
        recorded = logs.last_bytes(self.folder, telemetry.NAME, READ_BYTES) if os.path.isdir(self.folder) else b""
        for line in recorded.splitlines():
            sample = _object(line)
            if _is_sample(sample):
                self._observe(sample, self.growth)
                if sample["time"] <= grown_at:
                    self.quiet = 0.0


class _Divergence:
    """The loss, smoothed, against its lowest smoothed value so far."""

    def __init__(self, factor):
        self.factor, self.smoothed, self.lowest = factor, None, math.inf
        self.points, self.above = 0, 0

    def is_over(self, loss):
        if self.factor is None or not _is_number(loss) or not math.isfinite(loss):
            return False
        self.points += 1
        self.smoothed = loss if self.smoothed is None else self.smoothed + SMOOTHING * (loss - self.smoothed)
        if self.points <= FIRST_POINTS:
            self.lowest = min(self.lowest, self.smoothed)
            return False
        # A loss that is below zero, as some objectives have, has no meaningful multiple.
        over = self.lowest >= 0 and self.smoothed > self.factor * max(self.lowest, LEAST_LOSS)
        self.lowest = min(self.lowest, self.smoothed)
        self.above = self.above + 1 if over else 0
        return self.above >= POINTS_IN_A_ROW

    def sentence(self):
        figures = (self.smoothed, self.factor, self.lowest)
        return "the loss, smoothed, stays at %.3g, more than %g times its lowest of %.3g" % figures


class _Lines:
    """The whole lines that were added to a file of JSON lines since the last look, a bounded amount at a time."""

    def __init__(self, path):
        self.path, self.offset, self.rest = path, 0, b""

    def fresh(self):
        try:
            number = safely.open_to_read(self.path)
            with os.fdopen(number, "rb") as file:
                if os.fstat(number).st_size < self.offset:  # written anew
                    self.offset, self.rest = 0, b""
                file.seek(self.offset)
                data = file.read(READ_BYTES)
        except OSError:
            return []
        self.offset += len(data)
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()[:LONGEST_LINE]
        return [value for value in map(_object, lines) if isinstance(value, dict)]


def non_finite(point):
    """The names of the metrics of a line that are not finite. NaN is not JSON, so reporters name such metrics in
    `non_finite`; other programs write NaN as a bare word, as text or, for the loss, as null."""
    listed = point.get("non_finite")
    named = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    spoken = ("nan", "inf", "-inf", "infinity", "-infinity")
    found = [
        name
        for name, value in point.items()
        if (_is_number(value) and not math.isfinite(value))
        or (isinstance(value, str) and value.lower() in spoken)
        or (name == "loss" and value is None)
    ]
    return named + found


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_sample(value):
    """The job can write to the folder as well, so that its telemetry may be anything."""
    sound = isinstance(value, dict) and _is_number(value.get("time")) and isinstance(value.get("gpus"), list)
    return (
        sound
        and isinstance(value.get("job"), dict)
        and _is_figure(value["job"].get("cpuPercent"))
        and all(isinstance(gpu, dict) and "index" in gpu and _is_figure(gpu.get("utilisation")) for gpu in value["gpus"])
    )


def _is_figure(value):
    return value is None or _is_number(value)


def _object(line):
    try:
        return json.loads(line.decode("utf-8", "replace")) if len(line) < LONGEST_LINE else None
    except (ValueError, RecursionError):
        return None


def _size_and_time(path):
    try:
        found = os.lstat(path)
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _span(seconds):
    return "%d minutes" % (seconds // 60) if seconds >= 120 else "%d seconds" % seconds
