"""What trackers are given: the values of a round, and the parameters of a run."""

import json
import re
from typing import Any, Dict, Mapping

from seqmix_plugin.run.reader import flattened, identity

_STRANGE = re.compile(r"[^\w\-. :]|^\.+$")
"""What a name of a metric may not hold in MLflow, the strictest; a type of only full stops would be a relative path."""


def round_values(record: Mapping[str, Any]) -> Dict[str, float]:
    """
    The numbers in a line of `rounds.jsonl`, in groups by what they tell. Scores are from 0 to 1. Entity types in names
    have other characters than letters, digits and `_-.: ` replaced by their code points: `A/B` is `A_2f_B`.

    # Parameters

    record : `Mapping[str, Any]`
        A line of `rounds.jsonl`, with `scores` by split; precision, recall and F1 overall and by entity type.

    # Returns

    `Dict[str, float]`
        Values by names such as `dev/f1`, `dev/PER/f1`, `annotated/sentences` and `seconds/train`, and the `round`.
    """
    values = {"round": record["round"]}
    for split, scores in record["scores"].items():
        values.update((f"{split}/{_of_type(name)}", score) for name, score in scores.items())
    values.update((f"annotated/{unit}", count) for unit, count in record["annotated"].items())
    if "annotation_seconds" in record:
        values["annotated/hours"] = record["annotation_seconds"] / 3600
    values["query/kappa"] = record.get("kappa")
    values.update((f"query/{name}", record.get(name, 0)) for name in ("rejected", "unanswered"))
    values.update((f"query/mean_words_of_{name}", words) for name, words in record.get("mean_words", {}).items())
    values["generated/in_training"] = record["synthetic_in_training"]
    values.update((f"generated/{name}", count) for name, count in record["augmentation"].items())
    values.update((f"training/{name}", record.get(name)) for name in ("steps", "pseudo_labelled"))
    values.update((f"training/{name}", record.get(name, 0)) for name in ("retries", "collapsed"))
    values.update((f"seconds/{stage}", spent) for stage, spent in record["seconds"].items())
    values["seconds/all"] = sum(record["seconds"].values())
    return {name: float(value) for name, value in values.items() if isinstance(value, (int, float))}


def run_parameters(configuration: Dict[str, Any], environment: Mapping[str, Any]) -> Dict[str, Any]:
    """
    A run's configuration by dotted keys, without its trackers, which may hold passwords; its hash, which is the same
    for all seeds of a configuration; and versions, revision and device.

    # Parameters

    configuration : `Dict[str, Any]`
        The content of the run's `config.json`.
    environment : `Mapping[str, Any]`
        The content of the run's `environment.json`.

    # Returns

    `Dict[str, Any]`
        Numbers, truth values and text; lists as JSON.
    """
    values = flattened(configuration)
    values.pop("trainer.trackers", None)
    values["configuration_hash"] = identity(configuration)[0]
    values.update((f"versions.{name}", number) for name, number in environment.get("versions", {}).items())
    values.update((name, environment.get(name)) for name in ("revision", "device"))
    plain = (bool, int, float, str)
    return {
        k: v if isinstance(v, plain) else json.dumps(v, ensure_ascii=False) for k, v in values.items() if v is not None
    }


def _of_type(name: str) -> str:
    """The name of a score, such as `PER/f1`, with an entity type that all trackers accept."""
    kind, slash, score = name.rpartition("/")
    return _STRANGE.sub(lambda found: "".join(f"_{ord(c):x}_" for c in found[0]), kind) + slash + score
