"""Algorithm 2: mixing, snapping, label mixing, replacing and filtering."""

from dataclasses import replace
from typing import Any, Dict, List, Sequence

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.augmenters import AugmentationContext, SeqMixAugmenter
from seqmix_plugin.augmenters import selection as selection_module
from seqmix_plugin.augmenters.children import mix_pairs
from seqmix_plugin.augmenters.discriminators import Discriminator, Verdict
from seqmix_plugin.augmenters.embedding_tables import WordTable
from seqmix_plugin.augmenters.pairing import Pairing, SubSequencePairing, WindowPair
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence

# Words on a line: the vector of "w7" is 7.
WORDS = [f"w{n}" for n in range(11)]


def line_table() -> WordTable:
    return WordTable(
        words=WORDS,
        vectors=torch.arange(11.0).unsqueeze(-1),
        index={(n,): n for n in range(len(WORDS))},
        pieces=lambda some: [(WORDS.index(word),) for word in some],
        embed=lambda stretches: torch.tensor([[float(word[1:])] for stretch in stretches for word in stretch.words]),
        distance="l2",
    )


def parents() -> List[TaggedSentence]:
    return [
        TaggedSentence("i", ("w9", "w0", "w1", "w9"), ("O", "B-PER", "I-PER", "O")),
        TaggedSentence("j", ("w8", "w6", "w8"), ("B-LOC", "O", "O")),
    ]


def test_both_children_of_a_pair_by_hand() -> None:
    """
    λ = 0.25 on windows (w0 w1) and (w8 w6): 0.25 · 0 + 0.75 · 8 = 6 → w6; 0.25 · 1 + 0.75 · 6 = 4.75 → w5.
    """
    one, other = mix_pairs([WindowPair(0, 1, 1, 0, 2)], [0.25], parents(), line_table(), keep_shared_tokens=False)
    mixed = ({"B-LOC": 0.75, "B-PER": 0.25}, {"I-PER": 0.25, "O": 0.75})
    assert one.sentence.tokens == ("w9", "w6", "w5", "w9")
    assert one.sentence.tag_distributions == ({"O": 1.0}, *mixed, {"O": 1.0})
    assert other.sentence.tokens == ("w6", "w5", "w8")
    assert other.sentence.tag_distributions == (*mixed, {"O": 1.0})
    assert one.lam == other.lam == 0.25
    assert [tuple(window) for window in one.parents] == [("i", 1, 3), ("j", 0, 2)]
    assert [tuple(window) for window in other.parents] == [("j", 0, 2), ("i", 1, 3)]


def test_at_lambda_one_labels_are_the_first_parents_and_its_word_is_still_excluded() -> None:
    one, _ = mix_pairs([WindowPair(0, 1, 1, 0, 1)], [1.0], parents(), line_table(), keep_shared_tokens=False)
    assert one.sentence.tag_distributions[1] == {"B-PER": 1.0}
    assert one.sentence.tokens[1] == "w1"  # w0 is nearest but a parent


def test_shared_words_stay_only_when_asked() -> None:
    labelled = [TaggedSentence("i", ("w4", "w0"), ("O", "B-PER")), TaggedSentence("j", ("w4", "w8"), ("O", "B-LOC"))]
    pair = [WindowPair(0, 0, 1, 0, 2)]
    kept, _ = mix_pairs(pair, [0.5], labelled, line_table(), keep_shared_tokens=True)
    replaced, _ = mix_pairs(pair, [0.5], labelled, line_table(), keep_shared_tokens=False)
    assert kept.sentence.tokens == ("w4", "w4")  # 0.5 · 0 + 0.5 · 8 = 4, no parent of the second word
    assert (kept.window, kept.new_words) == ((0, 2), ("w4",))
    assert replaced.sentence.tokens[0] in ("w3", "w5")
    assert replaced.new_words == replaced.sentence.tokens


def test_many_pairs_at_once_equal_each_alone() -> None:
    pairs = [WindowPair(0, 1, 1, 0, 2), WindowPair(0, 0, 1, 1, 2), WindowPair(0, 2, 1, 0, 1)]
    lambdas = [0.3, 0.6, 0.9]
    together = mix_pairs(pairs, lambdas, parents(), line_table(), False)
    alone = [
        child
        for pair, lam in zip(pairs, lambdas, strict=True)
        for child in mix_pairs([pair], [lam], parents(), line_table(), False)
    ]
    assert together == alone


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_invariants(data: st.DataObject) -> None:
    """Lengths stay, rows sum to 1, nothing outside the window changes, no parent word is generated."""
    lengths = data.draw(st.tuples(st.integers(2, 7), st.integers(2, 7)))
    tags = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC"])
    labelled = [
        TaggedSentence(
            str(n),
            tuple(data.draw(st.lists(st.sampled_from(WORDS), min_size=size, max_size=size))),
            tuple(data.draw(st.lists(tags, min_size=size, max_size=size))),
        )
        for n, size in enumerate(lengths)
    ]
    length = data.draw(st.integers(1, min(lengths)))
    starts = [data.draw(st.integers(0, size - length)) for size in lengths]
    lam = data.draw(st.floats(0, 1))
    children = mix_pairs([WindowPair(0, starts[0], 1, starts[1], length)], [lam], labelled, line_table(), False)
    for frame, start, child in zip(labelled, starts, children, strict=True):
        assert len(child.sentence) == len(frame)
        inside = range(start, start + length)
        for t, distribution in enumerate(child.sentence.tag_distributions or ()):
            assert sum(distribution.values()) == pytest.approx(1)
            if t not in inside:
                assert child.sentence.tokens[t] == frame.tokens[t]
                assert distribution == {frame.tags[t]: 1.0}
        for offset in range(length):
            both = {labelled[n].tokens[starts[n] + offset] for n in (0, 1)}
            assert child.sentence.tokens[start + offset] not in both


