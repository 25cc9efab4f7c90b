"""A project in Label Studio, as far as files tell of it, and somebody who knows the right labels."""

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

from tests.conftest import QUICKSTART

Spans = List[Tuple[int, int, str]]


def gold(texts: Path = QUICKSTART / "train.conll") -> Dict[str, Spans]:
    """
    The entities of the shipped training file in characters, by the text of the sentence: words joined by spaces, or
    lines of `pool.txt`.
    """
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")
    rows = [[line.split("\t") for line in block.split("\n")] for block in blocks]
    if texts.suffix == ".txt":
        lines = texts.read_text(encoding="utf-8").splitlines()
    else:
        lines = [" ".join(word for word, _ in sentence) for sentence in rows]
    found: Dict[str, Spans] = {}
    for text, sentence in zip(lines, rows, strict=True):
        spans: Spans = []
        end = 0
        for word, tag in sentence:
            start = text.index(word, end)
            end = start + len(word)
            if tag[0] == "B":
                spans.append((start, end, tag[2:]))
            elif tag[0] == "I":
                spans[-1] = (spans[-1][0], end, tag[2:])
        found[text] = spans
    return found


class Project:
    """
    # Parameters

    spans : `Dict[str, Spans]`
        The right labels by text.
    """

    def __init__(self, spans: Dict[str, Spans]) -> None:
        self._spans = spans
        self._tasks: List[Dict[str, Any]] = []

    def load(self, path: Path) -> None:
        """What *Import* does."""
        for task in json.loads(path.read_text(encoding="utf-8")):
            self._tasks.append({**task, "id": 100 + len(self._tasks), "annotations": []})

    def label(self, size: int = 1_000_000, reject: int = 0) -> List[str]:
        """Labels so many of the tasks that are open, and cancels some before. Gives the ids of what was labelled."""
        left = [task for task in self._tasks if not task["annotations"]][: size + reject]
        for number, task in enumerate(left):
            text = task["data"]["text"]
            values = [
                {"start": start, "end": end, "text": text[start:end], "labels": [label]}
                for start, end, label in self._spans[text]
            ]
            result = [{"from_name": "label", "to_name": "text", "type": "labels", "value": value} for value in values]
            annotation = {"id": task["id"], "completed_by": 1, "result": result, "was_cancelled": number < reject}
            task["annotations"].append(annotation)
        return [task["data"]["sentence_id"] for task in left[reject:]]

    def export(self, path: Path) -> None:
        """What *Export* does."""
        path.write_text(json.dumps(self._tasks), encoding="utf-8")
