"""Generated sentences as the report's list of examples shows them."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

from seqmix_plugin.reporting.generated import Example, Generated

ALL = 240
"""About so many examples are kept: a reader turns few pages, and the file stays small."""


def examples(generated: Sequence[Generated]) -> List[Dict[str, Any]]:
    """Some sentences of each verdict, round and method as plain data, fewer of each the more methods and rounds."""
    rounds = sum(one.group.num_budgets for one in generated)
    a_round = max(1, min(4, ALL // max(2 * rounds, 1)))
    return [_row(example) for one in generated for example in one.examples(a_round)]


def _row(example: Example) -> Dict[str, Any]:
    return {
        "group": example.group,
        "seed": example.seed,
        "round": example.round,
        "accepted": example.accepted,
        "score": None if example.score is None else float(f"{example.score:.4g}"),
        "lambda": round(example.lam, 3),
        "weights": _weights(example),
        "parents": [
            {**_columns(words), "window": _window([inside for _, _, inside in words])} for words in example.parents
        ],
        "child": {
            "words": [word for word, _, _ in example.child],
            "labels": [[[tag, round(share, 3)] for tag, share in labels] for _, labels, _ in example.child],
            "window": _window([inside for _, _, inside in example.child]),
        },
    }


def _columns(words: Sequence[Tuple[str, str, bool]]) -> Dict[str, Any]:
    return {"words": [word for word, _, _ in words], "tags": [tag for _, tag, _ in words]}


def _window(inside: Sequence[bool]) -> List[int]:
    """Where it starts and where it has ended."""
    if True not in inside:
        return [0, 0]
    return [inside.index(True), len(inside) - list(reversed(inside)).index(True)]


def _weights(example: Example) -> Optional[List[float]]:
    """
    Of the two parents in the mix, read from the soft labels: λ belongs to the first sentence of the pair, and the file
    does not say which of the two children this is. `None` where all labels of the windows agree.
    """
    first, second = ([tag for _, tag, inside in parent if inside] for parent in example.parents)
    soft = [dict(labels) for _, labels, inside in example.child if inside]
    for one, other, labels in zip(first, second, soft, strict=False):
        share = labels.get(one, 0.0)
        if one != other and abs(share + labels.get(other, 0.0) - 1) < 1e-3:
            return [round(share, 3), round(1 - share, 3)]
    return None
