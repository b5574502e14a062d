"""lm-evaluation-harness's decontamination on the benchmark's rows: its Janitor with its 13-grams, in as many processes as are asked for.

Usage: python janitor.py ROWS ITEMS LIMIT PROCESSES. A row's texts are joined, as the harness takes a document; a row that holds a 13-gram
of an item is a dirty one. Every process takes every n-th row, and stops within a row at the first dirty 13-gram.
Prints {rows, seconds, dirty: [numbers]}.
"""

import contextlib
import io
import itertools
import json
import multiprocessing
import sys
import time

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    # It says at length that its C++ part was not compiled.
    from lm_eval.decontamination.janitor import Janitor


class Finder(Janitor):
    """Says whether a document is dirty instead of cutting it up."""

    def _split_chunks(self, dirty_string, dirty_parts):
        return any(True for _ in dirty_parts)


def scan(task):
    rows, items, limit, first, step = task
    janitor = Finder()
    with open(items, encoding="utf-8") as file:
        for item in map(json.loads, file):
            janitor.register_contaminant_python(item["question"])
            janitor.register_contaminant_python(item["answer"])
    dirty = []
    with open(rows, encoding="utf-8") as file:
        for number, line in enumerate(itertools.islice(file, limit)):
            if number % step == first:
                text = "\n".join(turn["content"] for turn in json.loads(line)["messages"])
                if janitor.clean_python(text):
                    dirty.append(number)
    return dirty


def main(rows, items, limit, processes):
    began = time.monotonic()
    with multiprocessing.Pool(processes) as pool:
        dirty = pool.map(scan, [(rows, items, limit, first, processes) for first in range(processes)])
    print(json.dumps({"rows": limit, "seconds": time.monotonic() - began, "dirty": sorted(itertools.chain(*dirty))}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
