"""Forms of mixing that are not the paper's: one child's own weight, other labels, restricted tables."""

from dataclasses import replace
from functools import partial
from typing import Any, List

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import AugmentationContext, SeqMixAugmenter
from seqmix_plugin.augmenters.children import mix_pairs
from seqmix_plugin.augmenters.embedding_tables import ContextualTable, EmbeddingTable, VocabularyTable, WordTable
from seqmix_plugin.augmenters.pairing import SubSequencePairing, WindowPair
from seqmix_plugin.functional import dominant_distribution, smoothed_distribution, word_shape
from seqmix_plugin.sentence import TaggedSentence
from tests.augmenters.seqmix_test import line_table, parents

PAIR = [WindowPair(0, 1, 1, 0, 2)]


def test_each_child_with_its_own_weight_by_hand() -> None:
    """
    λ = 0.25, so λ′ = 0.75 of (w0 w1) in the first child: 0.75 · 0 + 0.25 · 8 = 2 → w2; 0.75 · 1 + 0.25 · 6 = 2.25 → w2.
    In the second, 0.75 of (w8 w6): 0.75 · 8 = 6 → w6; 0.25 · 1 + 0.75 · 6 = 4.75 → w5.
    """
    one, other = mix_pairs(PAIR, [0.25], parents(), line_table(), False, dominant=True)
    assert one.sentence.tokens == ("w9", "w2", "w2", "w9")
    assert one.sentence.tag_distributions[1:3] == ({"B-LOC": 0.25, "B-PER": 0.75}, {"I-PER": 0.75, "O": 0.25})
    assert other.sentence.tokens == ("w6", "w5", "w8")
    assert other.sentence.tag_distributions[:2] == ({"B-LOC": 0.75, "B-PER": 0.25}, {"I-PER": 0.25, "O": 0.75})
    assert (one.lam, other.lam) == (0.75, 0.25)
    assert [tuple(window) for window in one.parents] == [("i", 1, 3), ("j", 0, 2)]
    assert [tuple(window) for window in other.parents] == [("j", 0, 2), ("i", 1, 3)]


def test_the_dominant_form_is_the_papers_where_lambda_suits() -> None:
    """The first child of λ and the second of 1 − λ, for λ of at least one half."""
    paper = mix_pairs(PAIR * 2, [0.75, 0.25], parents(), line_table(), False)
    dominant = mix_pairs(PAIR, [0.75], parents(), line_table(), False, dominant=True)
    assert dominant == [paper[0], paper[3]]


def test_dominant_labels_are_those_of_the_frame() -> None:
    children = mix_pairs(
        PAIR * 2, [0.25, 0.7], parents(), line_table(), False, dominant=True, mix_labels=dominant_distribution
    )
    for child in children:
        frame = next(parent for parent in parents() if parent.id == child.parents[0].sentence_id)
        assert child.sentence.tag_distributions == tuple({tag: 1.0} for tag in frame.tags or ())


def test_without_a_dominant_frame_both_children_have_the_labels_of_the_larger_part() -> None:
    one, other = mix_pairs(PAIR, [0.25], parents(), line_table(), False, mix_labels=dominant_distribution)
    assert one.sentence.tag_distributions[1:3] == other.sentence.tag_distributions[:2] == ({"B-LOC": 1.0}, {"O": 1.0})


def test_smooth_labels_in_the_window() -> None:
    tags = ["B-LOC", "B-PER", "I-PER", "O"]
    mix_labels = partial(smoothed_distribution, tags=tags)
    one, _ = mix_pairs(PAIR, [0.75], parents(), line_table(), False, mix_labels=mix_labels)
    rest = dict.fromkeys(tags, 0.0625)
    expected = ({"O": 1.0}, {**rest, "B-PER": 0.8125}, {**rest, "I-PER": 0.8125}, {"O": 1.0})
    assert one.sentence.tag_distributions == expected


