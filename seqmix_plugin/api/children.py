"""Generated sentences beside their parents, for reading in a notebook."""

import html
from typing import Any, Dict, Sequence, Tuple

WINDOW = "background: #d55e0033; border-radius: 3px"


class Children:
    """
    Some generated sentences, each beside its parents; the words that were mixed are marked.

    # Parameters

    rows : `Sequence[Dict[str, Any]]`
        Rows of `Run.synthetic`.
    """

    def __init__(self, rows: Sequence[Dict[str, Any]]) -> None:
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return "\n\n".join("\n".join(f"{name}: {_text(*part)}" for name, part in _parts(row)) for row in self.rows)

    def _repr_html_(self) -> str:
        return "<hr>".join(_table(row) for row in self.rows)


def _parts(row: Dict[str, Any]) -> Sequence[Tuple[str, Tuple[Sequence[str], int, int]]]:
    """Names, words and windows of a child and its parents."""
    windows = [(f"parent {number}", f"parent_{number}") for number in (1, 2)]
    parents = [
        (name, (row[f"{key}_tokens"], row[f"{key}_start"], row[f"{key}_end"]))
        for name, key in windows
        if isinstance(row.get(f"{key}_tokens"), list)
    ]
    start, end = (
        row["changed"] if isinstance(row.get("changed"), list) else (row["parent_1_start"], row["parent_1_end"])
    )
    return [("child", (row["tokens"], start, end)), *parents]


def _text(words: Sequence[str], start: int, end: int) -> str:
    marked = [*words[:start], f"[{' '.join(words[start:end])}]", *words[end:]]
    return " ".join(marked)


def _table(row: Dict[str, Any]) -> str:
    cells = []
    for name, (words, start, end) in _parts(row):
        before, window, after = (html.escape(" ".join(part)) for part in (words[:start], words[start:end], words[end:]))
        marked = f'{before} <span style="{WINDOW}">{window}</span> {after}'
        cells.append(f"<tr><th>{name}</th><td style='text-align: left'>{marked}</td></tr>")
    about = ", ".join(f"{name} {row[name]:.3g}" for name in ("round", "lambda", "score") if row[name] is not None)
    return f"<table>{''.join(cells)}</table><small>{about}{'' if row['accepted'] else ', refused'}</small>"
