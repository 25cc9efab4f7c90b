"""What every discriminator must do, and how each judges."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
import pytest
import torch
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.augmenters.discriminators import (
    AllOfDiscriminator,
    Discriminator,
    PerplexityDiscriminator,
    TaggerAgreementDiscriminator,
    Verdict,
)
from seqmix_plugin.augmenters.language_models import InDomainLanguageModel, LanguageModel, MaskedLanguageModel
from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2Settings
from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence, one_hot
from seqmix_plugin.synthetic import SyntheticSentence, Window
from tests.active_learning.conftest import lines, small_config


class Spelled(LanguageModel):
    """The perplexity of a text is the number it spells, that of a window the last of the numbers in it."""

    has_offsets = True

    def __init__(self) -> None:
        super().__init__()
        self.read: List[str] = []

    def perplexities(
        self,
        sentences: Sequence[TaggedSentence],
        frames: Sequence[TaggedSentence],
        windows: Optional[Sequence[Tuple[int, int]]] = None,
    ) -> np.ndarray:
        assert len(sentences) == len(frames)
        texts = self.texts(sentences)
        if windows is not None:
            texts = [s.tokens[start:end][-1] for s, (start, end) in zip(sentences, windows, strict=True)]
        self.read += texts
        return np.array([float(text) for text in texts])


class TwoScales(Spelled):
    """Two models, of which the second finds everything three times as surprising; frames `q…` are the second's."""

    @property
    def num_models(self) -> int:
        return 2

    def model_indices(self, frames: Sequence[TaggedSentence]) -> np.ndarray:
        return np.array([int(frame.id.startswith("q")) for frame in frames])


def child_of(frame: TaggedSentence, words: Sequence[str], start: int = 0) -> SyntheticSentence:
    """The frame with other words from `start` on."""
    tokens = frame.tokens[:start] + tuple(words) + frame.tokens[start + len(words) :]
    window = Window(frame.id, start, start + len(words))
    return SyntheticSentence(replace(frame, tokens=tokens), (window, window), lam=0.5)


def judge(discriminator: Discriminator, *numbers: float, frames: Sequence[float] = ()) -> List[bool]:
    parents = [TaggedSentence(f"p{n}", (str(number),)) for n, number in enumerate(frames or numbers)]
    children = [child_of(parent, (str(number),)) for parent, number in zip(parents, numbers, strict=True)]
    return [verdict.accepted for verdict in discriminator.judge(children, parents)]


CONTRACT: Dict[str, Callable[[str], Dict[str, Any]]] = {
    "accept_all": lambda gpt2: {"type": "accept_all"},
    "range": lambda gpt2: {"type": "perplexity", "language_model": {"model_name": gpt2}, "range": [0, 605.5]},
    "quantile": lambda gpt2: {"type": "perplexity", "language_model": {"model_name": gpt2}, "quantile": [0.2, 0.7]},
    "ratio_to_parents": lambda gpt2: {
        "type": "perplexity",
        "language_model": {"model_name": gpt2},
        "ratio_to_parents": [1, None],
    },
    "tagger_agreement": lambda gpt2: {"type": "tagger_agreement", "min_agreement": 0.2},
    "tagger_agreement by probability": lambda gpt2: {
        "type": "tagger_agreement",
        "min_agreement": 0.13,
        "measure": "probability",
        "scope": "sentence",
    },
    "all_of": lambda gpt2: {
        "type": "all_of",
        "discriminators": [
            {"type": "perplexity", "language_model": {"model_name": gpt2}, "range": [0, 605.5]},
            {"type": "tagger_agreement", "min_agreement": 0.2},
        ],
    },
}


