import pytest

from seqmix_plugin.oracles import GoldOracle
from seqmix_plugin.sentence import TaggedSentence


def test_gold_uncovers_the_tags_in_the_order_of_the_queries() -> None:
    corpus = [TaggedSentence("a", ("Oslo",), ("B-LOC",)), TaggedSentence("b", ("in",), ("O",))]
    queried = [corpus[1].without_labels(), corpus[0].without_labels()]
    assert GoldOracle(corpus).annotate(queried) == [corpus[1], corpus[0]]


def test_a_stranger_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        GoldOracle([TaggedSentence("a", ("Oslo",), ("B-LOC",))]).annotate([TaggedSentence("b", ("in",))])
