"""The mixture of augmenters, and sentences that change from pass to pass."""

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Any, List

import pytest
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import AugmentationContext, Augmenter, MixtureAugmenter
from seqmix_plugin.io.json_text import of_lines, to_lines
from seqmix_plugin.run.sentence_rows import synthetic_row, training_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, Window, in_slots, take_turns

SEQMIX = {"type": "seqmix", "pairing": {"type": "sub_sequence", "window": 2, "min_density": 0.5}}


def mixture(*types: Any, **settings: Any) -> MixtureAugmenter:
    parts = [{"type": one} if isinstance(one, str) else deepcopy(one) for one in types]
    made = Augmenter.from_params(Params({"type": "mixture", "augmenters": parts, **settings}))
    assert isinstance(made, MixtureAugmenter)
    return made


def test_each_augmenter_makes_its_share(
    context: AugmentationContext, corpus: List[TaggedSentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 30 sentences, weights 3, 1 and 1 give 18, 6 and 6."""
    types = "mention_replacement", "shuffle_segments", SEQMIX
    result = mixture(*types, rate=1.5, weights=[3, 1, 1]).augment(corpus[:20], context)
    assert [part["accepted"] for part in result.statistics["parts"]] == [18, 6, 6]
    assert [child.sentence.id for child in result.generated] == [f"r1-{n}" for n in range(30)]
    assert [child.lam is None for child in result.generated] == [True] * 24 + [False] * 6
    assert {name: result.statistics[name] for name in ("wanted", "accepted", "tried")} == dict.fromkeys(
        ("wanted", "accepted", "tried"), 30
    )
    assert result.statistics["pairs"] == result.statistics["parts"][2]["pairs"] > 0
    words = Counter(word for child in result.generated for word in child.new_words)
    assert (result.statistics["generated_tokens"], result.statistics["distinct_tokens"]) == (words.total(), len(words))


def test_two_of_a_kind_make_different_sentences(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    twice = mixture("label_token_replacement", "label_token_replacement", rate=2)
    result = twice.augment(corpus[:20], context)
    halves = [{child.sentence.tokens for child in part} for part in (result.generated[:20], result.generated[20:])]
    assert not halves[0] & halves[1]
    assert twice.augment(corpus[:20], context) == result


def test_a_mixture_may_be_a_part_of_one(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    inner = {"type": "mixture", "augmenters": [{"type": "mention_replacement"}, {"type": "duplicate"}]}
    result = mixture(inner, "mention_replacement", rate=1).augment(corpus[:20], context)
    assert [part["accepted"] for part in result.statistics["parts"]] == [10, 10]
    first, second = result.generated[:5], result.generated[10:15]
    assert {child.sentence.tokens for child in first} != {child.sentence.tokens for child in second}


def test_a_part_without_a_share_makes_nothing(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    result = mixture("mention_replacement", SEQMIX, rate=0.1, weights=[5, 1]).augment(corpus[:10], context)
    assert [part["wanted"] for part in result.statistics["parts"]] == [1, 0]
    assert mixture("mention_replacement").augment([], context).generated == []


@pytest.mark.parametrize("weights", [[1], [1, 0], [1, -2], [1, float("inf")], [1, float("nan")]])
def test_weights_that_are_none_are_errors(weights: List[float]) -> None:
    with pytest.raises(ConfigurationError, match=r"augmenter.weights is \[.*\]; expected a number above 0 for each of"):
        mixture("duplicate", "mention_replacement", weights=weights)


def test_a_mixture_of_nothing_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"augmenter.augmenters is \[\]; expected one augmenter at least"):
        mixture()


def test_accepted_sentences_take_the_slots_in_turn() -> None:
    """Of five accepted sentences and two slots, the first pass has a and b, the second d and e, the third f and b."""
    children = [
        SyntheticSentence(TaggedSentence(name, ("in",)), (Window("p", 0, 1),), accepted=name != "c")
        for name in "abcdef"
    ]
    given = in_slots(children, 2, first=3)
    assert [child.slot for child in given] == [3, 4, None, 3, 4, 3]
    groups = take_turns((child.slot, child.sentence) for child in given if child.accepted)
    assert [[sentence.id for sentence in group] for group in groups] == [["a", "d", "f"], ["b", "e"]]
    alone = children[0].sentence
    assert take_turns([(None, alone), (0, alone), (None, alone), (0, alone)]) == [alone, (alone, alone), alone]


@pytest.mark.parametrize("parts", [["mention_replacement"], ["label_token_replacement", SEQMIX]])
def test_with_passes_there_are_as_many_versions_of_each(
    context: AugmentationContext, corpus: List[TaggedSentence], parts: List[Any]
) -> None:
    result = mixture(*parts, rate=0.5, refresh="pass", versions=4).augment(corpus[:20], context)
    assert len(result.accepted) == 40
    assert [len(group) for group in result.training] == [4] * 10
    assert len({sentence.tokens for sentence in result.training[0]}) > 1
    first_pass = [child.sentence for child in result.generated if child.slot is not None][: 10 // len(parts)]
    assert [group[0] for group in result.training][: len(first_pass)] == first_pass
    assert (result.statistics["versions"], result.statistics["wanted"]) == (4, 40)
    rows = of_lines(to_lines(synthetic_row(1, child) for child in result.generated))
    read = [[sentence.tokens for sentence in group] for group in training_of(rows)]
    assert read == [[sentence.tokens for sentence in group] for group in result.training]


def test_an_augmenter_alone_has_the_same_key(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    params = {"type": "shuffle_segments", "rate": 0.5, "refresh": "pass", "versions": 3}
    result = Augmenter.from_params(Params(params)).augment(corpus[:20], context)
    assert [len(group) for group in result.training] == [3] * 10
    once = Augmenter.from_params(Params({"type": "shuffle_segments", "rate": 0.5})).augment(corpus[:20], context)
    assert once.training == once.accepted  # by default nothing takes turns


def test_mistakes_are_short_errors() -> None:
    with pytest.raises(ConfigurationError, match=r"augmenter.refresh is 'epoch'; expected one of round, pass"):
        mixture("duplicate", refresh="epoch")
    with pytest.raises(ConfigurationError, match=r"augmenter.versions is 1; expected a whole number, 2 or more"):
        mixture("duplicate", refresh="pass", versions=1)


def test_a_row_without_a_whole_number_as_slot_is_none(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    [child] = mixture("duplicate", rate=1).augment(corpus[:1], context).generated
    for slot in ("0", 1.5, True):
        with pytest.raises(ValueError, match="slot"):
            training_of([{**synthetic_row(1, replace(child, sentence=corpus[0])), "slot": slot}])