@pytest.mark.parametrize("name", CONTRACT)
class TestContract:
    @pytest.fixture
    def discriminator(self, name: str, tiny_gpt2: str, context: AugmentationContext) -> Discriminator:
        made = Discriminator.from_params(Params(CONTRACT[name](tiny_gpt2)))
        made.start_round(context)
        return made

    @pytest.fixture
    def children(self, corpus: List[TaggedSentence]) -> List[SyntheticSentence]:
        rng = np.random.default_rng(0)
        words = sorted({word for sentence in corpus for word in sentence.tokens})
        return [child_of(frame, rng.choice(words, 2), 1) for frame in corpus[:20] for _ in range(2)]

    @pytest.fixture
    def frames(self, corpus: List[TaggedSentence]) -> List[TaggedSentence]:
        return [frame for frame in corpus[:20] for _ in range(2)]

    def test_verdicts_do_not_depend_on_order_and_batches(
        self, discriminator: Discriminator, name: str, children: List[SyntheticSentence], frames: List[TaggedSentence]
    ) -> None:
        whole = discriminator.judge(children, frames)  # fixes a range that is not given
        assert len(whole) == len(children)
        # Lists of one value only would say nothing.
        assert {verdict.accepted for verdict in whole} == ({True} if name == "accept_all" else {True, False})
        halves = discriminator.judge(children[:7], frames[:7]) + discriminator.judge(children[7:], frames[7:])
        backwards = discriminator.judge(children[::-1], frames[::-1])[::-1]
        for other in (halves, backwards):
            assert [verdict.accepted for verdict in other] == [verdict.accepted for verdict in whole]
            for one, two in zip(whole, other, strict=True):
                assert one.score == two.score or one.score == pytest.approx(two.score, rel=1e-4)

    def test_each_round_begins_anew(
        self,
        discriminator: Discriminator,
        children: List[SyntheticSentence],
        frames: List[TaggedSentence],
        context: AugmentationContext,
    ) -> None:
        once, said = discriminator.judge(children, frames), discriminator.statistics()
        discriminator.start_round(context)
        assert discriminator.judge(children, frames) == once
        assert discriminator.statistics() == said

    def test_nothing_to_judge(self, discriminator: Discriminator) -> None:
        assert discriminator.judge([], []) == []

    def test_statistics_are_plain_data(
        self, discriminator: Discriminator, children: List[SyntheticSentence], frames: List[TaggedSentence]
    ) -> None:
        json.dumps(discriminator.statistics(), allow_nan=False)
        discriminator.judge(children, frames)
        assert json.loads(json.dumps(discriminator.statistics(), allow_nan=False)) == discriminator.statistics()

    def test_the_first_batch_is_large_enough(self, discriminator: Discriminator) -> None:
        assert discriminator.first_batch_size(100) >= 100


def test_both_ends_of_the_range_are_accepted(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), range=[10, 500])
    discriminator.start_round(context)
    assert judge(discriminator, 9.99, 10, 250, 500, 500.01) == [False, True, True, True, False]
    assert discriminator.statistics()["accepted_range"] == [10, 500]
    assert discriminator.statistics()["accepted_range_of"] == "perplexity"
    assert discriminator.statistics()["median_perplexity"] == 250
    assert "median_ratio" not in discriminator.statistics()


def test_null_is_no_upper_limit(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), range=[0, None])
    discriminator.start_round(context)
    assert judge(discriminator, 1, 1e30) == [True, True]
    assert discriminator.statistics()["accepted_range"] == [0, None]


def test_quantiles_of_the_first_candidates_hold_for_the_round(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), quantile=[0, 0.5])
    discriminator.start_round(context)
    assert judge(discriminator, 1, 2, 3, 4, 5) == [True, True, True, False, False]
    assert judge(discriminator, 2.5, 3.5, 100, 0.5) == [True, False, False, True]  # from 0 on is without a limit
    discriminator.start_round(context)
    assert judge(discriminator, 100, 200, 300) == [True, True, False]
    assert discriminator.statistics()["accepted_range"] == [0, 200]


def test_the_last_quantile_is_no_limit(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), quantile=[0.5, 1])
    discriminator.start_round(context)
    assert judge(discriminator, 1, 2, 3) == [False, True, True]
    assert judge(discriminator, 1.5, 1000) == [False, True]
    assert discriminator.statistics()["accepted_range"] == [2, None]


def test_quantiles_ask_for_enough_candidates() -> None:
    discriminator = PerplexityDiscriminator(Spelled(), quantile=[0, 0.5])
    assert [discriminator.first_batch_size(wanted) for wanted in (5, 100)] == [64, 200]