def names_table(**settings: Any) -> WordTable:
    """The line with other words on it, for restrictions."""
    words = ["Oslo", "Rome", "sings", "12", "Mary", "reads", "1.5", "NATO"]
    return WordTable(
        words=words,
        vectors=torch.arange(8.0).unsqueeze(-1),
        index={(n,): n for n in range(8)},
        pieces=lambda some: [(words.index(word),) for word in some],
        embed=lambda windows: torch.tensor([[float(words.index(w))] for window in windows for w in window.words]),
        distance="l2",
        **settings,
    )


def named() -> List[TaggedSentence]:
    return [
        TaggedSentence("i", ("Rome", "sings"), ("B-LOC", "O")),
        TaggedSentence("j", ("reads", "reads"), ("O", "O")),
        TaggedSentence("k", ("Oslo", "Mary", "12"), ("B-LOC", "B-PER", "O")),
    ]


def words_at(table: WordTable, lam: float) -> "tuple[tuple[str, ...], int]":
    child, _ = mix_pairs([WindowPair(0, 0, 1, 0, 2)], [lam], named(), table, False)
    return child.sentence.tokens, child.unrestricted


def test_words_of_the_dominant_parents_shape() -> None:
    """
    λ = 0.75: 0.75 · 1 + 0.25 · 5 = 2 and 0.75 · 2 + 0.25 · 5 = 2.75. The shapes are Xx, whose nearest is Oslo at 0
    (Mary at 4 is as far, and later), and x, of which only the parents are left: the nearest of all is 12 at 3.
    """
    assert words_at(names_table(), 0.75) == (("sings", "12"), 0)
    assert words_at(names_table(restrict=("shape",)), 0.75) == (("Oslo", "12"), 1)


def test_the_shape_is_that_of_the_other_parent_below_one_half() -> None:
    """λ = 0.25 has the shape x of reads: sings in the first place; in the second both are parents."""
    assert words_at(names_table(restrict=("shape",)), 0.25)[0][0] == "sings"


def test_words_seen_with_a_tag_of_a_parent() -> None:
    """First place B-LOC or O: Oslo, sings, 12 but not Mary. Second place O: 12 alone beside the parents."""
    table = names_table(restrict=("tags",), tagged=named())
    assert words_at(table, 0.75) == (("sings", "12"), 0)
    assert words_at(replace(table, tagged=named()[:2]), 0.75) == (("sings", "12"), 1)
    both = names_table(restrict=("shape", "tags"), tagged=named())
    assert words_at(both, 0.75) == (("Oslo", "12"), 1)


def test_kept_words_are_not_counted_as_unrestricted() -> None:
    labelled = [TaggedSentence("i", ("NATO",), ("O",)), TaggedSentence("j", ("NATO",), ("O",))]
    counts = [
        mix_pairs([WindowPair(0, 0, 1, 0, 1)], [0.5], labelled, names_table(restrict=("shape",)), keep)[0].unrestricted
        for keep in (False, True)
    ]
    assert counts == [1, 0]


def test_the_norm_of_the_table_is_restored_before_words_are_looked_up() -> None:
    """Words at (4, 0) and (0, 4): the mean (2, 2) is nearest to the hub (2, 1); with norm 4 it is nearest to (3, 3)."""
    words = ["a", "b", "hub", "far"]
    vectors = torch.tensor([[4.0, 0.0], [0.0, 4.0], [2.0, 1.0], [3.0, 3.0]])
    table = WordTable(
        words=words,
        vectors=vectors,
        index={(n,): n for n in range(4)},
        pieces=lambda some: [(words.index(word),) for word in some],
        embed=lambda windows: torch.stack([vectors[words.index(w)] for window in windows for w in window.words]),
        distance="l2",
    )
    labelled = [TaggedSentence("i", ("a",), ("O",)), TaggedSentence("j", ("b",), ("O",))]
    made = [
        mix_pairs([WindowPair(0, 0, 1, 0, 1)], [0.5], labelled, some, False)[0].sentence.tokens
        for some in (table, replace(table, restore_norm=True))
    ]
    assert made == [("hub",), ("far",)]


