"""What every query policy must do, and what each scores."""

import math
from typing import Iterator, List, Sequence

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import QueryPolicy, ScoredBatch
from seqmix_plugin.sentence import TaggedSentence

NAMES = ["random", "least_confidence", "normalized_token_entropy"]

# Tag probabilities of four sentences over two tags. Least confidence: 0.1 + 0.1, 0.4, 0.3 * 3, 0.5.
PROBABILITIES = [[0.9, 0.9], [0.6], [0.7, 0.7, 0.7], [0.5]]


def sentences() -> List[TaggedSentence]:
    return [TaggedSentence(f"s{n}", ("word",) * len(row)) for n, row in enumerate(PROBABILITIES)]


def predict(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
    """One batch in another order than the pool's, padded with what must not count."""
    positions = np.arange(len(unlabelled))[::-1]
    longest = max(len(sentence) for sentence in unlabelled)
    probabilities = torch.full((len(unlabelled), longest, 2), 0.5)
    mask = torch.zeros(len(unlabelled), longest, dtype=torch.bool)
    for row, position in enumerate(positions):
        for t, p in enumerate(PROBABILITIES[int(unlabelled[position].id[1:])]):
            probabilities[row, t] = torch.tensor([p, 1 - p])
            mask[row, t] = True
    yield ScoredBatch(positions, probabilities, mask)


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    def test_selects_the_wanted_number_of_distinct_sentences(self, name: str) -> None:
        queries = QueryPolicy.by_name(name)().select(sentences(), 3, predict, np.random.default_rng(0))
        assert len({query.position for query in queries}) == 3

    def test_takes_the_rest_of_the_pool(self, name: str) -> None:
        queries = QueryPolicy.by_name(name)().select(sentences(), 4, predict, np.random.default_rng(0))
        assert sorted(query.position for query in queries) == [0, 1, 2, 3]

    def test_an_exhausted_pool_is_an_error(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="pool exhausted: 4 sentences left, 5 requested"):
            QueryPolicy.by_name(name)().select(sentences(), 5, predict, np.random.default_rng(0))

    def test_the_same_generator_gives_the_same_queries(self, name: str) -> None:
        policy = QueryPolicy.by_name(name)()
        once, again = (policy.select(sentences(), 2, predict, np.random.default_rng(5)) for _ in range(2))
        assert once == again


def test_least_confidence_queries_by_equation_2() -> None:
    queries = QueryPolicy.by_name("least_confidence")().select(sentences(), 4, predict, np.random.default_rng(0))
    assert [query.position for query in queries] == [2, 3, 1, 0]
    assert [query.score for query in queries] == pytest.approx([0.9, 0.5, 0.4, 0.2])


def test_normalized_token_entropy_queries_by_equation_3() -> None:
    queries = QueryPolicy.by_name("normalized_token_entropy")().select(
        sentences(), 4, predict, np.random.default_rng(0)
    )

    def entropy(p: float) -> float:
        return -p * math.log(p) - (1 - p) * math.log(1 - p)

    assert [query.position for query in queries] == [3, 1, 2, 0]
    assert [query.score for query in queries] == pytest.approx([entropy(p) for p in (0.5, 0.6, 0.7, 0.9)])


def test_scores_belong_to_the_pools_order_whatever_the_batches_are() -> None:
    """The paper's public code scored in shuffled order and selected in the pool's."""
    policy = QueryPolicy.by_name("least_confidence")()
    pool = sentences()[::-1]
    assert [pool[query.position].id for query in policy.select(pool, 4, predict, np.random.default_rng(0))] == [
        "s2",
        "s3",
        "s1",
        "s0",
    ]


def test_ties_are_broken_at_random() -> None:
    pool = [TaggedSentence("s1", ("word",))] * 4
    policy = QueryPolicy.by_name("least_confidence")()
    firsts = {policy.select(pool, 1, predict, np.random.default_rng(seed))[0].position for seed in range(50)}
    assert firsts == {0, 1, 2, 3}


def test_random_asks_no_model() -> None:
    def refuse(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
        raise AssertionError("the model was asked")

    queries = QueryPolicy.by_name("random")().select(sentences(), 2, refuse, np.random.default_rng(0))
    assert [query.score for query in queries] == [None, None]


def test_a_score_that_is_no_number_is_an_error() -> None:
    def diverged(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
        yield ScoredBatch(np.arange(4), torch.full((4, 1, 2), torch.nan), torch.ones(4, 1, dtype=torch.bool))

    with pytest.raises(ConfigurationError, match="score of sentence 's0' is not a number"):
        QueryPolicy.by_name("least_confidence")().select(sentences(), 1, diverged, np.random.default_rng(0))
