"""The findings of several files as the one object that the command line prints."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, List, Sequence, Tuple

from ml_intern_box import overlap_findings
from ml_intern_box.overlap_findings import Findings
from ml_intern_box.overlap_formats import Part


def describe(
    files: Sequence[Part],
    all_findings: Sequence[Findings],
    lines: List[int],
    item_problems: List[Tuple[int, str]],
) -> Dict[str, Any]:
    kinds: Counter = Counter()
    sources: Counter = Counter()
    for findings in all_findings:
        kinds.update(findings.kinds)
        sources.update(findings.sources)
    several = len(files) > 1
    name = {whole.path: {"file": whole.path} if several else {} for whole in files}
    pairs = list(zip(files, all_findings))
    hit_count = sum(findings.hit_count for findings in all_findings)
    hits = [
        dict(hit.as_json(), item=lines[hit.item], **name[whole.path])
        for whole, findings in pairs
        for hit in findings.hits
    ]
    return {
        "rows": sum(findings.rows for findings in all_findings),
        "items": len(lines),
        "seconds": 0.0,
        "hits": hits,
        "hitCount": hit_count,
        "complete": len(hits) == hit_count,
        "flaggedRows": sum(len(findings.flagged) for findings in all_findings),
        "flaggedItems": len({hit["item"] for hit in hits}),
        "kinds": {kind: kinds[kind] for kind in overlap_findings.STRENGTH if kinds[kind]},
        "files": [
            {
                "file": whole.path,
                "rows": findings.rows,
                "flaggedRows": len(findings.flagged),
                "unreadable": findings.problem_count,
            }
            for whole, findings in pairs
        ],
        "examples": [
            {
                "row": each.hit.row,
                "item": lines[each.hit.item],
                "score": round(each.hit.score, 4),
                "kind": each.hit.kind,
                "rowText": each.row_text,
                "itemText": each.item_text,
                **name[whole.path],
            }
            for whole, findings in pairs
            for each in findings.examples
        ],
        "unreadable": sum(findings.problem_count for findings in all_findings) + len(item_problems),
        "problems": [
            {"file": whole.path, "line": number, "problem": text}
            for whole, findings in pairs
            for number, text in findings.problems
        ]
        + [
            {"eval": True, "line": number, "problem": text}
            for number, text in item_problems[: overlap_findings.MOST_PROBLEMS]
        ],
        "sources": dict(sources.most_common(overlap_findings.MOST_SOURCES)),
    }
