"""The record of a finished run in `results/`: it holds no text, so that it may be published without the corpus."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Dict, List, Sequence

from pydantic import ValidationError

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import disk_errors, write_text
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.io.stored import Known, first_problem
from seqmix_plugin.run.reader import Run, StoredCost
from seqmix_plugin.run.round_record import check_round

FIELDS = ("configuration_hash", "data_hash", "seed", "data_seed", "num_rounds")
TRAINING = ("synthetic_in_training", "steps", "retries", "collapsed", "pseudo_labelled")
ROUND = ("round", "annotated", *TRAINING, "scores", "queried", "mean_words", "seconds", "stop")
COUNTS = ("wanted", "pairs", "judged", "tried", "accepted", "refused", "generated_tokens", "distinct_tokens")
AUGMENTATION = (*COUNTS, "ten_most_frequent")
ENVIRONMENT = ("versions", "revision", "device", "threads")
"""The names of all values that are kept, so that a text that a later version writes is not."""


def record(run: Run) -> Dict[str, Any]:
    """
    Scores, counts, seeds, seconds, ids and mean length of what was queried, hash of the configuration, versions and
    threads, and the cost of annotations where it is not the default.
    """
    rounds = [{**_only(ROUND, row), "augmentation": _only(AUGMENTATION, row["augmentation"])} for row in run.rounds]
    fields = {name: getattr(run, name) for name in FIELDS}
    if run.annotation_cost != AnnotationCost():
        fields["annotation_cost"] = asdict(run.annotation_cost)
    return {**fields, "environment": _only(ENVIRONMENT, run.environment), "rounds": rounds}


def write_record(run: Run, path: Path) -> None:
    """
    Writes the record of a finished run, whole or not at all.

    # Raises

    `ConfigurationError`
        When the run is not finished, or the file cannot be written.
    """
    if not run.finished:
        raise ConfigurationError(f"{run.path}: the run is not finished; no record of it can be written")
    rows = record(run)
    rounds = ",\n".join("  " + json.dumps(row) for row in rows.pop("rounds"))  # a line a round: it reads well in a diff
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(rows, indent=1)[:-2] + f',\n "rounds": [\n{rounds}\n ]\n}}\n')


class _Record(Known):
    configuration_hash: str
    data_hash: str
    seed: int
    data_seed: int
    num_rounds: int
    annotation_cost: StoredCost = StoredCost()
    environment: Dict[str, Any]
    rounds: List[Any]


def read_record(path: Path) -> Run:
    """
    # Raises

    `ConfigurationError`
        When the file is not what `write_record` writes.
    """
    kept = read_object(path)
    try:
        checked = _Record.model_validate(kept)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: not the record of a run ({first_problem(error)})") from error
    for number, row in enumerate(checked.rounds):
        check_round(str(path), number, row)
    fields = {name: kept[name] for name in FIELDS}
    run = Run(
        path=path,
        rounds=tuple(checked.rounds),
        environment=checked.environment,
        annotation_cost=checked.annotation_cost.cost,
        **fields,
    )
    if not run.finished:
        raise ConfigurationError(f"{path}: has {len(run.rounds)} rounds; the run had {run.num_rounds + 1}")
    return run


def _only(names: Sequence[str], values: Dict[str, Any]) -> Dict[str, Any]:
    return {name: values[name] for name in names if name in values}
