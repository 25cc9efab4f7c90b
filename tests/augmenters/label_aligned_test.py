"""Mention replacement, label-wise token replacement and shuffling within segments."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import pytest
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqmix_plugin.augmenters import (
    AugmentationContext,
    Augmenter,
    LabelTokenReplacementAugmenter,
    MentionReplacementAugmenter,
    ShuffleSegmentsAugmenter,
)
from seqmix_plugin.augmenters.discriminators import Discriminator, Verdict
from seqmix_plugin.augmenters.label_aligned import LabelAlignedAugmenter
from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.io.json_text import of_lines, to_lines
from seqmix_plugin.run.sentence_rows import sentence_of, synthetic_row
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence
from seqmix_plugin.tag_schemes import tags_to_spans

NAMES = ("mention_replacement", "label_token_replacement", "shuffle_segments")


def made(name: str, **settings: Any) -> LabelAlignedAugmenter:
    augmenter = Augmenter.from_params(Params({"type": name, **settings}))
    assert isinstance(augmenter, LabelAlignedAugmenter)
    return augmenter


def mentions(sentence: TaggedSentence) -> List[Tuple[str, Tuple[str, ...]]]:
    spans, _ = tags_to_spans(sentence.tags or ())
    return [(span.label, sentence.tokens[span.start : span.end]) for span in spans]


def pairs(sentences: Sequence[TaggedSentence]) -> set:
    return {pair for s in sentences for pair in zip(s.tags or (), s.tokens, strict=True)}


def rewrite(
    augmenter: LabelAlignedAugmenter, frame: TaggedSentence, source: Sequence[TaggedSentence], *items: int
) -> SyntheticSentence:
    """The child of a change of these items."""
    rewriting = augmenter.rewriting([(frame, len(frame))], [(one, len(one)) for one in source])
    [child] = rewriting.rewrite([0], [rewriting.items[0][list(items)]], np.random.default_rng(0))
    return child


ANNA = TaggedSentence(
    "anna", ("Anna", "Berg", "met", "Bo", "in", "Oslo"), ("B-PER", "I-PER", "O", "B-PER", "O", "B-LOC")
)


def warnings(caplog: pytest.LogCaptureFixture) -> List[str]:
    """What was warned of, whatever the level that an earlier test has set."""
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    """What all three do on the shipped corpus."""

    def test_as_many_as_wanted_each_with_its_own_id(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        for rate in (0, 0.2, 1.0, 3.5):
            result = made(name, rate=rate).augment(corpus[:30], context)
            assert len(result.accepted) == int(rate * 30)
            assert [sentence.id for sentence in result.accepted] == [f"r1-{n}" for n in range(int(rate * 30))]

    def test_children_differ_from_their_frame_inside_their_window_only(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        frames = {sentence.id: sentence for sentence in corpus[:30]}
        for child in made(name, rate=3).augment(corpus[:30], context).generated:
            frame, (_, start, end) = frames[child.parents[0].sentence_id], child.parents[0]
            first, last = child.window
            assert child.sentence.tokens != frame.tokens
            assert child.sentence.tokens[:first] == frame.tokens[:start]
            assert child.sentence.tokens[last:] == frame.tokens[end:]
            assert child.sentence.tags[:first] == frame.tags[:start]
            assert child.sentence.tags[last:] == frame.tags[end:]
            assert Counter(label for label, _ in mentions(child.sentence)) == Counter(
                label for label, _ in mentions(frame)
            )

    def test_the_same_seed_makes_the_same_and_another_round_others(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        first, again = (made(name, rate=1).augment(corpus[:30], context).generated for _ in range(2))
        other = made(name, rate=1).augment(corpus[:30], replace(context, round_number=2)).generated
        assert first == again
        assert {one.sentence.tokens for one in first} != {one.sentence.tokens for one in other}

    def test_all_frames_take_turns(self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
        augmenter = made(name, rate=1)
        rewriting = augmenter.rewriting(*[[(sentence, len(sentence)) for sentence in corpus[:30]]] * 2)
        able = {frame.id for frame, items in zip(corpus[:30], rewriting.items, strict=True) if len(items)}
        used = Counter(child.parents[0].sentence_id for child in augmenter.augment(corpus[:30], context).generated)
        assert used.keys() <= able
        if name != "shuffle_segments":  # which drops children that come out like their parent
            assert used.keys() == able
            assert max(used.values()) - min(used.values()) <= 1

    def test_children_are_written_and_read(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        result = made(name, rate=1).augment(corpus[:10], context)
        rows = of_lines(to_lines(synthetic_row(1, child) for child in result.generated))
        assert [sentence_of(row).tags for row in rows] == [child.tags for child in result.accepted]
        statistics = json.loads(json.dumps(result.statistics, allow_nan=False))
        assert statistics == result.statistics
        assert (statistics["wanted"], statistics["accepted"], statistics["refused"]) == (10, 10, 0)
        assert statistics["generated_tokens"] >= statistics["distinct_tokens"] > 0

    def test_words_past_max_length_are_left_alone(
        self, name: str, context: AugmentationContext, word_pieces: WordPieceIndexer
    ) -> None:
        context = replace(context, reader=ConllColumnsReader({"tokens": word_pieces}, max_length=12))
        late = [
            TaggedSentence(f"late{n}", ("in",) * 20 + (*words, "Oslo"), ("O",) * 20 + ("B-PER", "I-PER", "B-LOC"))
            for n, words in enumerate([("Anna", "Berg"), ("Bo", "Li")])
        ]
        result = made(name, rate=1).augment(late, context)
        assert (result.generated, result.statistics["tried"]) == ([], 0)

    def test_soft_labels_of_the_frame_are_kept(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        """Annotators may have given them."""
        soft = [
            replace(
                one, tag_distributions=tuple({tag: 0.9, "O": 0.1} if tag != "O" else {"O": 1.0} for tag in one.tags)
            )
            for one in corpus[:20]
        ]
        for child in made(name, rate=1).augment(soft, context).accepted:
            assert [max(row, key=row.__getitem__) for row in child.distributions()] == list(child.tags)
            assert child.tag_distributions is not None

    def test_mistakes_are_short_errors(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match=r"augmenter.probability is 1.5; expected a number from 0 to 1"):
            made(name, probability=1.5)
        with pytest.raises(ConfigurationError, match=r"augmenter.max_tries is 0; expected a whole number, 1 or more"):
            made(name, max_tries=0)

    def test_a_discriminator_that_refuses_everything_ends_at_max_tries(
        self,
        name: str,
        context: AugmentationContext,
        corpus: List[TaggedSentence],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        augmenter = made(name, rate=0.5, max_tries=3)
        augmenter.discriminator = EveryOther(accepts=0)
        result = augmenter.augment(corpus[:20], context)
        assert result.accepted == []
        assert result.statistics["judged"] + result.statistics["unchanged"] == 30
        message = f"{name}: 0 of 10 wanted sentences were accepted; 30 were tried (augmenter.max_tries)"
        assert warnings(caplog) == [message]
        augmenter.augment(corpus[:20], context)
        assert warnings(caplog) == [message]

    def test_refused_children_are_replaced_by_further_ones(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        augmenter = made(name, rate=0.5)
        augmenter.discriminator = EveryOther(accepts=1)
        result = augmenter.augment(corpus[:20], context)
        assert len(result.accepted) == 10
        assert [child.accepted for child in result.generated] == [True, False] * 9 + [True]
        assert result.statistics["refused"] == 9
        assert result.statistics["discriminator"] == {"judged": result.statistics["judged"]}


class EveryOther(Discriminator):
    """Accepts so many of two children in turn."""

    def __init__(self, accepts: int) -> None:
        self.accepts = accepts
        self.judged = 0

    def start_round(self, context: AugmentationContext) -> None:
        self.judged = 0

    def judge(self, children: Sequence[SyntheticSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        numbers = range(self.judged, self.judged + len(children))
        self.judged += len(children)
        return [Verdict(n % 2 < self.accepts, float(n)) for n in numbers]

    def statistics(self) -> Dict[str, Any]:
        return {"judged": self.judged}


def test_a_mention_is_replaced_by_hand() -> None:
    """Mentions 0 (Anna Berg) and 2 (Oslo); of the other one, New York, there is one, and so of the person."""
    source = [ANNA, TaggedSentence("other", ("Bo", "left", "New", "York"), ("B-PER", "O", "B-LOC", "I-LOC"))]
    child = rewrite(MentionReplacementAugmenter(), ANNA, source, 0, 2)
    assert child.sentence.tokens == ("Bo", "met", "Bo", "in", "New", "York")
    assert child.sentence.tags == ("B-PER", "O", "B-PER", "O", "B-LOC", "I-LOC")
    assert [tuple(window) for window in child.parents] in (
        [("anna", 0, 6), ("anna", 3, 4), ("other", 2, 4)],
        [("anna", 0, 6), ("other", 0, 1), ("other", 2, 4)],
    )
    assert child.window == (0, 6)
    assert child.new_words == ("Bo", "New", "York")  # without what is between them
    last = rewrite(MentionReplacementAugmenter(), ANNA, source, 2)
    assert last.sentence.tokens == ("Anna", "Berg", "met", "Bo", "in", "New", "York")
    assert (last.window, last.new_words) == ((5, 7), ("New", "York"))
    assert tuple(last.parents[0]) == ("anna", 5, 6)


def test_words_are_replaced_by_words_of_their_label_by_hand() -> None:
    """Each label has one other word in the sentences: I-PER none, so that Berg stays."""
    frame = TaggedSentence("f", ("Anna", "Berg", "in", "Oslo"), ("B-PER", "I-PER", "O", "B-LOC"))
    source = [frame, TaggedSentence("s", ("Bo", "of", "Paris"), ("B-PER", "O", "B-LOC"))]
    augmenter = LabelTokenReplacementAugmenter()
    items = augmenter.rewriting([(frame, 4)], [(one, len(one)) for one in source]).items[0]
    assert items.tolist() == [0, 2, 3]
    child = rewrite(augmenter, frame, source, 0, 2)
    assert child.sentence.tokens == ("Bo", "Berg", "in", "Paris")
    assert child.sentence.tags == frame.tags
    assert ([tuple(window) for window in child.parents], child.window) == ([("f", 0, 4)], (0, 4))
    assert child.new_words == ("Bo", "Paris")


def test_a_segment_is_shuffled_by_hand() -> None:
    """Two words of a mention, of which the other order is the only other one; runs of one word cannot be shuffled."""
    augmenter = ShuffleSegmentsAugmenter()
    assert augmenter.rewriting([(ANNA, 6)], []).items[0].tolist() == [[0, 2]]
    children = {rewrite_with(augmenter, ANNA, seed).sentence.tokens[:2] for seed in range(20)}
    assert children == {("Anna", "Berg"), ("Berg", "Anna")}
    child = rewrite_with(augmenter, ANNA, 0)
    assert child.sentence.tags == ANNA.tags
    assert ([tuple(window) for window in child.parents], child.window) == ([("anna", 0, 2)], (0, 2))
    assert len(child.new_words) == 2


def rewrite_with(augmenter: LabelAlignedAugmenter, frame: TaggedSentence, seed: int) -> SyntheticSentence:
    rewriting = augmenter.rewriting([(frame, len(frame))], [])
    return rewriting.rewrite([0], [rewriting.items[0]], np.random.default_rng(seed))[0]


def test_words_and_mentions_come_from_all_labelled_sentences(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    """Also from those of earlier rounds, which are not frames."""
    context = replace(context, labelled=corpus[:60])
    for name in ("mention_replacement", "label_token_replacement"):
        result = made(name, rate=20).augment(corpus[:3], context)
        new = pairs(result.accepted) - pairs(corpus[:3])
        assert new
        assert new <= pairs(corpus[:60])
        assert {child.parents[0].sentence_id for child in result.generated} <= {s.id for s in corpus[:3]}


def test_labels_keep_their_words_and_mentions_theirs(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    frames = {sentence.id: sentence for sentence in corpus[:40]}
    known = {mention for sentence in corpus[:40] for mention in mentions(sentence)}
    by_name = {name: made(name, rate=2).augment(corpus[:40], context).generated for name in NAMES}
    assert all(set(mentions(child.sentence)) <= known for child in by_name["mention_replacement"])
    for child in by_name["label_token_replacement"]:
        assert child.sentence.tags == frames[child.parents[0].sentence_id].tags
        assert pairs([child.sentence]) <= pairs(corpus[:40])
    for child in by_name["shuffle_segments"]:
        frame = frames[child.parents[0].sentence_id]
        assert child.sentence.tags == frame.tags
        both = zip(mentions(child.sentence), mentions(frame), strict=True)
        assert all((one, sorted(words)) == (other, sorted(old)) for (one, words), (other, old) in both)
        outside = [
            [word for word, tag in zip(s.tokens, s.tags, strict=True) if tag == "O"] for s in (child.sentence, frame)
        ]
        assert sorted(outside[0]) == sorted(outside[1])


def test_words_are_drawn_by_their_frequency_under_the_label(context: AugmentationContext) -> None:
    """Of O: twice "met" and once "saw" beside the frame's own word, so two of three."""
    frame = TaggedSentence("f", ("Bo", "left"), ("B-PER", "O"))
    rest = TaggedSentence("s", ("met", "saw", "met"), ("O", "O", "O"))
    result = LabelTokenReplacementAugmenter(rate=1000).augment([frame], replace(context, labelled=[frame, rest]))
    counts = Counter(sentence.tokens[1] for sentence in result.accepted)
    assert counts.keys() == {"met", "saw"}
    assert counts["met"] / 1000 == pytest.approx(2 / 3, abs=0.06)
    assert {sentence.tokens[0] for sentence in result.accepted} == {"Bo"}


