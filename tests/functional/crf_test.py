"""Against enumeration of all paths, AllenNLP's own module, and numbers worked by hand."""

import math
from itertools import pairwise, product
from math import log
from typing import List, Tuple

import pytest
import torch
from allennlp.modules.conditional_random_field import ConditionalRandomField
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.functional import TransitionScores, expected_score, forward_backward, log_partition, viterbi

Paths = List[Tuple[Tuple[int, ...], float]]


def all_paths(logits: torch.Tensor, transitions: TransitionScores) -> Paths:
    """Every path of one sentence and its score, by the definition. Shape of `logits`: `(num_tokens, num_tags)`."""
    start, between, end = (scores.tolist() for scores in transitions)
    emissions = logits.tolist()
    paths: Paths = []
    for path in product(range(logits.size(1)), repeat=len(logits)):
        score = sum(emissions[t][tag] for t, tag in enumerate(path))
        score += sum(between[a][b] for a, b in pairwise(path))
        paths.append((path, score + (start[path[0]] + end[path[-1]] if path else 0.0)))
    return paths


def partition(paths: Paths) -> float:
    """ln Z."""
    return log(sum(math.exp(score) for _, score in paths))


def random_case(
    seed: int, num_tokens: int, num_tags: int, forbid: bool = False, scale: float = 1.0
) -> Tuple[torch.Tensor, TransitionScores]:
    """Logits of one sentence and a lattice; with `forbid` a part of the transitions, never those to and from tag 0."""
    generator = torch.Generator().manual_seed(seed)

    def scores(*shape: int) -> torch.Tensor:
        return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)

    logits, transitions = scores(num_tokens, num_tags), [scores(num_tags), scores(num_tags, num_tags), scores(num_tags)]
    if forbid:
        for some in transitions:
            forbidden = torch.rand(some.shape, generator=generator) < 0.5
            forbidden[0] = False
            if some.dim() == 2:
                forbidden[:, 0] = False
            some[forbidden] = -math.inf
    return logits, TransitionScores(*transitions)


def words(*lengths: int, num_tokens: int = 0) -> torch.Tensor:
    """The mask of sentences of these lengths."""
    return torch.arange(max(num_tokens, *lengths)) < torch.tensor(lengths)[:, None]


CASES = given(
    seed=st.integers(0, 2**31), num_tokens=st.integers(1, 5), num_tags=st.integers(1, 3), forbid=st.booleans()
)

# Two tags, two words; weights (the exponentials of scores) that can be multiplied by hand.
LOGITS = torch.tensor([[1.0, 2.0], [3.0, 1.0]], dtype=torch.float64).log()
WEIGHTS = TransitionScores(
    torch.tensor([1.0, 1.0], dtype=torch.float64).log(),
    torch.tensor([[1.0, 4.0], [1.0, 2.0]], dtype=torch.float64).log(),
    torch.tensor([1.0, 3.0], dtype=torch.float64).log(),
)
# 00: 1·1·3·1 = 3, 01: 1·4·1·3 = 12, 10: 2·1·3·1 = 6, 11: 2·2·1·3 = 12, together 33.


def test_by_hand() -> None:
    logits, mask = LOGITS.unsqueeze(0), words(2)
    torch.testing.assert_close(log_partition(logits, mask, WEIGHTS).exp(), torch.tensor([33.0], dtype=torch.float64))
    marginals, log_z = forward_backward(logits, mask, WEIGHTS)
    expected = torch.tensor([[[15, 18], [9, 24]]], dtype=torch.float64) / 33
    torch.testing.assert_close(marginals, expected)
    assert log_z.item() == pytest.approx(log(33))


def test_a_forbidden_transition_by_hand() -> None:
    """Without 0→1 and with no end in 0, only 11 is left; with 0→1 alone forbidden 3 + 6 + 12 = 21."""
    between = WEIGHTS.between.clone()
    between[0, 1] = -math.inf
    lattice = WEIGHTS._replace(between=between)
    logits, mask = LOGITS.unsqueeze(0), words(2)
    marginals, log_z = forward_backward(logits, mask, lattice)
    torch.testing.assert_close(marginals, torch.tensor([[[3, 18], [9, 12]]], dtype=torch.float64) / 21)
    assert log_z.exp().item() == pytest.approx(21)
    tags, score = viterbi(logits, mask, lattice)
    assert (tags.tolist(), score.exp().tolist()) == ([[1, 1]], [pytest.approx(12)])
    only = lattice._replace(end=torch.tensor([-math.inf, log(3)], dtype=torch.float64))
    assert forward_backward(logits, mask, only)[0].tolist() == [[[0, 1], [0, 1]]]


