from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import Question
from seqmix_plugin.oracles import NoisyOracle, Request
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans

TYPES = ["LOC", "ORG", "PER"]
SENTENCES = [
    TaggedSentence(str(n), tuple("abcdefgh"), ("O", "B-PER", "I-PER", "O", "O", "B-LOC", "O", "O")) for n in range(1000)
]


def labelled(sentences: List[TaggedSentence], types: List[str], seed: int = 1, **shares: float) -> List[TaggedSentence]:
    request = Request([Question(sentence.without_labels()) for sentence in sentences], types, 0, seed, Path())
    return NoisyOracle(sentences, **shares).annotate(request).sentences


def mistakes(given: List[TaggedSentence]) -> Counter:
    """Of the 2,000 entities, what became of them."""
    kinds: Counter = Counter()
    for sentence in given:
        spans = tags_to_spans(sentence.tags or ())[0]
        for gold in tags_to_spans(SENTENCES[0].tags or ())[0]:
            near = [span for span in spans if span.start < gold.end + 1 and gold.start - 1 < span.end]
            same = [span for span in near if span[:2] == gold[:2]]
            if not near:
                kinds["missed"] += 1
            elif not same:
                kinds["border"] += 1
            else:
                kinds["right" if same[0].label == gold.label else "type"] += 1
    return kinds


def test_without_mistakes_it_is_gold() -> None:
    assert labelled(SENTENCES, TYPES) == SENTENCES


@pytest.mark.parametrize("kind", ["missed", "wrong_type", "wrong_border"])
def test_one_kind_of_mistake_alone(kind: str) -> None:
    counts = mistakes(labelled(SENTENCES, TYPES, **{kind: 1.0}))
    assert counts == {kind.removeprefix("wrong_"): 2000}


def test_mistakes_come_at_their_rates() -> None:
    counts = mistakes(labelled(SENTENCES, TYPES, missed=0.1, wrong_type=0.2, wrong_border=0.3))
    assert {kind: pytest.approx(count / 2000, abs=0.04) for kind, count in counts.items()} == {
        "missed": 0.1,
        "type": 0.2,
        "border": 0.3,
        "right": 0.4,
    }


def test_a_sentence_gets_its_mistakes_from_seed_and_id() -> None:
    shares = {"missed": 0.3, "wrong_type": 0.3, "wrong_border": 0.3}
    every = labelled(SENTENCES, TYPES, **shares)
    assert labelled(SENTENCES[500:], TYPES, **shares) == every[500:]
    assert labelled(SENTENCES, TYPES, seed=2, **shares) != every


def test_what_cannot_be_mistaken_stays() -> None:
    full = [TaggedSentence("0", ("Oslo",), ("B-LOC",))]
    assert labelled(full, TYPES, wrong_border=1.0) == full
    assert labelled(full, ["LOC"], wrong_type=1.0) == full


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"missed": -0.1}, "oracle.missed is -0.1; expected a number from 0 to 1"),
        ({"wrong_type": True}, "oracle.wrong_type is True; expected a number"),
        ({"missed": 0.6, "wrong_border": 0.6}, "missed, wrong_type and wrong_border sum to 1.2, above 1"),
    ],
)
def test_shares_that_are_none(shares: Dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        NoisyOracle([], **shares)


@pytest.mark.parametrize("shares", [{"wrong_border": 0.1}, {"wrong_type": 0.1}])
def test_a_mistake_that_would_make_a_tag_that_no_file_has_is_an_error_before_any_work(shares: Dict[str, float]) -> None:
    tags = ["O", "B-PER", "I-PER", "B-LOC"]
    with pytest.raises(
        ConfigurationError, match="labels is missing; .*an answer may have the tag I-LOC, which no file"
    ):
        NoisyOracle(SENTENCES, missed=0.1, **shares).check(SENTENCES, tags)
    NoisyOracle(SENTENCES, missed=0.1).check(SENTENCES, tags)
    NoisyOracle(SENTENCES, missed=0.1, **shares).check(SENTENCES, [*tags, "I-LOC"])