def test_the_share_of_changed_words_is_the_probability(
    context: AugmentationContext, corpus: List[TaggedSentence]
) -> None:
    long = [sentence for sentence in corpus[:100] if len(sentence) >= 15]
    frames = {sentence.id: sentence for sentence in long}
    for probability in (0.1, 0.5):
        changed = words = 0
        children = LabelTokenReplacementAugmenter(rate=5, probability=probability).augment(long, context).generated
        for child in children:
            frame = frames[child.parents[0].sentence_id]
            changed += sum(one != other for one, other in zip(child.sentence.tokens, frame.tokens, strict=True))
            words += len(frame)
        assert changed / words == pytest.approx(probability, abs=0.05)


def test_without_anything_to_change_a_round_continues_and_says_so(
    context: AugmentationContext, caplog: pytest.LogCaptureFixture
) -> None:
    alone = [TaggedSentence(str(n), ("rain",), ("O",)) for n in range(4)]
    for name in NAMES:
        assert made(name, rate=1).augment(alone, context).generated == []
    assert warnings(caplog) == [
        f"{name}: 0 of 4 wanted sentences were accepted; no labelled sentence has anything to change" for name in NAMES
    ]


TAG = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
ROWS = st.lists(st.tuples(st.sampled_from(["Anna", "Bo", "in", "Oslo", ","]), TAG), min_size=1, max_size=7)


