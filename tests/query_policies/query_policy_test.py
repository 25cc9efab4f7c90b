"""What every query policy must do, and what each scores."""

import math
from copy import deepcopy
from typing import Iterator, List, Sequence

import numpy as np
import pytest
import torch
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.query_policies import (
    BaldPolicy,
    ConsensusKlPolicy,
    LeastConfidencePolicy,
    MnlpPolicy,
    QueryContext,
    QueryPolicy,
    ScoredBatch,
    VoteEntropyPolicy,
)
from seqmix_plugin.sentence import TaggedSentence

NAMES = ["random", "least_confidence", "normalized_token_entropy", "mnlp", "vote_entropy", "consensus_kl", "bald"]
CONFIGURATIONS: "list[dict]" = [
    *({"type": name} for name in NAMES),
    *({"type": name} for name in ("margin", "tag_count", "inverse_tag_frequency", "entity_weighted")),
    {"type": "stratified", "policy": {"type": "mnlp"}},
    {"type": "fluctuation_history", "policy": {"type": "mnlp"}},
    *({"type": name} for name in ("core_set", "kmeans", "badge", "typical", "length")),
    {"type": "hybrid", "policy": {"type": "mnlp"}, "diversity": {"type": "kmeans"}, "factor": 1},
    {"type": "without_redundancy", "policy": {"type": "mnlp"}, "max_cosine": 0.9},
    {"type": "length_ranked", "policy": {"type": "mnlp"}, "neighbours": 2},
    {"type": "length_regressed", "policy": {"type": "mnlp"}},
    {"type": "random_share", "policy": {"type": "mnlp"}},
]
"""Every policy, and wrappers around others, must meet the contract."""

# Tag probabilities of four sentences over two tags. Least confidence: 0.1 + 0.1, 0.4, 0.3 * 3, 0.5.
PROBABILITIES = [[0.9, 0.9], [0.6], [0.7, 0.7, 0.7], [0.5]]


def sentences() -> List[TaggedSentence]:
    return [TaggedSentence(f"s{n}", ("word",) * len(row)) for n, row in enumerate(PROBABILITIES)]


def predict(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
    """One batch of one opinion in another order than the pool's, padded with what must not count."""
    positions = np.arange(len(unlabelled))[::-1]
    longest = max(len(sentence) for sentence in unlabelled)
    probabilities = torch.full((len(unlabelled), longest, 2), 0.5)
    mask = torch.zeros(len(unlabelled), longest, dtype=torch.bool)
    for row, position in enumerate(positions):
        for t, p in enumerate(PROBABILITIES[int(unlabelled[position].id[1:])]):
            probabilities[row, t] = torch.tensor([p, 1 - p])
            mask[row, t] = True
    vectors = torch.cat([probabilities, mask.unsqueeze(-1).cumsum(1)], dim=-1)
    yield ScoredBatch(positions, probabilities[None], probabilities.argmax(-1)[None], mask, None, vectors)


def made(configuration: "dict") -> QueryPolicy:
    return QueryPolicy.from_params(Params(deepcopy(configuration)))


def test_every_registered_policy_is_under_contract() -> None:
    modules = {name: QueryPolicy.by_name(name).__module__ for name in QueryPolicy.list_available()}
    ours = {name for name, module in modules.items() if module.startswith("seqmix_plugin.")}  # tests register others
    assert {one["type"] for one in CONFIGURATIONS} == ours


CONTEXT = QueryContext([TaggedSentence("s0", ("word", "word"), ("B-X", "O"))], ("O", "B-X"))


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda one: one["type"])
class TestContract:
    def test_selects_the_wanted_number_of_distinct_sentences(self, configuration: dict) -> None:
        queries = made(configuration).select(sentences(), 3, predict, np.random.default_rng(0), CONTEXT)
        assert len({query.position for query in queries}) == 3

    def test_takes_the_rest_of_the_pool(self, configuration: dict) -> None:
        queries = made(configuration).select(sentences(), 4, predict, np.random.default_rng(0), CONTEXT)
        assert sorted(query.position for query in queries) == [0, 1, 2, 3]

    def test_an_exhausted_pool_is_an_error(self, configuration: dict) -> None:
        with pytest.raises(ConfigurationError, match="pool exhausted: 4 sentences left, 5 requested"):
            made(configuration).select(sentences(), 5, predict, np.random.default_rng(0), CONTEXT)

    def test_the_same_generator_gives_the_same_queries(self, configuration: dict) -> None:
        policy = made(configuration)
        once, again = (policy.select(sentences(), 2, predict, np.random.default_rng(5), CONTEXT) for _ in range(2))
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


