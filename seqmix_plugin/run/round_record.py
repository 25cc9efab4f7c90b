"""The record of a round, a line of `rounds.jsonl`."""

from typing import Annotated, Any, Dict, List, Mapping, Optional

from pydantic import AfterValidator, Field, ValidationError

from seqmix_plugin.annotation_cost import AnnotationCost, annotation_seconds
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.stored import Known, Number, first_problem
from seqmix_plugin.run.round_state import RoundState

Range = List[Optional[Number]]


class _Counts(Known):
    sentences: Number
    tokens: Number
    entities: Number


class _Discriminator(Known):
    accepted_range: Range = Field(default=[])
    accepted_ranges: List[Range] = Field(default=[])


class _Augmentation(Known):
    wanted: Number = 0
    judged: Number = 0
    tried: Number = 0
    accepted: Number = 0
    discriminator: _Discriminator = _Discriminator()


def _has_f1(scores: Dict[str, float]) -> Dict[str, float]:
    if "f1" not in scores:
        raise ValueError("f1 is missing")
    return scores


class RoundRecord(Known):
    """A line of `rounds.jsonl`."""

    round: int
    annotated: _Counts
    synthetic_in_training: Number
    scores: Dict[str, Annotated[Dict[str, Number], AfterValidator(_has_f1)]]
    augmentation: _Augmentation
    queried: List[str]
    seconds: Dict[str, Number]
    steps: Optional[Number] = None
    retries: Number = 0
    collapsed: bool = False
    pseudo_labelled: Number = 0
    mean_words: Dict[str, Number] = Field(default={})
    stop: Optional[str] = None


def check_round(place: str, number: int, record: Any) -> None:
    """Raises a `ConfigurationError` unless a record is the line of round `number` in `rounds.jsonl`."""
    try:
        found = RoundRecord.model_validate(record).round
        problem = "" if found == number else f"round is {found}"
    except ValidationError as error:
        problem = first_problem(error)
    if problem:
        raise ConfigurationError(f"{place}: not the record of round {number} ({problem})")


def round_record(
    state: RoundState,
    annotated: Dict[str, int],
    cost: AnnotationCost,
    num_synthetic: int,
    scores: Dict[str, Dict[str, float]],
    training: Mapping[str, Any],
) -> Dict[str, Any]:
    """
    A line of `rounds.jsonl`; `training` has the number of `steps`, and `retries`, `collapsed` and `pseudo_labelled`
    where there is something to say. Sentences without labels are counted, but are not listed among the queried ones.
    """
    rejected, unanswered = state.rejected or [], state.unanswered or []
    scored = zip(state.queried or (), state.query_scores or (), strict=True)
    unlabelled = {*rejected, *unanswered}
    labelled = [(name, score) for name, score in scored if name not in unlabelled]
    missing = {"rejected": len(rejected), "unanswered": len(unanswered)} if rejected or unanswered else {}
    return {
        "round": state.round,
        "annotated": annotated,
        "annotation_seconds": round(annotation_seconds(annotated, cost), 3),
        "synthetic_in_training": num_synthetic,
        **training,
        "scores": scores,
        "augmentation": state.statistics,
        "queried": [name for name, _ in labelled],
        "query_scores": [score for _, score in labelled],
        **({"mean_words": state.mean_words} if state.mean_words else {}),
        **missing,
        "seconds": state.seconds,
    }