def valid(rows: List[Tuple[str, str]], name: str) -> TaggedSentence:
    """The words with the nearest valid tags."""
    words, tags = zip(*rows, strict=True)
    fixed, before = [], "O"
    for tag in tags:
        fixed.append("B" + tag[1:] if tag[:2] == "I-" and before[2:] != tag[2:] else tag)
        before = tag
    return TaggedSentence(name, words, tuple(fixed))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=5), probability=st.floats(0, 1), seed=st.integers(0, 99))
def test_any_sentences(
    name: str, context: AugmentationContext, rows: List[List[Tuple[str, str]]], probability: float, seed: int
) -> None:
    """Tags stay valid BIO, lengths agree, types stay in their order, labels have words that they had before."""
    labelled = [valid(row, str(n)) for n, row in enumerate(rows)]
    result = made(name, rate=2, probability=probability, max_tries=5).augment(labelled, replace(context, seed=seed))
    for child in result.generated:
        frame = labelled[int(child.parents[0].sentence_id)]
        spans, _ = tags_to_spans(child.sentence.tags)  # raises unless they are valid
        assert [span.label for span in spans] == [label for label, _ in mentions(frame)]
        assert sum(tag == "O" for tag in child.sentence.tags) == sum(tag == "O" for tag in frame.tags)
        assert child.sentence.tokens != frame.tokens
        if name != "mention_replacement":
            assert child.sentence.tags == frame.tags
        if name != "shuffle_segments":
            assert pairs([child.sentence]) <= pairs(labelled)
