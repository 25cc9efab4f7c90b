"""Sentences as lines of a run's files, there and back, and what the rounds come to."""

import json
from typing import Any, Dict, Iterable, List, Optional, Sequence

from seqmix_plugin.run.layout import NOT_MEASURED
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


def annotated_row(round_number: int, sentence: TaggedSentence) -> Dict[str, Any]:
    """A line of `annotated.jsonl`."""
    row = {"round": round_number, "id": sentence.id, "tokens": sentence.tokens, "tags": sentence.tags}
    optional = {"tag_distributions": sentence.tag_distributions, "spaces": sentence.spaces}
    return row | {name: value for name, value in optional.items() if value is not None}


def synthetic_row(round_number: int, synthetic: SyntheticSentence) -> Dict[str, Any]:
    """A line of `synthetic.jsonl`: a generated sentence, where it comes from, and the verdict on it."""
    sentence = synthetic.sentence
    row = {
        "round": round_number,
        "id": sentence.id,
        "accepted": synthetic.accepted,
        "score": synthetic.score,
        "lambda": synthetic.lam,
        "parents": [window._asdict() for window in synthetic.parents],
        "tokens": list(sentence.tokens),
        "tag_distributions": sentence.distributions(),
    }
    if sentence.tags is not None:  # a copy of a sentence with hard labels
        row["tags"] = sentence.tags
    if sentence.spaces is not None:
        row["spaces"] = sentence.spaces
    return row


def sentence_of(row: Dict[str, Any]) -> TaggedSentence:
    """
    The sentence of a line of `annotated.jsonl` or `synthetic.jsonl`.

    # Raises

    `ValueError`
        When the line holds no sentence.
    """
    name, tokens, tags, soft, spaces = (row.get(key) for key in ("id", "tokens", "tags", "tag_distributions", "spaces"))
    texts = [name, *(tokens or ()), *(tags or ()), *(spaces or ())]
    strings = isinstance(tokens, list) and all(isinstance(item, str) for item in texts)
    if not strings or not all(isinstance(distribution, dict) for distribution in soft or ()):
        raise ValueError(f"not the row of a sentence: {row}")
    labels = (None if values is None else tuple(values) for values in (tags, soft, spaces))
    return TaggedSentence(str(name), tuple(tokens or ()), *labels)


def to_lines(rows: Iterable[Dict[str, Any]]) -> bytes:
    """Rows as the bytes of a JSONL file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8")


def of_lines(content: bytes) -> List[Dict[str, Any]]:
    """The rows of a JSONL file's bytes; a `ValueError` for anything else."""
    rows = [json.loads(line) for line in content.decode("utf-8").split("\n") if line]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("a line holds no object")
    return rows


def summary(rounds: Sequence[Dict[str, Any]], waiting_for: Optional[Dict[str, int]] = None) -> Dict[str, Any]:
    """
    What `metrics.json` says: the last round's scores, the mean of each F1 over the rounds, what was annotated, and
    whether the run is finished or waits for labels, of which round and how many sentences. Where no split is measured,
    `f1` says so.
    """
    status = {"status": "finished"} if waiting_for is None else {"status": "waiting", "waiting_for": waiting_for}
    if not rounds:
        return status
    last = rounds[-1]
    metrics: Dict[str, Any] = {
        **status,
        "rounds": last["round"],
        **{f"annotated_{k}": v for k, v in last["annotated"].items()},
    }
    for split, scores in last["scores"].items():
        metrics.update({f"{split}_{name}": value for name, value in scores.items()})
        metrics[f"mean_{split}_f1"] = sum(r["scores"][split]["f1"] for r in rounds) / len(rounds)
    if not last["scores"]:
        metrics["f1"] = NOT_MEASURED
    if "stop" in last:
        metrics["stopped_because"] = last["stop"]
    metrics["seconds"] = sum(sum(record["seconds"].values()) for record in rounds)
    return metrics