def test_a_query_that_no_score_decides_is_said_to_be_random(caplog: pytest.LogCaptureFixture) -> None:
    """A tagger without dropout has no opinion to sample, for one."""
    pool = [TaggedSentence("s1", ("word",))] * 4
    QueryPolicy.by_name("least_confidence")().select(pool, 4, predict, np.random.default_rng(0))
    assert caplog.text == ""  # all are taken
    policy = QueryPolicy.by_name("least_confidence")()
    for _ in range(2):
        policy.select(pool, 2, predict, np.random.default_rng(0))
    assert caplog.text.count("all 4 sentences have the query score 0.4: the query is random") == 1  # once a run


def test_random_asks_no_model() -> None:
    def refuse(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
        raise AssertionError("the model was asked")

    queries = QueryPolicy.by_name("random")().select(sentences(), 2, refuse, np.random.default_rng(0))
    assert [query.score for query in queries] == [None, None]


def test_a_score_that_is_no_number_is_an_error() -> None:
    def diverged(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
        votes, mask = torch.zeros(1, 4, 1, dtype=torch.long), torch.ones(4, 1, dtype=torch.bool)
        yield ScoredBatch(np.arange(4), torch.full((1, 4, 1, 2), torch.nan), votes, mask)

    with pytest.raises(ConfigurationError, match="score of sentence 's0' is not a number"):
        QueryPolicy.by_name("least_confidence")().select(sentences(), 1, diverged, np.random.default_rng(0))


def opinions(*rows: "list[list[float]]", path: "list[float] | None" = None) -> ScoredBatch:
    """One sentence, of which each opinion gives one distribution a word."""
    probabilities = torch.tensor(rows).unsqueeze(1)  # Shape: (num_models, 1, num_tokens, num_tags)
    mask = torch.ones(1, probabilities.size(2), dtype=torch.bool)
    paths = None if path is None else torch.tensor(path).unsqueeze(1)
    return ScoredBatch(np.arange(1), probabilities, probabilities.argmax(-1), mask, paths)


def score(policy: QueryPolicy, batch: ScoredBatch) -> float:
    return policy.score(batch).item()


def test_vote_entropy_is_equation_4() -> None:
    """Three models: all agree on the first word; 2 against 1 on the second."""
    policy = VoteEntropyPolicy()
    batch = opinions([[0.9, 0.1], [0.9, 0.1]], [[0.6, 0.4], [0.8, 0.2]], [[0.7, 0.3], [0.1, 0.9]])
    assert score(policy, batch) == pytest.approx(-(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)) / 2)


def test_agreement_scores_nothing_and_full_disagreement_log_c() -> None:
    """The paper's public code gave both the same score."""
    agree = opinions(*[[[0.8, 0.1, 0.1]] * 2] * 3)
    disagree = opinions([[1.0, 0.0, 0.0]] * 2, [[0.0, 1.0, 0.0]] * 2, [[0.0, 0.0, 1.0]] * 2)
    for policy in (VoteEntropyPolicy(), ConsensusKlPolicy(), BaldPolicy()):
        assert score(policy, agree) == pytest.approx(0, abs=1e-6)
        assert score(policy, disagree) == pytest.approx(math.log(3))


@pytest.mark.parametrize("policy", [ConsensusKlPolicy(), BaldPolicy()], ids=["consensus_kl", "bald"])
def test_the_mean_divergence_from_the_consensus_by_hand(policy: QueryPolicy) -> None:
    """Consensus (0.6, 0.4); KL((0.8, 0.2) ‖ ·) and KL((0.4, 0.6) ‖ ·) averaged."""
    first = 0.8 * math.log(0.8 / 0.6) + 0.2 * math.log(0.2 / 0.4)
    second = 0.4 * math.log(0.4 / 0.6) + 0.6 * math.log(0.6 / 0.4)
    assert score(policy, opinions([[0.8, 0.2]], [[0.4, 0.6]])) == pytest.approx((first + second) / 2)


def test_least_confidence_of_a_model_of_sequences_is_equation_1() -> None:
    batch = opinions([[0.5, 0.5], [0.9, 0.1]], path=[math.log(0.3)])
    assert score(LeastConfidencePolicy(), batch) == pytest.approx(0.7)


def test_mnlp_is_the_negative_mean_log_probability() -> None:
    words = [[0.5, 0.5], [0.1, 0.9]]
    assert score(MnlpPolicy(), opinions(words)) == pytest.approx(-(math.log(0.5) + math.log(0.9)) / 2)
    assert score(MnlpPolicy(), opinions(words, path=[math.log(0.3)])) == pytest.approx(-math.log(0.3) / 2)


def test_what_policies_need() -> None:
    needs = {
        name: (QueryPolicy.by_name(name)().committee_size, QueryPolicy.by_name(name)().num_samples) for name in NAMES
    }
    committees = {name: need for name, need in needs.items() if need != (1, 0)}
    assert committees == {"vote_entropy": (3, 0), "consensus_kl": (3, 0), "bald": (1, 10)}


@pytest.mark.parametrize(
    ("policy", "key"), [("vote_entropy", "committee_size"), ("consensus_kl", "committee_size"), ("bald", "num_samples")]
)
def test_one_opinion_cannot_disagree(policy: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=f"query_policy.{key} is 1; expected a whole number, 2 or more"):
        QueryPolicy.by_name(policy)(**{key: 1})


def test_paths_that_hardly_have_a_probability_are_told_apart() -> None:
    """From -ln P = 37 on, 1 - P is 1 in double precision: recorded so, ranked by -ln P."""

    def improbable(unlabelled: Sequence[TaggedSentence]) -> Iterator[ScoredBatch]:
        for batch in predict(unlabelled):
            paths = -torch.tensor([40.0, 300.0, 39.0, 0.1], dtype=torch.double)[torch.as_tensor(batch.positions.copy())]
            yield batch._replace(path_log_probability=paths[None])

    policy = QueryPolicy.by_name("least_confidence")()
    for seed in range(5):
        queries = policy.select(sentences(), 4, improbable, np.random.default_rng(seed))
        assert [query.position for query in queries] == [1, 0, 2, 3]
        assert [query.score for query in queries] == [1.0, 1.0, 1.0, pytest.approx(1 - np.exp(-0.1))]


def test_nearly_certain_words_are_told_apart() -> None:
    """1 - 2⁻³⁰ is 1 in float32, but the other tags' probabilities are not 0."""
    surer = opinions([[1.0, 2.0**-31], [1.0, 2.0**-31]])
    less = opinions([[1.0, 2.0**-30], [1.0, 2.0**-31]])
    for name in ("least_confidence", "mnlp"):
        policy = QueryPolicy.by_name(name)()
        assert 0 < score(policy, surer) < score(policy, less), name
    same, other = [[1.0 - 2.0**-20, 2.0**-20]], [[1.0 - 2.0**-19, 2.0**-19]]
    for name in ("consensus_kl", "bald"):
        policy = QueryPolicy.by_name(name)()
        assert score(policy, opinions(same, same)) == 0, name
        assert score(policy, opinions(same, other)) > 0, name
