"""Sentences as lines of `annotated.jsonl` and `synthetic.jsonl`."""

from typing import Any, Dict, List, Optional

from seqmix_plugin.io.stored import Known, Number
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence


class _SentenceRow(Known):
    id: str
    tokens: List[str]
    tags: Optional[List[str]] = None
    tag_distributions: Optional[List[Dict[str, Number]]] = None
    spaces: Optional[List[str]] = None


def sentence_of(row: Any) -> TaggedSentence:
    """The sentence of a line of `annotated.jsonl` or `synthetic.jsonl`; a `ValueError` when it holds none."""
    parsed = _SentenceRow.model_validate(row)
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
    optional = {"tags": sentence.tags, "spaces": sentence.spaces}  # tags: a copy of a sentence with hard labels
    return row | {name: value for name, value in optional.items() if value is not None}
