"""Precision and recall of the overlap check on the labelled set. `python overlap_accuracy.py --write` renews overlap_accuracy.md."""

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ml_intern_box.overlap import scan
from overlap_cases import CLEAN, COPIES, OTHERS, labelled

TABLE = Path(__file__).with_name("overlap_accuracy.md")


class Result:
    def __init__(self):
        raw_items, rows = labelled()
        findings = scan([row for _, row, _ in rows], raw_items, None)
        self.items, self.rows = len(raw_items), len(rows)
        self.counts = Counter(kind for kind, _, _ in rows)
        self.right = [hit for hit in findings.hits if hit.item == rows[hit.row][2]]
        self.wrong = [hit for hit in findings.hits if hit.item != rows[hit.row][2]]
        self.found = Counter(rows[hit.row][0] for hit in self.right)
        self.flagged_clean = Counter(rows[row][0] for row in findings.flagged if rows[row][2] is None)
        self.kinds = {
            kind: Counter(hit.kind for hit in self.right if rows[hit.row][0] == kind) for kind in self.counts
        }
        hit_rows = {hit.row for hit in self.right}
        self.missed = [
            (number, *row) for number, row in enumerate(rows) if row[2] is not None and number not in hit_rows
        ]
        self.labelled = rows

    def recall(self, *kinds):
        return sum(self.found[kind] for kind in kinds) / sum(self.counts[kind] for kind in kinds)

    @property
    def precision(self):
        return len(self.right) / max(1, len(self.right) + len(self.wrong))


def as_table(result):
    lines = [
        "# Overlap check: precision and recall",
        "",
        "Written by `python box/tests/overlap_accuracy.py --write`; a test keeps it in step with the engine.",
        "The labelled set is made by `overlap_cases.py` from texts written for it: %d rows, %d items in nine benchmarks' shapes."
        % (result.rows, result.items),
        "It was made beside the engine, so another set will give other figures.",
        "",
        "Precision over all hits: %.4f (%d right, %d wrong). A hit is right when it names the row's own item."
        % (result.precision, len(result.right), len(result.wrong)),
        "Recall on the copies (%s): %.4f." % (", ".join(COPIES), result.recall(*COPIES)),
        "",
        "| class | rows | found | recall | as |",
        "|---|---|---|---|---|",
    ]
    for kind in COPIES + OTHERS:
        named = ", ".join("%d %s" % (count, name) for name, count in sorted(result.kinds[kind].items())) or "–"
        lines.append(
            "| %s | %d | %d | %.3f | %s |"
            % (kind, result.counts[kind], result.found[kind], result.recall(kind), named)
        )
    lines += ["", "| class that must not count | rows | flagged |", "|---|---|---|"]
    lines += ["| %s | %d | %d |" % (kind, result.counts[kind], result.flagged_clean[kind]) for kind in CLEAN]
    lines += [
        "",
        "A paraphrase shares few runs of words with its item: without an embedding model (`--embedding-model`) nearly all of them are missed.",
        "A part of a question is found when it has 13 of the item's own words in a row, or 8 that make up a whole sentence or most of the question.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    outcome = Result()
    print(as_table(outcome))
    if "--write" in sys.argv:
        TABLE.write_text(as_table(outcome), encoding="utf-8")
    if "--wrong" in sys.argv:
        for hit in outcome.wrong:
            print("WRONG", hit, outcome.labelled[hit.row])
        for each in outcome.missed:
            if each[1] in COPIES or "--all" in sys.argv:
                print("MISSED", each)
