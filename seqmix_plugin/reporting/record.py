"""The small record of a run that holds no text, so that it may be kept where the corpus must not be."""

import json
from pathlib import Path
from typing import Any, Dict

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting.run import Run, check_round, read_json

FIELDS = ("configuration_hash", "data_hash", "seed", "data_seed", "num_rounds")
COUNTS = ("wanted", "pairs", "judged", "tried", "accepted", "refused", "generated_tokens", "distinct_tokens")


def record(run: Run) -> Dict[str, Any]:
    """Scores, counts, seeds, seconds, ids of what was queried, hash of the configuration, and versions."""
    rounds = [
        {
            "round": row["round"],
            "annotated": row["annotated"],
            "synthetic_in_training": row["synthetic_in_training"],
            "scores": {split: _rounded(scores) for split, scores in row["scores"].items()},
            "augmentation": {name: row["augmentation"][name] for name in COUNTS if name in row["augmentation"]},
            "queried": row["queried"],
            "seconds": row["seconds"],
        }
        for row in run.rounds
    ]
    environment = {
        name: run.environment[name] for name in ("versions", "revision", "device") if name in run.environment
    }
    return {**{name: getattr(run, name) for name in FIELDS}, "environment": environment, "rounds": rounds}


def write_record(run: Run, path: Path) -> None:
    """Writes the record of a finished run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = record(run)
    rounds = ",\n".join("  " + json.dumps(row) for row in rows.pop("rounds"))  # a line a round: it reads well in a diff
    path.write_text(json.dumps(rows, indent=1)[:-2] + f',\n "rounds": [\n{rounds}\n ]\n}}\n', encoding="utf-8")


def read_record(path: Path) -> Run:
    """
    # Raises

    `ConfigurationError`
        When the file is not what `write_record` writes.
    """
    kept = read_json(path)
    rounds = kept.get("rounds")
    if any(name not in kept for name in FIELDS) or not isinstance(rounds, list):
        raise ConfigurationError(f"{path}: not the record of a run")
    for number, row in enumerate(rounds):
        check_round(str(path), number, row if isinstance(row, dict) else {})
    fields = {name: kept[name] for name in FIELDS}
    return Run(path=path, rounds=tuple(rounds), environment=kept.get("environment", {}), **fields)


def _rounded(scores: Dict[str, float]) -> Dict[str, float]:
    return {name: round(value, 6) for name, value in scores.items()}
