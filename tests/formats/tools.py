"""
What tools do with a file of questions when every prediction in it is accepted as it is: their import and export as
their public sources have them, written without our code.
"""

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

from tests.formats.conftest import rows_of, write_rows

Tool = Callable[[Path], None]


def sliced(text: str, start: int, end: int, javascript: bool) -> str:
    """Part of a text, by code points or by JavaScript's `slice`."""
    if not javascript:
        return text[start:end]
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def label_studio(path: Path) -> None:
    """JSON. The region's text is what a browser shows of it."""
    tasks = json.loads(path.read_bytes())
    for number, task in enumerate(tasks, 1):
        regions = [region for prediction in task["predictions"] for region in prediction["result"]]
        assert len({region["id"] for region in regions}) == len(regions)
        result = []
        for region in regions:
            value = {**region["value"]}
            assert value["text"].split() == task["data"]["text"][value["start"] : value["end"]].split()
            value["text"] = " ".join(value["text"].split())
            value.pop("score", None)
            result.append({**region, "value": value, "origin": "prediction"})
        task["id"] = 1000 + number
        task["annotations"] = [
            {"id": number, "completed_by": 1, "result": result, "was_cancelled": False, "lead_time": 3.2}
        ]
    path.write_text(json.dumps(tasks), encoding="utf-8")


def label_studio_minimal(path: Path) -> None:
    """JSON-MIN: the task's number in `id`, and no key for an annotation without regions."""
    label_studio(path)
    rows = []
    for task in json.loads(path.read_bytes()):
        row = {**task["data"], "id": task["id"]}
        (annotation,) = task["annotations"]
        if annotation["result"]:
            row["label"] = [region["value"] for region in annotation["result"]]
        rows.append({**row, "annotator": 1, "annotation_id": annotation["id"], "created_at": "2026-01-01T00:00:00Z"})
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def doccano(form: str) -> Tool:
    """One of its forms of JSONL; every key but text and label is meta, and written flat."""

    def accept(path: Path) -> None:
        rows: List[Dict[str, Any]] = []
        for number, row in enumerate(rows_of(path), 1):
            text, label = row.pop("text"), row.pop("label")
            for start, end, _ in label:
                assert sliced(text, start, end, javascript=True).strip() == sliced(text, start, end, javascript=True)
            entities = [
                {"id": 5, "label": name, "start_offset": start, "end_offset": end} for start, end, name in label
            ]
            spans = {"label": {"label": label}, "entities": {"entities": entities, "relations": []}}[form]
            rows.append({"id": number, "text": text, **row, **spans, "Comments": []})
        write_rows(path, rows)

    return accept


def prodigy(path: Path) -> None:
    rows = rows_of(path)
    for row in rows:
        for token in row["tokens"]:
            assert row["text"][token["start"] : token["end"]] == token["text"].replace("\r", " ")
        row.update({"_input_hash": 1, "_task_hash": 2, "_view_id": "ner_manual", "answer": "accept", "_timestamp": 1})
    write_rows(path, rows)


def columns(path: Path) -> None:
    """As they are."""


def jsonl(path: Path) -> None:
    rows = [{"id": row["id"], "tokens": row["tokens"], "spans": row["predicted"]} for row in rows_of(path)]
    write_rows(path, rows)


ACCEPTED: Dict[str, List[Tool]] = {
    "label_studio": [label_studio, label_studio_minimal],
    "doccano": [doccano(form) for form in ("label", "entities")],
    "prodigy": [prodigy],
    "columns": [columns],
    "jsonl": [jsonl],
}
