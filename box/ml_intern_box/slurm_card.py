"""What a cluster gives, as its login node tells: partitions, their limits, and what is free in them now."""

import re

from . import slurm_ask, slurm_options

USABLE = ("idle", "mixed", "allocated", "completing", "planned", "reserved")
FREE = ("idle", "mixed")


def describe(card, options):
    """The login node's card with the cluster on it: CPUs, memory and GPUs are those of its largest node."""
    chosen = slurm_options.check(options)
    try:
        nodes = parse(slurm_ask.nodes())
    except slurm_ask.NoAnswer as silent:
        return dict(card, gpus=[], scheduler="slurm", partitions=[], missing=card["missing"] + [_unreachable(silent)])
    partitions = summed(nodes)
    known = {each["name"] for each in partitions}
    wanted = [name for name in (chosen.get("partition") or "").split(",") if name]
    wanted = wanted or [each["name"] for each in partitions if each["default"]]
    missing = [_no_partition(name, known) for name in wanted if name not in known]
    if not wanted:
        missing.append(_no_default(known))
    largest = _largest([node for node in nodes if node["partition"] in wanted], chosen.get("gres"))
    known = dict(partitions=partitions, scheduler="slurm", missing=card["missing"] + missing)
    return dict(card, **dict(_machine(largest), **known))


def parse(text):
    """[{partition, node, ...}] of sinfo's fixed-width lines."""
    return [_node(fields) for fields in (_fields(line) for line in text.splitlines()) if fields["Partition"]]


def summed(nodes):
    """One entry a partition."""
    found = {}
    for node in nodes:
        entry = found.setdefault(
            node["partition"],
            dict(
                name=node["partition"],
                default=node["default"],
                available=node["available"],
                limitSeconds=node["limit"],
                nodes=0,
                freeNodes=0,
                gpus=0,
                freeGpus=0,
            ),
        )
        entry["nodes"] += 1
        entry["gpus"] += len(node["gpus"])
        if node["available"] and node["state"] in FREE:
            entry["freeNodes"] += node["state"] == "idle"
            entry["freeGpus"] += max(0, len(node["gpus"]) - node["used"])
    return list(found.values())


def gpu_names(gres):
    """["a100", "a100"] of `gpu:a100:2(S:0-1),gpu:...`."""
    names = []
    for kind, count in re.findall(r"(?:^|,)gpu(?::([A-Za-z][\w.-]*))?:(\d+)", gres):
        names += [kind or "GPU"] * min(int(count), 64)
    return names[:64]


def _fields(line):
    fields, at = {}, 0
    for name, width in slurm_ask.NODE_FIELDS:
        fields[name] = line[at : at + width].strip()
        at += width
    return fields


def _node(fields):
    limit = fields["Time"]
    return {
        "partition": fields["Partition"].rstrip("*"),
        "default": fields["Partition"].endswith("*"),
        "available": fields["Available"] == "up",
        "node": fields["NodeHost"],
        "state": re.sub(r"[^a-z].*", "", fields["StateLong"].lower()),
        "gpus": gpu_names(fields["Gres"]),
        "used": len(gpu_names(fields["GresUsed"])),
        "cpus": _whole(fields["CPUs"]),
        "memoryMiB": _whole(fields["Memory"]),
        "limit": None if limit in ("infinite", "n/a", "") else slurm_options.seconds(limit),
    }


def _largest(nodes, gres):
    kind = re.search(r"(?:^|,)gpu:([A-Za-z][\w.-]*)", gres or "")
    fitting = [node for node in nodes if kind is None or kind.group(1) in node["gpus"]]
    usable = [node for node in fitting if node["available"] and node["state"] in USABLE]
    return max(usable, key=lambda node: (len(node["gpus"]), node["cpus"]), default=None)


def _machine(node):
    if node is None:
        return {"gpus": []}
    gpus = [
        dict(index=index, name=name, memoryMiB=0, usedMiB=0, utilisation=0, driver="", users=[])
        for index, name in enumerate(node["gpus"])
    ]
    return {"gpus": gpus, "cpus": max(1, node["cpus"]), "memoryMiB": node["memoryMiB"]}


def _unreachable(silent):
    if "there is no" in str(silent):
        return {
            "what": "Slurm's programs (sbatch, squeue, sinfo) on the PATH of an SSH session",
            "mend": "command -v sbatch || echo 'export PATH=/opt/slurm/bin:$PATH' >> ~/.bashrc",
        }
    return {"what": "an answer of Slurm (%s)" % str(silent).rstrip("."), "mend": "sinfo"}


def _no_partition(name, known):
    what = "the partition %s (there are: %s)" % (name, ", ".join(sorted(known)) or "none")
    return {"what": what, "mend": "sinfo --summarize"}


def _no_default(known):
    what = "a default partition; choose one of %s with --partition=NAME" % ", ".join(sorted(known))
    return {"what": what, "mend": "sinfo --summarize"}


def _whole(text):
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else 0