def two_scales(*numbers: float) -> Tuple[List[SyntheticSentence], List[TaggedSentence]]:
    """For each number a child of the first model's frame, and one, three times as surprising, of the second's."""
    scales = [(name, number * factor) for number in numbers for name, factor in (("p", 1), ("q", 3))]
    frames = [TaggedSentence(f"{name}{number}", (str(number),)) for name, number in scales]
    return [child_of(frame, frame.tokens) for frame in frames], frames


def test_each_language_model_has_its_own_quantiles(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(TwoScales(), quantile=[0, 0.5])
    discriminator.start_round(context)
    accepted = [verdict.accepted for verdict in discriminator.judge(*two_scales(1, 2, 3, 4, 5))]
    assert accepted == [True] * 6 + [False] * 4  # one quantile over both, 4.5, would take 4 of the second's 10
    assert [verdict.accepted for verdict in discriminator.judge(*two_scales(2.5, 3.5))] == [True, True, False, False]
    said = discriminator.statistics()
    assert said["accepted_ranges"] == [[0, 3], [0, 9]]
    assert "accepted_range" not in said
    assert [discriminator.first_batch_size(wanted) for wanted in (5, 100)] == [128, 200]


def test_a_language_model_that_is_asked_later_has_the_quantiles_of_its_first_candidates(
    context: AugmentationContext,
) -> None:
    discriminator = PerplexityDiscriminator(TwoScales(), quantile=[0, 0.5])
    discriminator.start_round(context)
    children, frames = two_scales(1, 2, 3)
    discriminator.judge(children[::2], frames[::2])
    assert discriminator.statistics()["accepted_ranges"] == [[0, 2], [None, None]]
    assert [verdict.accepted for verdict in discriminator.judge(children, frames)] == [True] * 4 + [False] * 2


def test_a_range_is_the_same_for_all_language_models(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(TwoScales(), range=[0, 4])
    discriminator.start_round(context)
    assert [verdict.accepted for verdict in discriminator.judge(*two_scales(1, 2))] == [True, True, True, False]
    assert discriminator.statistics()["accepted_range"] == [0, 4]


def test_acceptance_does_not_depend_on_the_half_that_a_parent_is_in(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    """Two models in-domain have vocabularies and scales of their own."""
    bench = replace(context, readable=corpus[:300], outside=[])
    language_model = InDomainLanguageModel(settings=SmallGpt2Settings(vocab_size=800, num_layers=1, dimension=32))
    discriminator = PerplexityDiscriminator(language_model, quantile=[0, 0.5])
    discriminator.start_round(bench)
    rng = np.random.default_rng(0)
    words = sorted({word for sentence in corpus for word in sentence.tokens})
    frames = [frame for frame in corpus[:300] if len(frame) > 4] * 2
    children = [child_of(frame, rng.choice(words, 3), 1) for frame in frames]
    accepted = np.array([verdict.accepted for verdict in discriminator.judge(children, frames)])
    asked = language_model.model_indices(frames)
    assert set(asked.tolist()) == {0, 1}
    for half in (0, 1):
        assert accepted[asked == half].mean() == pytest.approx(0.5, abs=0.01)
    # By one quantile over both, acceptance does: what was found in this corpus before.
    scores = np.array([verdict.score for verdict in discriminator.judge(children, frames)])
    shares = [(scores <= np.median(scores))[asked == half].mean() for half in (0, 1)]
    assert abs(shares[0] - shares[1]) > 0.05


def test_the_window_is_judged_when_asked(context: AugmentationContext) -> None:
    frame = TaggedSentence("p", ("100", "100", "100", "100"))
    children = [child_of(frame, ("7", number), 1) for number in ("50", "5000")]
    discriminator = PerplexityDiscriminator(Spelled(), range=[0, 500], scope="window")
    discriminator.start_round(context)
    assert discriminator.judge(children, [frame] * 2) == [(True, 50.0), (False, 5000.0)]
    assert discriminator.statistics()["scope"] == "window"
    assert discriminator.statistics()["median_perplexity"] == 2525
    # Ratios are of windows at the same place, of which each is asked for once.
    language_model = Spelled()
    discriminator = PerplexityDiscriminator(language_model, ratio_to_parents=[0, 1.5])
    discriminator.start_round(context)
    assert discriminator.judge(children, [frame] * 2) == [(True, 50.0), (False, 5000.0)]
    assert language_model.read == ["50", "5000", "100"]
    assert discriminator.statistics()["scope"] == "window"
    assert discriminator.judge([child_of(frame, ("120",), 3)], [frame]) == [(True, 120.0)]
    assert language_model.read[3:] == ["120", "100"]


class WithoutPlaces(Spelled):
    has_offsets = False


def test_scopes_that_are_none_or_cannot_be_judged_are_errors(slow_masked: str, context: AugmentationContext) -> None:
    with pytest.raises(ConfigurationError, match="discriminator.scope is 'word'; expected one of sentence, window"):
        PerplexityDiscriminator(Spelled(), range=[0, 500], scope="word")
    for language_model in (WithoutPlaces(), MaskedLanguageModel(slow_masked)):
        for settings in ({"range": [0, 500], "scope": "window"}, {"ratio_to_parents": [0, 2]}):
            with pytest.raises(ConfigurationError, match="'window', which needs .* or scope: 'sentence'"):
                PerplexityDiscriminator(language_model, **settings)
    discriminator = PerplexityDiscriminator(WithoutPlaces(), ratio_to_parents=[0, 1.5], scope="sentence")
    discriminator.start_round(context)
    assert judge(discriminator, 10, 70, frames=[40, 40]) == [True, False]


def test_ratios_of_windows_do_not_depend_on_the_sentences_length(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    """Windows of five words in short and in long sentences; whole sentences hide them, the more the longer they are."""
    language_model = InDomainLanguageModel(settings=SmallGpt2Settings(vocab_size=800, dimension=64))
    short = [sentence for sentence in corpus[:100] if 5 <= len(sentence) <= 12]
    long = [
        TaggedSentence(f"{one.id}-{other.id}", one.tokens + other.tokens)
        for one, other in zip(corpus[:50], corpus[50:100], strict=True)
        if len(one) >= 12 and len(other) >= 12
    ]
    rng = np.random.default_rng(0)
    words = sorted({word for sentence in corpus for word in sentence.tokens})
    apart = {}
    for scope in ("sentence", "window"):
        shares = []
        for frames in (short, long):
            discriminator = PerplexityDiscriminator(language_model, ratio_to_parents=[0, 2], scope=scope)
            discriminator.start_round(context)
            some = [frames[n] for n in rng.integers(len(frames), size=300)]
            children = [child_of(f, rng.choice(words, 5), int(rng.integers(len(f) - 4))) for f in some]
            shares.append(np.mean([verdict.accepted for verdict in discriminator.judge(children, some)]))
        apart[scope] = shares[1] - shares[0]
    assert apart["sentence"] > 0.25
    assert abs(apart["window"]) < 0.12


def test_ratios_compare_a_child_with_the_parent_whose_words_it_keeps(context: AugmentationContext) -> None:
    language_model = Spelled()
    discriminator = PerplexityDiscriminator(language_model, ratio_to_parents=[0.5, 1.5])
    discriminator.start_round(context)
    # Ratios 0.25, 0.5, 1.5, 1.75 and, of another parent, 1.5.
    accepted = judge(discriminator, 10, 20, 60, 70, 12, frames=[40, 40, 40, 40, 8])
    assert accepted == [False, True, True, False, True]
    # Each distinct parent once a round, in the same call as the children.
    assert language_model.read == ["10", "20", "60", "70", "12", "40", "8"]
    assert judge(discriminator, 4, 30, frames=[8, 10]) == [True, False]
    assert language_model.read[7:] == ["4", "30", "10"]
    said = discriminator.statistics()
    assert said["accepted_range"] == [0.5, 1.5]
    assert said["accepted_range_of"] == "ratio_to_parents"
    assert said["median_perplexity"] == 20
    assert said["median_ratio"] == 1.5
    discriminator.start_round(context)
    assert discriminator.statistics()["median_ratio"] is None
    judge(discriminator, 4, frames=[8])
    assert language_model.read[10:] == ["4", "8"]


def test_the_score_stays_the_perplexity_when_ratios_are_compared(context: AugmentationContext) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), ratio_to_parents=[0, None])
    discriminator.start_round(context)
    parent = TaggedSentence("p", ("2",))
    assert discriminator.judge([child_of(parent, ("1e9",))], [parent]) == [(True, 1e9)]
    assert discriminator.statistics()["accepted_range"] == [0, None]


def test_a_child_and_its_parent_are_asked_of_the_same_model(context: AugmentationContext) -> None:
    """Of two models in-domain, the one that has not read the parent is asked for both: equal texts have ratio 1."""
    params = {
        "type": "perplexity",
        "language_model": {
            "type": "in_domain",
            "settings": {"vocab_size": 400, "num_layers": 1, "dimension": 32, "max_epochs": 2},
        },
        "ratio_to_parents": [0.999, 1.001],
    }
    discriminator = Discriminator.from_params(Params(params))
    discriminator.start_round(replace(context, outside=[]))
    frames = context.readable[:12]
    children = [child_of(frame, frame.tokens[:1]) for frame in frames]
    assert all(verdict.accepted for verdict in discriminator.judge(children, frames))
    assert discriminator.statistics()["language_model"]["fitted_to"] == "two halves of the slice"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "exactly one of 'range', 'quantile' and 'ratio_to_parents', .*; given: none"),
        ({"range": [0, 500], "quantile": [0, 0.5]}, "exactly one of .*; given: range, quantile"),
        ({"range": [0, 500], "ratio_to_parents": [0, 2]}, "exactly one of .*; given: range, ratio_to_parents"),
        ({"range": [500, 0]}, r"discriminator.range is \[500, 0\]"),
        ({"range": [0]}, r"discriminator.range is \[0\]"),
        ({"range": [0, "500"]}, "discriminator.range is"),
        ({"quantile": [0, 50]}, r"discriminator.quantile is \[0, 50\].*from 0 to 1"),
        ({"ratio_to_parents": [2, 1]}, r"discriminator.ratio_to_parents is \[2, 1\].*from 0 to inf"),
        ({"ratio_to_parents": [-1, 1]}, r"discriminator.ratio_to_parents is \[-1, 1\]"),
        ({"ratio_to_parents": [0, math.nan]}, r"discriminator.ratio_to_parents is \[0, nan\]"),
    ],
)
def test_ranges_that_are_none_are_errors(settings: dict, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        PerplexityDiscriminator(Spelled(), **settings)


WORDS = ("Anna", "Berg", "sings", "in", "Oslo", "Paris", "flights", "in", "Anna", ".")


def predicted(tagger: SequenceTagger, reader: ConllColumnsReader, words: Sequence[str] = WORDS) -> List[str]:
    tagger.eval()
    return tagger.forward_on_instance(reader.text_to_instance(list(words)))["tags"]


def labelled(labels: Sequence[Dict[str, float]], start: int, end: int) -> SyntheticSentence:
    window = Window("p", start, end)
    # The other parent's window has the same length and stands elsewhere.
    other = Window("q", 0, end - start)
    return SyntheticSentence(TaggedSentence("c", WORDS, tag_distributions=tuple(labels)), (window, other), lam=0.5)


def agreements(context: AugmentationContext, *children: SyntheticSentence, at_least: float = 0.8) -> List[tuple]:
    discriminator = TaggerAgreementDiscriminator(at_least)
    discriminator.start_round(context)
    frame = TaggedSentence("p", WORDS, ("O",) * len(WORDS))
    return [tuple(verdict) for verdict in discriminator.judge(children, [frame] * len(children))]


def other_than(tag: str) -> str:
    return "O" if tag != "O" else "B-LOC"


def test_agreement_is_the_share_of_the_window_that_is_tagged_alike(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    tags = predicted(tagger, reader)
    assert len(set(tags)) > 1  # or positions could not be told apart
    children = []
    for wrong in range(6):
        # Words 3 to 7 are the window; of them the first `wrong` have another label. So have all words outside.
        labels = [tag if 3 + wrong <= t < 8 else other_than(tag) for t, tag in enumerate(tags)]
        children.append(labelled(one_hot(labels), 3, 8))
    verdicts = agreements(context, *children)
    assert verdicts == [(True, 1.0), (True, 0.8), (False, 0.6), (False, 0.4), (False, 0.2), (False, 0.0)]
    assert [accepted for accepted, _ in agreements(context, *children, at_least=0.6)] == [True] * 3 + [False] * 3
    assert all(accepted for accepted, _ in agreements(context, *children, at_least=0))


def test_mixed_labels_count_by_the_probability_of_the_predicted_tag_against_the_highest(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    tags = predicted(tagger, reader)
    labels = one_hot([other_than(tag) for tag in tags])
    labels[4] = {tags[4]: 0.7, other_than(tags[4]): 0.3}
    labels[5] = {tags[5]: 0.4, other_than(tags[5]): 0.6}
    # 0.7 of 0.7 and 0.4 of 0.6.
    [(accepted, score)] = agreements(context, labelled(labels, 4, 6), at_least=(1 + 2 / 3) / 2)
    assert score == pytest.approx(5 / 6)
    assert accepted


def test_a_perfect_tagger_agrees_with_every_mixed_label(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    """Whatever λ is: the most probable tag of each label is the best that can be predicted."""
    tags = predicted(tagger, reader)
    for share in (0.5, 0.55, 0.8, 1.0):
        labels = [{tag: share, **({other_than(tag): 1 - share} if share < 1 else {})} for tag in tags]
        assert agreements(context, labelled(labels, 3, 8), at_least=1.0) == [(True, 1.0)]
    # A word with a hard label counts as much as one with a mixed label: one of five is wrong.
    labels = [{tag: 0.5, other_than(tag): 0.5} for tag in tags]
    labels[4] = {other_than(tags[4]): 1.0}
    assert agreements(context, labelled(labels, 3, 8), at_least=0.8) == [(True, 0.8)]


def test_rounding_refuses_nothing(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    tags = predicted(tagger, reader)
    labels = [{tag: 0.4, other_than(tag): 0.5, "B-ORG" if tag != "B-ORG" else "B-PER": 0.1} for tag in tags]
    assert sum([0.4 / 0.5] * 10) / 10 < 0.8
    [(accepted, _)] = agreements(context, labelled(labels, 0, 10), at_least=0.8)
    assert accepted


def overlaps(context: AugmentationContext, *children: SyntheticSentence, scope: str = "window") -> List[float]:
    discriminator = TaggerAgreementDiscriminator(0.5, measure="probability", scope=scope)
    discriminator.start_round(context)
    frame = TaggedSentence("p", WORDS, ("O",) * len(WORDS))
    verdicts = discriminator.judge(children, [frame] * len(children))
    assert all(accepted == (score >= 0.5) for accepted, score in verdicts)
    return [verdict.score for verdict in verdicts if verdict.score is not None]


def test_the_probability_of_hard_labels_is_that_of_the_model(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    tagger.eval()
    output = tagger.forward_on_instance(reader.text_to_instance(list(WORDS)))
    labels = tagger.head.labels
    tags = [labels[n % len(labels)] for n in range(10)]
    own = [float(row[labels.index(tag)]) for tag, row in zip(tags, output["tag_probabilities"], strict=True)]
    assert max(own) > 1.05 * min(own)  # or positions could not be told apart
    child = labelled(one_hot(tags), 3, 8)
    assert overlaps(context, child) == pytest.approx([np.mean(own[3:8])], rel=1e-5)
    assert overlaps(context, child, scope="sentence") == pytest.approx([np.mean(own)], rel=1e-5)


def test_the_probability_of_mixed_labels_is_their_overlap_with_the_models(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    """A model that predicts exactly the mixed labels agrees wholly; 0.7 of a tag where it gives p is min(0.7, p)."""
    tagger.eval()
    output = tagger.forward_on_instance(reader.text_to_instance(list(WORDS)))
    given = [dict(zip(tagger.head.labels, map(float, row), strict=True)) for row in output["tag_probabilities"]]
    assert overlaps(context, labelled(given, 2, 9)) == pytest.approx([1.0], rel=1e-5)
    first, second, *_ = tagger.head.labels
    mixed = [{first: 0.999, second: 0.001}] * 10
    expected = np.mean([min(0.999, row[first]) + 0.001 for row in given[2:9]])
    assert min(row[second] for row in given) > 0.001
    assert overlaps(context, labelled(mixed, 2, 9)) == pytest.approx([expected], rel=1e-5)


def test_the_whole_sentence_counts_when_asked(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    tags = predicted(tagger, reader)
    labels = [tag if 3 <= t < 8 else other_than(tag) for t, tag in enumerate(tags)]
    discriminator = TaggerAgreementDiscriminator(0.6, scope="sentence")
    discriminator.start_round(context)
    child, frame = labelled(one_hot(labels), 3, 8), TaggedSentence("p", WORDS)
    assert discriminator.judge([child], [frame]) == [(False, 0.5)]
    assert discriminator.statistics()["scope"] == "sentence"
    # The words that were generated are those of `changed`, where the parent's window had another length.
    assert agreements(context, replace(child, changed=(2, 4))) == [(False, 0.5)]


def test_words_that_were_cut_disagree(
    context: AugmentationContext, tagger: SequenceTagger, word_pieces: WordPieceIndexer
) -> None:
    short = ConllColumnsReader({"tokens": word_pieces}, max_length=8)  # room for six words of one piece
    tags = predicted(tagger, short, WORDS)
    assert tags[6:] == ["O"] * 4  # what the command line writes for them
    verdicts = agreements(
        replace(context, reader=short), labelled(one_hot(tags), 4, 8), labelled(one_hot(tags), 7, 9), at_least=0.5
    )
    assert verdicts == [(True, 0.5), (False, 0.0)]


def test_the_models_own_decoding_is_asked_where_it_has_one(
    context: AugmentationContext, tagger: SequenceTagger, reader: ConllColumnsReader
) -> None:
    """A model with `tag_ids`, such as a best path, is not asked for the most probable tag of each word."""
    last = tagger.vocab.get_vocab_size("labels") - 1
    assert tagger.vocab.get_token_from_index(last, "labels") == "O"
    tagger.tag_projection.bias.data[0] = 100.0  # the most probable tag is another
    tagger.register_forward_hook(lambda _, inputs, output: {**output, "tag_ids": output["mask"].long() * last})
    assert agreements(context, labelled(one_hot(["O"] * 10), 0, 5)) == [(True, 1.0)]


def test_an_untrained_model_is_not_asked(context: AugmentationContext) -> None:
    discriminator = TaggerAgreementDiscriminator(1.0)
    discriminator.start_round(replace(context, model_is_trained=False))
    frame = context.readable[0]
    assert discriminator.judge([child_of(frame, ("Oslo",))] * 2, [frame] * 2) == [(True, None)] * 2
    assert discriminator.statistics() == {"min_agreement": 1.0, "model_is_trained": False, "mean_agreement": None}


def test_agreement_leaves_the_model_as_it_was(context: AugmentationContext, tagger: SequenceTagger) -> None:
    tagger.train()
    state = torch.random.get_rng_state()
    frames = context.readable[:3]
    discriminator = TaggerAgreementDiscriminator(0.0)
    discriminator.start_round(context)
    verdicts = discriminator.judge([child_of(frame, ("Oslo",)) for frame in frames], frames)
    assert tagger.training
    assert torch.equal(torch.random.get_rng_state(), state)
    assert discriminator.statistics()["mean_agreement"] == np.mean([verdict.score for verdict in verdicts])
    tagger.eval()
    assert tagger.get_metrics()["precision"] == 0  # nothing was counted


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_an_agreement_that_is_none_is_an_error(value: float) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"discriminator.min_agreement is {value}; expected a number from 0 to 1"
    ):
        TaggerAgreementDiscriminator(value)


def in_a_run(discriminator: Dict[str, Any], tiny_encoder: str, folder: Path) -> List[Dict[str, Any]]:
    """What a whole run of three rounds recorded of its discriminator."""
    config = small_config(tiny_encoder, **{"trainer.augmenter.discriminator": discriminator})
    train_model(Params(config), str(folder))
    return [record["augmentation"]["discriminator"] for record in lines(folder / "rounds.jsonl")]


def test_a_run_asks_the_tagger_from_its_first_query_on(tiny_encoder: str, tmp_path: Path) -> None:
    said = in_a_run({"type": "tagger_agreement", "min_agreement": 0.3}, tiny_encoder, tmp_path / "run")
    assert [record["model_is_trained"] for record in said] == [False, True, True]
    assert [record["mean_agreement"] is None for record in said] == [True, False, False]


def test_a_run_compares_with_parents_by_a_masked_model(tiny_encoder: str, tiny_masked: str, tmp_path: Path) -> None:
    language_model = {"type": "masked", "model_name": tiny_masked, "text": "detokenized"}
    discriminator = {"type": "perplexity", "language_model": language_model, "ratio_to_parents": [0, 1.5]}
    said = in_a_run(discriminator, tiny_encoder, tmp_path / "run")
    assert all(record["median_ratio"] > 0 for record in said)
    assert said[2]["language_model"] == {"model_name": tiny_masked, "text": "detokenized"}


class Longer(Discriminator):
    """Accepts sentences of more words than this; the score is their number."""

    def __init__(self, words: int) -> None:
        self.words = words
        self.asked: List[str] = []

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        assert len(children) == len(frames) > 0
        self.asked += [frame.id for frame in frames]
        sizes = [len(child.sentence) for child in children]
        return [Verdict(size > self.words, size / self.words) for size in sizes]

    def statistics(self) -> Dict[str, Any]:
        return {"words": self.words}


def test_all_of_asks_each_only_of_what_is_left(context: AugmentationContext) -> None:
    first, second = Longer(1), Longer(2)
    both = AllOfDiscriminator([first, second])
    both.start_round(context)
    frames = [TaggedSentence(f"w{size}", ("in",) * size) for size in (3, 1, 2)]
    children = [child_of(frame, ("at",)) for frame in frames]
    assert both.judge(children, frames) == [(True, 1.5), (False, 1.0), (False, 1.0)]
    assert (first.asked, second.asked) == (["w3", "w1", "w2"], ["w3", "w2"])
    assert both.judge(children[1:2], frames[1:2]) == [(False, 1.0)]  # the second is not asked of nothing
    said = [{"judged": 4, "accepted": 2, "words": 1}, {"judged": 2, "accepted": 1, "words": 2}]
    assert both.statistics() == {"all_of": said}
    both.start_round(context)
    assert both.statistics()["all_of"][0]["judged"] == 0


def test_all_of_begins_with_as_many_as_the_most_demanding_needs() -> None:
    quantile = PerplexityDiscriminator(Spelled(), quantile=[0, 0.5])
    assert AllOfDiscriminator([Longer(1), quantile]).first_batch_size(10) == quantile.first_batch_size(10) == 64


class Whole(Discriminator):
    """Accepts whole numbers."""

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        return [Verdict("." not in child.sentence.text, None) for child in children]


def test_quantiles_of_what_is_left_are_those_of_enough(context: AugmentationContext) -> None:
    """Of the first batch one sentence is left, whose perplexity was both limits for the rest of the round."""
    both = AllOfDiscriminator([Whole(), PerplexityDiscriminator(Spelled(), quantile=[0.25, 0.75])])
    both.start_round(context)
    assert judge(both, 1.5, 2.5, 3.5) == [False] * 3
    assert judge(both, 50) == [True]
    assert judge(both, 10, 20, 30, 40) == [False, True, True, True]  # quartiles 20 and 40 of the five
    assert judge(both, *range(1, 60)) == [n in range(16, 45) for n in range(1, 60)]  # quartiles 15.75 and 44.25 of 64
    assert judge(both, 17, 44, 1000) == [True, True, False]  # which hold from now on
    assert judge(both, *[1000] * 99) == [False] * 99


def test_all_of_nothing_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"discriminator.discriminators is \[\]; expected one discriminator"):
        AllOfDiscriminator([])
    with pytest.raises(ConfigurationError, match=r"discriminator.measure is 'loss'; expected one of tags, probability"):
        TaggerAgreementDiscriminator(measure="loss")
    with pytest.raises(ConfigurationError, match=r"discriminator.scope is 'word'; expected one of sentence, window"):
        TaggerAgreementDiscriminator(scope="word")