def test_the_best_path_is_not_the_best_tags() -> None:
    """Weights 00: 3, 01: 12, 10: 18, 11: 12: the path 10 is best, the second word alone most probably 1."""
    between = torch.tensor([[1.0, 4.0], [3.0, 2.0]], dtype=torch.float64).log()
    lattice = WEIGHTS._replace(between=between)
    tags, score = viterbi(LOGITS.unsqueeze(0), words(2), lattice)
    assert (tags.tolist(), score.exp().tolist()) == ([[1, 0]], [pytest.approx(18)])
    marginals, _ = forward_backward(LOGITS.unsqueeze(0), words(2), lattice)
    torch.testing.assert_close(marginals[0], torch.tensor([[15, 30], [21, 24]], dtype=torch.float64) / 45)


def test_the_expected_score_by_hand() -> None:
    """q = (1/4, 3/4), (1/2, 1/2): 1/8 ln 3 + 1/8 ln 12 + 3/8 ln 6 + 3/8 ln 12."""
    q = torch.tensor([[[0.25, 0.75], [0.5, 0.5]]], dtype=torch.float64)
    expected = (log(3) + log(12) + 3 * log(6) + 3 * log(12)) / 8
    assert expected_score(LOGITS.unsqueeze(0), q, words(2), WEIGHTS).tolist() == [pytest.approx(expected)]


@settings(deadline=None, max_examples=60)
@CASES
def test_partition_and_marginals_are_those_of_enumeration(
    seed: int, num_tokens: int, num_tags: int, forbid: bool
) -> None:
    logits, transitions = random_case(seed, num_tokens, num_tags, forbid, scale=3.0)
    paths = all_paths(logits, transitions)
    log_z = partition(paths)
    expected = torch.zeros_like(logits)
    for path, score in paths:
        for t, tag in enumerate(path):
            expected[t, tag] += math.exp(score - log_z)
    batch, mask = logits.unsqueeze(0), words(num_tokens)
    assert log_partition(batch, mask, transitions).item() == pytest.approx(log_z)
    marginals, same = forward_backward(batch, mask, transitions)
    torch.testing.assert_close(marginals[0], expected, atol=1e-10, rtol=0)
    assert same.item() == pytest.approx(log_z)


@settings(deadline=None, max_examples=60)
@CASES
def test_viterbi_is_that_of_enumeration(seed: int, num_tokens: int, num_tags: int, forbid: bool) -> None:
    logits, transitions = random_case(seed, num_tokens, num_tags, forbid)
    best, best_score = max(all_paths(logits, transitions), key=lambda path: path[1])
    tags, score = viterbi(logits.unsqueeze(0), words(num_tokens), transitions)
    assert tuple(tags[0].tolist()) == best
    assert score.item() == pytest.approx(best_score)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**31), num_tokens=st.integers(1, 5), num_tags=st.integers(1, 3))
def test_the_expected_score_is_that_of_enumeration(seed: int, num_tokens: int, num_tags: int) -> None:
    logits, transitions = random_case(seed, num_tokens, num_tags)
    q = random_case(seed + 1, num_tokens, num_tags, scale=2.0)[0].softmax(-1)
    paths = all_paths(logits, transitions)
    expected = sum(math.prod(q[t, tag].item() for t, tag in enumerate(path)) * score for path, score in paths)
    assert expected_score(logits.unsqueeze(0), q.unsqueeze(0), words(num_tokens), transitions).item() == pytest.approx(
        expected
    )


@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(0, 4), min_size=1, max_size=4), seed=st.integers(0, 2**31), forbid=st.booleans())
def test_padded_results_are_those_of_the_slices(lengths: List[int], seed: int, forbid: bool) -> None:
    """Whatever stands in the padding, also for sentences without words and batches of nothing else."""
    num_tokens = max(lengths) + 1
    _, transitions = random_case(seed, 1, 3, forbid)
    _, finite = random_case(seed, 1, 3)
    mask = words(*lengths, num_tokens=num_tokens)
    logits = torch.stack([random_case(seed + n, num_tokens, 3)[0] for n in range(len(lengths))])
    q = logits.flip(0).softmax(-1)
    q[~mask] = math.nan
    marginals, log_z = forward_backward(logits, mask, transitions)
    tags, score = viterbi(logits, mask, transitions)
    mean = expected_score(logits, q, mask, finite)
    torch.testing.assert_close(log_partition(logits, mask, transitions), log_z)
    assert torch.equal(tags[~mask], torch.zeros_like(tags[~mask]))
    torch.testing.assert_close(marginals[~mask], torch.full_like(marginals[~mask], 1 / 3))
    for n, length in enumerate(lengths):
        one, real = logits[n : n + 1, :length], mask[n : n + 1, :length]
        alone, alone_z = forward_backward(one, real, transitions)
        alone_tags, alone_score = viterbi(one, real, transitions)
        torch.testing.assert_close(marginals[n : n + 1, :length], alone)
        torch.testing.assert_close(log_z[n], alone_z[0])
        assert torch.equal(tags[n : n + 1, :length], alone_tags)
        torch.testing.assert_close(score[n], alone_score[0])
        torch.testing.assert_close(mean[n], expected_score(one, q[n : n + 1, :length], real, finite)[0])


