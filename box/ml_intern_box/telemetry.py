"""What the machine and the job's GPUs do while the job runs: a line every few seconds in telemetry.jsonl.

A figure that cannot be had is null: on macOS there is no /proc, and nvidia-smi knows no utilisation of a GPU in parts.
"""

import json
import os
import shutil
import time

from . import gpus, logs

INTERVAL = 5.0
NAME = "telemetry.jsonl"
SEGMENT_BYTES = 4 << 20
MOST_SEGMENTS = 2
SMI_SECONDS = 20.0
"""How long nvidia-smi may take: without the driver's persistence mode it wakes up every GPU first, which takes seconds."""
SMI_PAUSE = 120.0
"""How long it is left alone once it hung: a process that hangs in the driver cannot be ended, so few of them must hang."""
_FIELDS = ("index", "utilization.gpu", "memory.used", "power.draw", "temperature.gpu")


class Recorder:
    """Never waits: nvidia-smi is asked at one call of sample() and read at a later one."""

    def __init__(self, job_folder, gpu_indices, pids):
        self.folder, self.wanted, self.pids = job_folder, set(gpu_indices), pids
        self.last = None
        self.due_at, self.asked_at, self.smi_after = 0.0, 0.0, 0.0
        self.query = None
        self.machine, self.job = _Machine(), _Job()

    def sample(self):
        """The newest sample, after a fresh one was appended to the file if it was time for one."""
        now = time.monotonic()
        if self.query is None and now >= self.due_at:
            self.due_at = now + INTERVAL
            self.asked_at = now
            asks = self.wanted and now >= self.smi_after
            self.query = gpus.Query("gpu", _FIELDS) if asks else None
            if self.query is None:
                self._record([])
        answered = self.query is not None and self.query.is_answered()
        if answered or (self.query is not None and now - self.asked_at > SMI_SECONDS):
            rows = self.query.wait(1 if answered else 0)
            self.query = None
            if rows is None:
                self.smi_after = now + SMI_PAUSE
            self._record([_reading(row) for row in rows or []])
        return self.last

    def _record(self, readings):
        own = [reading for reading in readings if reading["index"] in self.wanted]
        self.last = dict(
            {"time": round(time.time(), 3), "gpus": own}, **self.machine.sample(self.folder), job=self.job.sample(self.pids)
        )
        try:
            log = logs.Appender(self.folder, NAME, SEGMENT_BYTES, MOST_SEGMENTS)
            try:
                log.write((json.dumps(self.last) + "\n").encode())
            finally:
                log.close()
        except OSError:
            return  # a full disk, e.g.: the sample itself is still good


class _Machine:
    def __init__(self):
        self.before = None

    def sample(self, folder):
        return {
            "cpuPercent": self._cpu_percent(),
            "memoryMiB": _memory_used_mib(),
            "diskFreeMiB": _disk_free_mib(folder),
        }

    def _cpu_percent(self):
        """Of all CPUs together: 100 when none of them idles. Null in the first sample: it takes two looks."""
        now, before = _cpu_ticks(), self.before
        self.before = now
        if now is None or before is None or now[0] <= before[0]:
            return None
        return round(100.0 * (1 - (now[1] - before[1]) / (now[0] - before[0])), 1)


class _Job:
    def __init__(self):
        self.before, self.looked_at = None, 0.0

    def sample(self, pids):
        """CPU in percent of one CPU, so 400 means four of them; memory that is resident, shared pages counted for each."""
        if not os.path.isdir("/proc/self"):
            return {"cpuPercent": None, "memoryMiB": None}
        now = time.monotonic()
        seen = {key: figures for key, figures in map(_process, pids()) if key is not None}
        spent = sum(max(0.0, cpu - (self.before or {}).get(key, (0.0,))[0]) for key, (cpu, _) in seen.items())
        percent = None if self.before is None else round(100.0 * spent / max(now - self.looked_at, 0.001), 1)
        self.before, self.looked_at = seen, now
        return {"cpuPercent": percent, "memoryMiB": sum(memory for _, memory in seen.values()) >> 20}


def _reading(row):
    index, busy, memory, watts, celsius = (gpus.number(text) for text in row)
    return {
        "index": int(index if index is not None else -1),
        "utilisation": busy,
        "memoryMiB": memory,
        "watts": watts,
        "celsius": celsius,
    }


def _process(pid):
    """((pid, start), (CPU seconds, resident bytes)); a pid that was used again is another process."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rsplit(b")", 1)[1].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return (pid, fields[19]), (cpu, int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, IndexError, ValueError):
        return None, (0.0, 0)


def _cpu_ticks():
    """(all ticks, idle ticks) of the machine since it started."""
    try:
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return sum(ticks), ticks[3] + ticks[4]
    except (OSError, ValueError, IndexError):
        return None


def _memory_used_mib():
    try:
        with open("/proc/meminfo") as file:
            facts = {line.split(":")[0]: int(line.split()[1]) for line in file if line.startswith("Mem")}
        return (facts["MemTotal"] - facts["MemAvailable"]) >> 10
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _disk_free_mib(folder):
    try:
        return shutil.disk_usage(folder).free >> 20
    except OSError:
        return None
