"""A stand-in for nvidia-smi: the machines that run these tests have no GPU. It answers the real command's queries, in its
CSV without header and units, for the fields that nvidia-smi's own help lists; anything else it refuses as that does."""

import json
import os
import stat
import sys

PROGRAM = """#!%s -SE
import json, os, sys, time
state = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "state.json")))
options = dict(word.lstrip("-").partition("=")[::2] for word in sys.argv[1:])
time.sleep(state["hangs"])
if state["fails"]:
    print(state["says"])
    sys.exit(state["fails"])
if options.get("format") != "csv,noheader,nounits":
    sys.exit("the stand-in knows this format only")
kind = "gpu" if "query-gpu" in options else "compute-apps"
known = {
    "gpu": ["index", "uuid", "name", "memory.total", "memory.used", "utilization.gpu", "power.draw", "temperature.gpu", "driver_version"],
    "compute-apps": ["gpu_uuid", "pid", "used_gpu_memory", "process_name"],
}[kind]
for row in state[kind]:
    words = []
    for field in options["query-" + kind].split(","):
        if field not in known:
            print('Field "%%s" is not a valid field to query.' %% field)
            sys.exit(2)
        words.append(str(row.get(field, "[N/A]")))
    print(", ".join(words))
"""


class Smi:
    def __init__(self, folder, count):
        self.folder = folder
        self.state = {"hangs": 0, "fails": 0, "says": "", "gpu": [_gpu(index) for index in range(count)], "compute-apps": []}
        program = folder / "nvidia-smi"
        program.write_text(PROGRAM % sys.executable)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.save()

    def save(self):
        partial = self.folder / "state.part"
        partial.write_text(json.dumps(self.state))
        os.replace(str(partial), str(self.folder / "state.json"))

    def gpu(self, index, **fields):
        self.state["gpu"][index].update({name.replace("__", "."): value for name, value in fields.items()})
        self.save()

    def use(self, index, pid, memory, name="python"):
        used = {"gpu_uuid": self.state["gpu"][index]["uuid"], "pid": pid, "used_gpu_memory": memory, "process_name": name}
        self.state["compute-apps"].append(used)
        self.gpu(index, memory__used=memory)

    def set(self, **state):
        self.state.update(state)
        self.save()


def install(tmp_path, monkeypatch, count):
    """Puts the stand-in first on PATH, with so many idle GPUs of 80 GB."""
    folder = tmp_path / "smi"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return Smi(folder, count)


def _gpu(index):
    return {
        "index": index,
        "uuid": "GPU-%08d-aaaa" % index,
        "name": "NVIDIA H100 80GB HBM3",
        "memory.total": 81559,
        "memory.used": 4,
        "utilization.gpu": 0,
        "power.draw": 71.25,
        "temperature.gpu": 31,
        "driver_version": "550.90.12",
    }
