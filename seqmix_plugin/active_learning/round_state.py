"""The record that a run leaves of every round."""

import json
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Sequence

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.active_learning.environment import environment
from seqmix_plugin.active_learning.learning_curve import write_csv, write_plot
from seqmix_plugin.augmenters import SyntheticSentence
from seqmix_plugin.ranks import is_primary, rank
from seqmix_plugin.run_files import ANNOTATED, ENVIRONMENT, ROUNDS, SYNTHETIC, WEIGHTS
from seqmix_plugin.sentence import TaggedSentence


class Stopwatch:
    """
    Seconds a stage.
    """

    def __init__(self) -> None:
        self.seconds: Dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Times what is inside."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - start, 3)


class RunFolder:
    """
    Writes a run's files: `rounds.jsonl`, a line a round; `annotated.jsonl`, a line a labelled sentence;
    `synthetic.jsonl`, a line a generated sentence; the learning curve as `learning_curve.csv` and `.png`;
    `environment.json`; and `best.th`, which is there from the first moment and always whole. In a distributed run the
    primary process writes and the others only keep count; `best.th` is written on each machine, which archives it.

    # Parameters

    folder : `Path`
        The run's serialization directory.
    device : `torch.device`
        Where the models are.
    local_rank : `int`, optional (default = `0`)
        This process's number on its machine.

    # Raises

    `ConfigurationError`
        When the folder holds rounds already.
    """

    def __init__(self, folder: Path, device: torch.device, local_rank: int = 0) -> None:
        self.check_unused(folder)
        self._local_rank = local_rank
        self.folder = folder
        self.rounds: List[Dict[str, Any]] = []
        if is_primary():
            for name in (ANNOTATED, SYNTHETIC):
                (folder / name).unlink(missing_ok=True)  # of a run that died in round 0
            (folder / ENVIRONMENT).write_text(json.dumps(environment(device), indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def check_unused(folder: Path) -> None:
        """Raises a `ConfigurationError` when the folder holds rounds already."""
        if (folder / ROUNDS).exists():
            raise ConfigurationError(
                f"{folder / ROUNDS} holds the rounds of an earlier run, which cannot be gone on with yet; take another "
                f"folder or --force"
            )

    @property
    def weights(self) -> Path:
        """The weights of the newest round."""
        return self.folder / WEIGHTS

    def save_weights(self, model: torch.nn.Module) -> None:
        """Replaces `best.th` in one step."""
        if self._local_rank != 0:
            return
        temporary = self.weights.with_suffix(f".{rank()}.tmp")  # machines may share the folder
        torch.save(model.state_dict(), temporary)
        os.replace(temporary, self.weights)

    def add_annotated(self, round_number: int, sentences: Sequence[TaggedSentence]) -> None:
        """Appends what was labelled in a round, before anything is made of it."""
        rows = ({"round": round_number, "id": s.id, "tokens": s.tokens, "tags": s.tags} for s in sentences)
        if is_primary():
            _append(self.folder / ANNOTATED, rows)

    def add_round(self, record: Dict[str, Any], generated: Sequence[SyntheticSentence]) -> None:
        """Appends a round and what was generated in it, and draws the learning curve anew."""
        self.rounds.append(record)
        if not is_primary():
            return
        _append(self.folder / SYNTHETIC, (synthetic_record(record["round"], child) for child in generated))
        _append(self.folder / ROUNDS, [record])
        write_csv(self.rounds, self.folder / "learning_curve.csv")
        write_plot(self.rounds, self.folder / "learning_curve.png")


def synthetic_record(round_number: int, synthetic: SyntheticSentence) -> Dict[str, Any]:
    """A generated sentence as plain data: where it comes from, what it is, and the verdict on it."""
    return {
        "round": round_number,
        "id": synthetic.sentence.id,
        "accepted": synthetic.accepted,
        "score": synthetic.score,
        "lambda": synthetic.lam,
        "parents": [window._asdict() for window in synthetic.parents],
        "tokens": list(synthetic.sentence.tokens),
        "tag_distributions": synthetic.sentence.distributions(),
    }


def summary(rounds: Sequence[Dict[str, Any]]) -> Dict[str, Any]:
    """
    What `metrics.json` says: the last round's scores, the mean of each F1 over the rounds, and what was annotated.
    """
    last = rounds[-1]
    metrics: Dict[str, Any] = {"rounds": last["round"], **{f"annotated_{k}": v for k, v in last["annotated"].items()}}
    for split, scores in last["scores"].items():
        metrics.update({f"{split}_{name}": value for name, value in scores.items()})
        metrics[f"mean_{split}_f1"] = sum(r["scores"][split]["f1"] for r in rounds) / len(rounds)
    metrics["seconds"] = sum(sum(record["seconds"].values()) for record in rounds)
    return metrics


def _append(path: Path, records: Iterable[Dict[str, Any]]) -> None:
    with open(path, "a", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
