"""Generated sentences beside their parents, for reading in a notebook."""

import html
from typing import Any, Dict, Iterator, List, Sequence, Tuple

STYLE = "background: #d55e0033; border-radius: 3px"
"""Of the words that were mixed."""
Part = Tuple[str, Sequence[str], int, int]
"""Name and words of a sentence, and where its window begins and ends."""


class Children:
    """
    Some generated sentences, each beside its parents, with the soft labels of the words that were generated. These
    words, and those that were mixed, are marked.

    # Parameters

    rows : `Sequence[Dict[str, Any]]`
        Rows of `Run.synthetic`.
    """

    def __init__(self, rows: Sequence[Dict[str, Any]]) -> None:
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return "\n\n".join("\n".join([*_lines(row), f"labels: {_labels(row)}"]) for row in self.rows)

    def _repr_html_(self) -> str:
        return "<hr>".join(_table(row) for row in self.rows)


def _window(row: Dict[str, Any]) -> Tuple[int, int]:
    """First and end (exclusive) of the words of a child that were generated."""
    start, end = row.get("changed") or (row["parent_1_start"], row["parent_1_end"])
    return start, end


def _parts(row: Dict[str, Any]) -> List[Part]:
    """A child and those of its two parents that are known."""
    parents = [
        (f"parent {number}", row[f"{key}_tokens"], row[f"{key}_start"], row[f"{key}_end"])
        for number, key in ((1, "parent_1"), (2, "parent_2"))
        if row.get(f"{key}_tokens") is not None
    ]
    return [("child", row["tokens"], *_window(row)), *parents]


def _lines(row: Dict[str, Any]) -> Iterator[str]:
    for name, words, start, end in _parts(row):
        window = f"[{' '.join(words[start:end])}]"
        yield f"{name}: {' '.join([*words[:start], window, *words[end:]])}"


def _labels(row: Dict[str, Any]) -> str:
    """The soft labels of the generated words, most probable first."""
    start, end = _window(row)
    words = []
    for word, shares in zip(row["tokens"][start:end], row["tag_distributions"][start:end], strict=True):
        ordered = sorted(shares.items(), key=lambda item: -item[1])
        words.append(f"{word} {' '.join(f'{tag} {share:.2f}' for tag, share in ordered)}")
    return ", ".join(words)


def _table(row: Dict[str, Any]) -> str:
    shown = []
    for name, words, start, end in _parts(row):
        before, window, after = (html.escape(" ".join(part)) for part in (words[:start], words[start:end], words[end:]))
        shown.append((name, f'{before} <span style="{STYLE}">{window}</span> {after}'))
    shown.append(("labels", html.escape(_labels(row))))
    cells = [f"<tr><th>{name}</th><td style='text-align: left'>{text}</td></tr>" for name, text in shown]
    about = ", ".join(f"{name} {row[name]:.3g}" for name in ("round", "lambda", "score") if row[name] is not None)
    return f"<table>{''.join(cells)}</table><small>{about}{'' if row['accepted'] else ', refused'}</small>"
