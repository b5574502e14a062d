"""Whether the kernel killed something for lack of memory while a job ran."""

import os


def oom_kills():
    """A counter of the kernel's out-of-memory kills: of our control group where there is one, else of the machine."""
    for path in _candidates():
        try:
            with open(path) as file:
                for line in file:
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        except (OSError, ValueError):
            continue
    return 0


def total_mib():
    """Memory that jobs can use: the machine's, or less where a control group says so."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path) as file:
                total = min(total, int(file.read()))
        except (OSError, ValueError):
            continue
    return total >> 20


def free_mib():
    """Memory that is free for jobs now: the machine's, or less where a control group says so."""
    available = _field("/proc/meminfo", "MemAvailable:")
    free = total_mib() if available is None else available >> 10
    for folder, limit, used in (
        ("/sys/fs/cgroup", "memory.max", "memory.current"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        # Files that were read once are counted as used, but give way.
        cached = _field(folder + "/memory.stat", "inactive_file") or 0
        try:
            with open("%s/%s" % (folder, limit)) as most, open("%s/%s" % (folder, used)) as now:
                free = min(free, max(0, int(most.read()) - int(now.read()) + cached) >> 20)
        except (OSError, ValueError):
            continue
    return free


def _field(path, name):
    try:
        with open(path) as file:
            return next((int(line.split()[1]) for line in file if line.split()[:1] == [name]), None)
    except (OSError, ValueError):
        return None


def _candidates():
    try:
        with open("/proc/self/cgroup") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield "/sys/fs/cgroup%s/memory.events" % path
        elif "memory" in controllers.split(","):
            yield "/sys/fs/cgroup/memory%s/memory.oom_control" % path
    yield "/sys/fs/cgroup/memory.events"
    yield "/proc/vmstat"
