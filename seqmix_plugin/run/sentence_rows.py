"""Sentences as lines of `annotated.jsonl` and `synthetic.jsonl`."""

from typing import Any, Dict, Iterable, List, Optional

from seqmix_plugin.io.stored import Known, Number
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, TrainingSentence, take_turns


class _SentenceRow(Known):
    id: str
    tokens: List[str]
    tags: Optional[List[str]] = None
    tag_distributions: Optional[List[Dict[str, Number]]] = None
    spaces: Optional[List[str]] = None
    slot: Optional[int] = None


def sentence_of(row: Any) -> TaggedSentence:
    """The sentence of a line of `annotated.jsonl` or `synthetic.jsonl`; a `ValueError` when it holds none."""
    return _sentence(_SentenceRow.model_validate(row))


def training_of(rows: Iterable[Any]) -> List[TrainingSentence]:
    """The training sentences of lines of `synthetic.jsonl`; a `ValueError` when they hold something else."""
    parsed = [_SentenceRow.model_validate(row) for row in rows]
    return take_turns((row.slot, _sentence(row)) for row in parsed)


def _sentence(parsed: _SentenceRow) -> TaggedSentence:
    tags, soft, spaces = parsed.tags, parsed.tag_distributions, parsed.spaces
    return TaggedSentence(
        parsed.id,
        tuple(parsed.tokens),
        None if tags is None else tuple(tags),
        None if soft is None else tuple(soft),
        None if spaces is None else tuple(spaces),
    )


def annotated_row(round_number: int, sentence: TaggedSentence) -> Dict[str, Any]:
    """A line of `annotated.jsonl`."""
    row = {"round": round_number, "id": sentence.id, "tokens": sentence.tokens, "tags": sentence.tags}
    optional = {"tag_distributions": sentence.tag_distributions, "spaces": sentence.spaces}
    return row | {name: value for name, value in optional.items() if value is not None}


def synthetic_row(round_number: int, synthetic: SyntheticSentence) -> Dict[str, Any]:
    """A line of `synthetic.jsonl`: a generated sentence, its parents, and the discriminator's verdict."""
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
    optional = {
        "tags": sentence.tags,  # of a sentence with hard labels
        "spaces": sentence.spaces,
        "changed": synthetic.changed,
        "slot": synthetic.slot,
    }
    return row | {name: value for name, value in optional.items() if value is not None}
