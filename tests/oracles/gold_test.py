from pathlib import Path

import pytest

from seqmix_plugin.formats import Question
from seqmix_plugin.oracles import GoldOracle, Request
from seqmix_plugin.sentence import TaggedSentence


def asked(*sentences: TaggedSentence) -> Request:
    return Request([Question(sentence.without_labels()) for sentence in sentences], ["LOC"], 0, 1, Path())


def test_gold_uncovers_the_tags_in_the_order_of_the_queries() -> None:
    corpus = [TaggedSentence("a", ("Oslo",), ("B-LOC",)), TaggedSentence("b", ("in",), ("O",))]
    assert GoldOracle(corpus).annotate(asked(corpus[1], corpus[0])).sentences == [corpus[1], corpus[0]]


def test_a_stranger_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        GoldOracle([TaggedSentence("a", ("Oslo",), ("B-LOC",))]).annotate(asked(TaggedSentence("b", ("in",))))