@pytest.mark.parametrize("table", [VocabularyTable, ContextualTable])
def test_more_words_are_generated_and_have_the_shape_of_a_parents(
    table: Any, context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    repaired = table(distance="csls", restore_norm=True, restrict=["shape", "tags"])
    made = SeqMixAugmenter(SubSequencePairing(3, 0.3), repaired, rate=0.2, dominant=True).augment(corpus[:100], context)
    assert made.statistics["accepted"] == 20
    assert 0 <= made.statistics["unrestricted_tokens"] < made.statistics["generated_tokens"] == 60
    by_id = {sentence.id: sentence for sentence in corpus}
    same = 0
    for child in made.generated:
        frame_id, start, end = child.parents[0]
        pairs = zip(child.sentence.tokens[start:end], by_id[frame_id].tokens[start:end], strict=True)
        same += sum(word_shape(new) == word_shape(old) for new, old in pairs)
    assert same >= 60 - made.statistics["unrestricted_tokens"]
    again = SeqMixAugmenter(SubSequencePairing(3, 0.3), repaired, rate=0.2, dominant=True).augment(
        corpus[:100], context
    )
    assert again == made


@pytest.mark.parametrize("labels", ["dominant", "smooth"])
def test_labels_of_the_augmenter(labels: str, context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    made = SeqMixAugmenter(SubSequencePairing(3, 0.3), rate=0.2, labels=labels).augment(corpus[:100], context)
    tags = context.model.head.labels
    for child in made.generated:
        assert child.lam is not None
        larger = max(child.lam, 1 - child.lam)
        for label in (child.sentence.tag_distributions or ())[slice(*child.parents[0][1:])]:
            expected = 1.0 if labels == "dominant" else larger + (1 - larger) / len(tags)
            assert max(label.values()) == pytest.approx(expected)
            assert sum(label.values()) == pytest.approx(1)
            assert len(label) == (1 if labels == "dominant" else len(tags))


def test_the_papers_form_has_no_new_statistics(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    made = SeqMixAugmenter(SubSequencePairing(3, 0.3)).augment(corpus[:50], context)
    assert "unrestricted_tokens" not in made.statistics


@pytest.mark.parametrize("name", ["vocabulary", "contextual"])
def test_unknown_values_are_errors(name: str) -> None:
    with pytest.raises(ConfigurationError, match="embedding_table.restrict is 'case'; expected one of shape, tags"):
        EmbeddingTable.by_name(name)(restrict=["shape", "case"])
    with pytest.raises(ConfigurationError, match="augmenter.labels is 'hard'; expected one of soft, dominant, smooth"):
        SeqMixAugmenter(labels="hard")


@pytest.mark.parametrize("distance", ["l2", "cosine", "csls"])
@pytest.mark.parametrize("restrict", [(), ("shape", "tags")])
def test_words_compared_once_are_those_of_a_search_for_each(distance: str, restrict: Any) -> None:
    """Where vectors do not depend on their sentences, each distinct word is compared with the table once."""
    torch.manual_seed(0)
    vectors, words = torch.randn(8, 4), names_table().words
    table = replace(
        names_table(restrict=restrict, tagged=named()),
        vectors=vectors,
        distance=distance,
        embed=lambda windows: vectors[[words.index(word) for window in windows for word in window.words]],
    )
    once = replace(table, embed_words=lambda some: vectors[[words.index(word) for word in some]])
    pairs = [WindowPair(0, 0, 1, 0, 2), WindowPair(0, 0, 2, 1, 2), WindowPair(1, 0, 2, 0, 2)] * 2
    lambdas = [0.3, 0.6, 0.5, 0.9, 0.2, 0.45]
    assert mix_pairs(pairs, lambdas, named(), once, False) == mix_pairs(pairs, lambdas, named(), table, False)
