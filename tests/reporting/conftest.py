"""Run folders as a run leaves them, with numbers that a test chooses."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from allennlp.common.params import with_overrides

WORDS = ("Anna", "Berg", "sings", "in", "Oslo", "and", "<b>Paris</b>")
TAGS = ("B-PER", "I-PER", "O", "O", "B-LOC", "O", "B-LOC")


def configuration(seed: int, num_rounds: int, changes: Dict[str, Any]) -> Dict[str, Any]:
    """What stands in `config.json`."""
    config = {
        "type": "active_learning",
        **dict.fromkeys(("seed", "random_seed", "numpy_seed", "pytorch_seed"), seed),
        "train_data_path": "train.conll",
        "validation_data_path": "dev.conll",
        "test_data_path": "test.conll",
        "trainer": {
            "type": "active_learning",
            "pool": {"size": 100},
            "num_rounds": num_rounds,
            "query_policy": {"type": "random"},
            "augmenter": {"type": "none"},
        },
    }
    return with_overrides(config, changes) if changes else config


def write_run(
    folder: Path,
    f1: Sequence[float],
    seed: int = 1,
    num_rounds: Optional[int] = None,
    queried: Optional[Sequence[Sequence[str]]] = None,
    accepted: Optional[Sequence[int]] = None,
    dev_below: float = 5.0,
    measured: bool = True,
    training: Optional[Sequence[Dict[str, Any]]] = None,
    **changes: Any,
) -> Path:
    """
    Writes a run's text files. `f1` are points on test, one a round; each round labels ten sentences, or those of
    `queried`; with `accepted`, that many of ten wanted children a round, of which as many again were refused. Where it
    is not measured, there is no dev and no test file. `training` has the steps of each round, and its retries.
    """
    if not measured:
        changes = {"validation_data_path": None, "test_data_path": None, **changes}
    folder.mkdir(parents=True)
    expected = len(f1) - 1 if num_rounds is None else num_rounds
    (folder / "config.json").write_text(json.dumps(configuration(seed, expected, changes), indent=4))
    versions = {"python": "3.11.7", "torch": "2.11.0"}
    machine = {"versions": versions, "revision": "abc123", "host": "here", "device": "x86_64", "cpus": 2, "threads": 2}
    (folder / "environment.json").write_text(json.dumps(machine))
    rounds, annotated, synthetic = [], [], []
    for k, score in enumerate(f1):
        names = [f"{k}-{i}" for i in range(10)] if queried is None else list(queried[k])
        annotated += [{"round": k, "id": name, "tokens": WORDS, "tags": TAGS} for name in names]
        children = _children(k, names, accepted[k]) if accepted else []
        synthetic += children
        rounds.append(_record(k, score, score - dev_below, len(annotated), names, children, accepted, seed))
        rounds[-1].update(training[k] if training else {})
        if not measured:
            rounds[-1]["scores"] = {}
    for name, rows in (("rounds", rounds), ("annotated", annotated), ("synthetic", synthetic)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def _record(
    k: int,
    test: float,
    dev: float,
    labelled: int,
    names: List[str],
    children: List[Dict[str, Any]],
    accepted: Optional[Sequence[int]],
    seed: int,
) -> Dict[str, Any]:
    generated = {
        "wanted": 10,
        "pairs": 20,
        "judged": 40,
        "tried": len(children),
        "accepted": sum(child["accepted"] for child in children),
        "refused": sum(not child["accepted"] for child in children),
        "ten_most_frequent": 0.5,
        "discriminator": {"accepted_range": [50.0, 200.0], "accepted_range_of": "perplexity"},
    }
    return {
        "round": k,
        "annotated": {"sentences": labelled, "tokens": 7 * labelled, "entities": 3 * labelled},
        "synthetic_in_training": sum(accepted[: k + 1]) if accepted else 0,
        "scores": {
            split: {"precision": f1 / 100, "recall": f1 / 100, "f1": f1 / 100, "PER/f1": f1 / 100, "LOC/f1": f1 / 200}
            for split, f1 in (("dev", dev), ("test", test))
        },
        "augmentation": generated if accepted else {},
        "queried": names,
        "query_scores": [None] * len(names),
        "seconds": {"query": 1.0, "annotate": 0.0, "augment": 2.0, "train": 10.0 + seed, "measure": 3.0},
    }


def _children(k: int, names: List[str], accepted: int) -> List[Dict[str, Any]]:
    soft = [{"B-PER": 0.7, "O": 0.3}, {"I-PER": 0.7, "B-LOC": 0.3}, {"O": 1.0}]
    hard = [{tag: 1.0} for tag in TAGS]
    return [
        {
            "round": k,
            "id": f"r{k}-{i}",
            "accepted": i % 2 == 0,
            "score": 100.0 + i if i % 2 == 0 else 300.0 + 10 * i,
            "lambda": 0.7,
            "parents": [
                {"sentence_id": names[(i + offset) % len(names)], "start": 3 * offset, "end": 3 * offset + 3}
                for offset in (0, 1)
            ],
            "tokens": ["Nora", "Lund", "sings", *WORDS[3:]],
            "tag_distributions": [*soft, *hard[3:]],
        }
        for i in range(2 * accepted)
    ]