NAMES = ["sub_sequence", "label_constrained", "whole_sequence", "mention_mixup"]
WINDOWS = ("sub_sequence", "label_constrained")


def settings_of(name: str, window: int, min_density: float) -> Dict[str, Any]:
    """The settings of a pairing, as far as it has them."""
    density = {} if name == "mention_mixup" else {"min_density": min_density}
    return {**density, **({"window": window} if name in WINDOWS else {})}


TAG = st.sampled_from(["O", "B-PER", "B-LOC"])
SENTENCE = st.lists(st.tuples(st.sampled_from(WORDS), TAG), min_size=1, max_size=6)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(SENTENCE, min_size=2, max_size=5), seed=st.integers(0, 99))
def test_invariants_of_every_pairing(name: str, rows: List[List[Any]], seed: int) -> None:
    """Any sentences: as long as their frames, rows sum to 1, nothing changes outside the window."""
    labelled = [TaggedSentence(str(n), *zip(*row, strict=True)) for n, row in enumerate(rows)]
    pairs = list(Pairing.by_name(name)(**settings_of(name, 2, 0.5)).pairs(labelled, np.random.default_rng(seed)))
    lambdas = np.random.default_rng(seed).random(len(pairs)).tolist()
    children = mix_pairs(pairs, lambdas, labelled, line_table(), keep_shared_tokens=False)
    assert len(children) == 2 * len(pairs)
    for child in children:
        (frame_id, start, end), (other_id, other_start, other_end) = child.parents
        frame, other = labelled[int(frame_id)], labelled[int(other_id)]
        distributions = child.sentence.distributions() or []
        assert len(child.sentence) == len(frame)
        assert end - start == other_end - other_start
        assert all(sum(row.values()) == pytest.approx(1) for row in distributions)
        outside = [t for t in range(len(frame)) if not start <= t < end]
        assert all(child.sentence.tokens[t] == frame.tokens[t] for t in outside)
        assert all(distributions[t] == {frame.tags[t]: 1.0} for t in outside)
        if name in ("label_constrained", "mention_mixup"):
            assert distributions == [{tag: 1.0} for tag in frame.tags or ()]
        if name == "whole_sequence":
            assert len(child.sentence) == len(other) == end - start