@pytest.mark.parametrize("num_tokens", [0, 2])
def test_a_sentence_without_words_has_one_path_of_score_0(num_tokens: int) -> None:
    mask = torch.zeros(2, num_tokens, dtype=torch.bool)
    logits = torch.randn(2, num_tokens, 2, dtype=torch.float64)
    assert log_partition(logits, mask, WEIGHTS).tolist() == [0, 0]
    marginals, log_z = forward_backward(logits, mask, WEIGHTS)
    assert (marginals.shape, log_z.tolist()) == ((2, num_tokens, 2), [0, 0])
    tags, score = viterbi(logits, mask, WEIGHTS)
    assert (tags.shape, tags.dtype, score.tolist()) == ((2, num_tokens), torch.int64, [0, 0])
    assert expected_score(logits, logits.softmax(-1), mask, WEIGHTS).tolist() == [0, 0]


def test_equals_allennlps_own() -> None:
    torch.manual_seed(0)
    crf = ConditionalRandomField(4)
    transitions = TransitionScores(crf.start_transitions, crf.transitions, crf.end_transitions)
    logits, mask = torch.randn(5, 6, 4), words(6, 1, 4, 2, 6)
    torch.testing.assert_close(
        log_partition(logits, mask, transitions), crf._input_likelihood(logits, crf.transitions, mask)
    )
    gold = torch.randint(4, (5, 6))
    one_hot = torch.nn.functional.one_hot(gold, 4).float()
    score = expected_score(logits, one_hot, mask, transitions)
    torch.testing.assert_close(score, crf._joint_likelihood(logits, crf.transitions, gold, mask))
    tags, best = viterbi(logits, mask, transitions)
    theirs = crf.viterbi_tags(logits, mask)
    assert [row[:n].tolist() for row, n in zip(tags, mask.sum(-1).tolist(), strict=True)] == [
        path for path, _ in theirs
    ]
    torch.testing.assert_close(best, torch.tensor([score for _, score in theirs]))


def test_marginals_are_the_derivatives_of_the_log_partition() -> None:
    logits = torch.stack([random_case(n, 5, 3)[0] for n in range(3)]).requires_grad_()
    _, transitions = random_case(7, 1, 3)
    mask = words(5, 2, 4)
    log_partition(logits, mask, transitions).sum().backward()
    marginals, _ = forward_backward(logits.detach(), mask, transitions)
    torch.testing.assert_close(logits.grad, marginals.masked_fill(~mask.unsqueeze(-1), 0.0))


def test_gradients() -> None:
    logits = torch.stack([random_case(n, 4, 2)[0] for n in range(3)]).requires_grad_()
    scores = [some.requires_grad_() for some in random_case(7, 1, 2)[1]]
    q, mask = random_case(8, 4, 2)[0].softmax(-1).expand(3, 4, 2), words(4, 0, 1)

    def loss(logits: torch.Tensor, *scores: torch.Tensor) -> torch.Tensor:
        lattice = TransitionScores(*scores)
        return log_partition(logits, mask, lattice) - expected_score(logits, q, mask, lattice)

    assert torch.autograd.gradcheck(loss, (logits, *scores))


@pytest.mark.parametrize("scale", [1e3, 1e5])
def test_large_scores_stay_finite(scale: float) -> None:
    logits, transitions = random_case(3, 50, 4, forbid=True, scale=scale)
    mask = words(50)
    lattice = TransitionScores(*(some.float() for some in transitions))
    marginals, log_z = forward_backward(logits.float().unsqueeze(0), mask, lattice)
    assert log_z.isfinite().all()
    torch.testing.assert_close(marginals.sum(-1), torch.ones(1, 50))