@pytest.mark.parametrize("name", NAMES)
def test_children_of_every_pairing(name: str, context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    """As long as their frames; labels sum to 1 and, under `label_constrained`, are the frame's own."""
    pairing = Pairing.by_name(name)(**settings_of(name, 3, 0.3))
    by_id = {sentence.id: sentence for sentence in corpus}
    result = SeqMixAugmenter(pairing=pairing, rate=0.3).augment(corpus, context)
    assert len(result.generated) >= 20
    assert result.statistics["pairs"] >= len(result.generated) // 2
    for child in result.generated:
        (frame_id, start, end), (_, other_start, other_end) = child.parents
        frame = by_id[frame_id]
        assert len(child.sentence) == len(frame)
        assert end - start == other_end - other_start
        distributions = child.sentence.distributions() or []
        assert all(sum(row.values()) == pytest.approx(1) for row in distributions)
        outside = [t for t in range(len(frame)) if not start <= t < end]
        assert all(distributions[t] == {frame.tags[t]: 1.0} for t in outside)
        assert all(child.sentence.tokens[t] == frame.tokens[t] for t in outside)
        if name in ("label_constrained", "mention_mixup"):
            assert distributions == [{tag: 1.0} for tag in frame.tags or ()]
        if name == "whole_sequence":
            assert (start, end, other_start) == (0, len(frame), 0)


class EverySecond(Discriminator):
    """Refuses each first child of a pair, so that twins always get different verdicts."""

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        assert [len(child.sentence) for child in children] == [len(frame) for frame in frames]
        return [Verdict(position % 2 == 1, float(position % 2)) for position in range(len(children))]


class RefuseAll(Discriminator):
    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        return [Verdict(False, 1.0)] * len(children)


def augmenter(**settings: Any) -> SeqMixAugmenter:
    return SeqMixAugmenter(pairing=SubSequencePairing(window=3, min_density=0.3), **settings)


def test_each_child_is_judged_for_itself(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    """The paper's public code admitted a sentence when only its twin passed."""
    result = augmenter(discriminator=EverySecond(), rate=0.1).augment(corpus[:100], context)
    assert [child.accepted for child in result.generated] == [False, True] * 10
    assert len(result.accepted) == 10
    statistics = result.statistics
    assert [statistics[key] for key in ("wanted", "tried", "accepted", "refused")] == [10, 20, 10, 10]


def test_generation_stops_at_n_and_does_not_depend_on_batches(
    context: AugmentationContext, corpus: List[TaggedSentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = augmenter(rate=0.15).augment(corpus[:100], context)
    monkeypatch.setattr(selection_module, "LARGEST_BATCH", 4)
    pieces = augmenter(rate=0.15).augment(corpus[:100], context)
    assert len(whole.accepted) == 15  # odd: the last twin is not made
    assert whole == pieces


def test_the_rate_is_a_floor_in_decimals() -> None:
    assert [augmenter(rate=rate).number_wanted(size) for rate, size in ((0.2, 200), (0.29, 100), (0.2, 4))] == [
        40,
        29,
        0,
    ]


def test_it_goes_on_with_what_there_is(
    context: AugmentationContext, corpus: List[TaggedSentence], caplog: pytest.LogCaptureFixture
) -> None:
    few = [sentence for sentence in corpus if any(tag != "O" for tag in sentence.tags or ())][:3]
    result = augmenter(discriminator=RefuseAll(), rate=2).augment(few, context)
    assert result.accepted == []
    assert "0 of 6 wanted sentences were accepted" in caplog.text
    assert "6 were tried, and there are no more pairs" in caplog.text
    nothing = augmenter(rate=2).augment([TaggedSentence("a", ("w",) * 5, ("O",) * 5)] * 2, context)
    assert nothing.generated == []
    assert "0 of 4 wanted sentences were accepted; no two sentences have windows to mix" in caplog.text


def test_what_is_too_few_is_said_once_a_reason(
    context: AugmentationContext, corpus: List[TaggedSentence], caplog: pytest.LogCaptureFixture
) -> None:
    dense = [sentence for sentence in corpus if augmenter().pairing.starts(sentence.tags or ()).size]
    seqmix = augmenter(rate=20)
    for number, size in enumerate((3, 4, 1, 1, 3)):
        seqmix.augment(dense[:size], replace(context, round_number=number))
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [message.split("; ")[0] for message in said] == [
        "SeqMix: 6 of 60 wanted sentences were accepted",
        "SeqMix: 0 of 20 wanted sentences were accepted",
    ]


def test_the_same_round_gives_the_same_children_and_another_round_others(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    once, again = (augmenter().augment(corpus[:100], context) for _ in range(2))
    other = augmenter().augment(corpus[:100], replace(context, round_number=2))
    assert once == again
    assert [child.lam for child in once.generated] != [child.lam for child in other.generated]


def test_generated_words_are_words_of_the_table(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    """The paper's public code mixed words of several pieces as [UNK] and generated `##x` and `[unused]`."""
    seqmix = augmenter(rate=1)
    table = set(seqmix.embedding_table.build(context, corpus[:100]).words)
    for child in seqmix.augment(corpus[:100], context).generated:
        _, start, end = child.parents[0]
        assert set(child.sentence.tokens[start:end]) <= table


def test_lambda_follows_beta(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    """Beta(8, 8) has mean 1/2 and standard deviation √(1/68) = 0.121."""
    lambdas = [child.lam for child in augmenter(rate=4).augment(corpus[:100], context).generated[::2]]
    assert np.mean(lambdas) == pytest.approx(0.5, abs=0.03)
    assert np.std(lambdas) == pytest.approx(0.121, abs=0.02)


def test_a_narrow_table_is_warned_of(
    context: AugmentationContext, corpus: List[TaggedSentence], caplog: pytest.LogCaptureFixture
) -> None:
    narrow = replace(context, readable=[TaggedSentence("s", ("Oslo", "Paris", "sings"))])
    result = augmenter(rate=0.5).augment(corpus[:100], narrow)
    assert result.statistics["ten_most_frequent"] == 1.0
    assert result.statistics["distinct_tokens"] <= 3
    assert "ten words account for 100% of the generated words" in caplog.text


def test_a_round_that_nothing_comes_of_ends(
    context: AugmentationContext, corpus: List[TaggedSentence], caplog: pytest.LogCaptureFixture
) -> None:
    """100 sentences have thousands of pairs; 3 tries for each of 7 wanted children are 11 pairs."""
    result = augmenter(discriminator=RefuseAll(), rate=0.07, max_tries=3).augment(corpus[:100], context)
    assert (len(result.generated), result.statistics["pairs"]) == (22, 11)
    assert "0 of 7 wanted sentences were accepted; 22 were tried (augmenter.max_tries)" in caplog.text


@pytest.mark.parametrize(("key", "value"), [("alpha", 0.0), ("rate", -0.1), ("max_tries", 0)])
def test_values_out_of_range_are_errors(key: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"augmenter.{key} is {value}"):
        SeqMixAugmenter(**{key: value})
