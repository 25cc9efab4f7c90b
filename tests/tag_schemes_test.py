from itertools import pairwise
from typing import Dict, List, Tuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.tag_schemes import PREFIXES, InvalidTagError, Span, hard_tags, spans_to_tags, tags_to_spans, to_bio

SCHEMES = list(PREFIXES)

# Anna Berg sings in Oslo Paris flights: a person of two words, then two places side by side.
SPANS = [Span(0, 2, "PER"), Span(4, 5, "LOC"), Span(5, 6, "LOC")]
TAGS: Dict[str, List[str]] = {
    "IOB1": ["I-PER", "I-PER", "O", "O", "I-LOC", "B-LOC", "O"],
    "BIO": ["B-PER", "I-PER", "O", "O", "B-LOC", "B-LOC", "O"],
    "BIOES": ["B-PER", "E-PER", "O", "O", "S-LOC", "S-LOC", "O"],
    "BIOUL": ["B-PER", "L-PER", "O", "O", "U-LOC", "U-LOC", "O"],
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_tags_and_spans_say_the_same(scheme: str) -> None:
    assert tags_to_spans(TAGS[scheme], scheme) == (SPANS, 0)
    assert spans_to_tags(SPANS, 7, scheme) == TAGS[scheme]
    assert to_bio(TAGS[scheme], scheme) == (TAGS["BIO"], 0)


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("IOB1", ["I-X", "I-X", "I-X", "B-X", "I-X", "B-X"]),
        ("BIO", ["B-X", "I-X", "I-X", "B-X", "I-X", "B-X"]),
        ("BIOES", ["B-X", "I-X", "E-X", "B-X", "E-X", "S-X"]),
        ("BIOUL", ["B-X", "I-X", "L-X", "B-X", "L-X", "U-X"]),
    ],
)
def test_adjacent_entities_of_one_type_stay_apart(scheme: str, tags: List[str]) -> None:
    spans = [Span(0, 3, "X"), Span(3, 5, "X"), Span(5, 6, "X")]
    assert tags_to_spans(tags, scheme) == (spans, 0)
    assert spans_to_tags(spans, 6, scheme) == tags


def test_iob1_separates_adjacent_entities_of_two_types_without_b() -> None:
    spans = [Span(0, 2, "PER"), Span(2, 3, "LOC"), Span(3, 4, "PER")]
    tags = ["I-PER", "I-PER", "I-LOC", "I-PER"]
    assert tags_to_spans(tags, "IOB1") == (spans, 0)
    assert spans_to_tags(spans, 4, "IOB1") == tags


def test_iob1_reads_a_needless_b() -> None:
    """CoNLL-2003 itself has one, so every order of valid names is valid."""
    tags = ["O", "B-X", "I-X", "B-Y", "B-Y"]
    spans = [Span(1, 3, "X"), Span(3, 4, "Y"), Span(4, 5, "Y")]
    assert tags_to_spans(tags, "IOB1") == (spans, 0)
    assert to_bio(tags, "IOB1") == (["O", "B-X", "I-X", "B-Y", "B-Y"], 0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_types_may_have_hyphens(scheme: str) -> None:
    spans = [Span(0, 1, "A-B"), Span(1, 3, "A-C"), Span(3, 4, "A")]
    assert tags_to_spans(spans_to_tags(spans, 4, scheme), scheme) == (spans, 0)


def test_types_may_be_in_any_script() -> None:
    tags = ["B-地名", "I-地名", "O", "B-Geo Political", "B-مكان", "B-📍"]
    assert to_bio(tags, "BIO") == (tags, 0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_words_and_no_entities(scheme: str) -> None:
    assert tags_to_spans([], scheme) == ([], 0)
    assert spans_to_tags([], 0, scheme) == []
    assert tags_to_spans(["O", "O"], scheme) == ([], 0)
    assert spans_to_tags([], 2, scheme) == ["O", "O"]


@pytest.mark.parametrize(
    ("scheme", "tags", "position", "message"),
    [
        # No tag of the scheme at all.
        ("BIO", ["O", "PER"], 1, r"tag 'PER' is none of BIO's: O, B-TYPE, I-TYPE"),
        ("BIO", ["B-"], 0, r"tag 'B-' is none of BIO's"),
        ("BIO", ["B-X", "-X"], 1, r"tag '-X' is none of BIO's"),
        ("BIO", ["O-X"], 0, r"tag 'O-X' is none of BIO's"),
        ("BIO", ["b-X"], 0, r"tag 'b-X' is none of BIO's"),
        ("BIO", [""], 0, r"tag '' is none of BIO's"),
        ("BIO", ["BI-X"], 0, r"tag 'BI-X' is none of BIO's"),
        ("BIO", ["O", "O", "S-X"], 2, r"tag 'S-X' is none of BIO's"),
        (
            "BIO",
            ["O", "B-X\u200b"],
            1,
            r"tag 'B-X\\u200b' has characters that cannot be seen, or white space at its end",
        ),
        ("BIO", ["B-X\n"], 0, r"tag 'B-X\\n' has characters that cannot be seen"),
        ("BIO", ["B- X"], 0, r"tag 'B- X' has .* or white space at its end or after 'B-'"),
        ("BIO", ["B-X "], 0, r"tag 'B-X ' has"),
        ("BIO", ["B-\ud83d"], 0, r"tag 'B-\\ud83d' has"),
        ("BIOUL", ["U-X\x00"], 0, r"tag 'U-X\\x00' has .* after 'U-'"),
        ("IOB1", ["E-X"], 0, r"tag 'E-X' is none of IOB1's"),
        ("BIOES", ["L-X"], 0, r"tag 'L-X' is none of BIOES's: O, B-TYPE, I-TYPE, E-TYPE, S-TYPE"),
        ("BIOUL", ["S-X"], 0, r"tag 'S-X' is none of BIOUL's: O, B-TYPE, I-TYPE, U-TYPE, L-TYPE"),
        # A tag that may not stand where it stands.
        ("BIO", ["O", "I-X"], 1, r"'I-X' after 'O': no entity of type 'X' is open in BIO"),
        ("BIO", ["B-X", "I-X", "I-Y"], 2, r"'I-Y' after 'I-X': no entity of type 'Y' is open"),
        ("BIO", ["I-X"], 0, r"'I-X' after 'O'"),
        ("BIOES", ["S-X", "I-X"], 1, r"'I-X' after 'S-X': no entity of type 'X' is open in BIOES"),
        ("BIOES", ["B-X", "E-X", "E-X"], 2, r"'E-X' after 'E-X': no entity of type 'X' is open"),
        ("BIOES", ["B-X", "O"], 1, r"'O' after 'B-X': 'B-X' opens or goes on an entity that no 'E-X' closes in BIOES"),
        ("BIOES", ["B-X", "B-X", "E-X"], 1, r"'B-X' after 'B-X'"),
        ("BIOUL", ["O", "B-X", "I-X"], 2, r"'I-X' opens or goes on an entity that no 'L-X' closes in BIOUL"),
        ("BIOUL", ["B-X", "U-X"], 1, r"'U-X' after 'B-X': 'B-X' opens"),
    ],
)
def test_invalid_tags_are_named_with_their_position(scheme: str, tags: List[str], position: int, message: str) -> None:
    with pytest.raises(InvalidTagError, match=message) as caught:
        tags_to_spans(tags, scheme)
    assert caught.value.position == position
    with pytest.raises(InvalidTagError, match=message):
        to_bio(tags, scheme)


def test_a_tag_of_no_scheme_is_an_error_even_with_repair() -> None:
    with pytest.raises(InvalidTagError, match="tag 'PER' is none of BIO's") as caught:
        to_bio(["B-X", "PER"], "BIO", repair=True)
    assert caught.value.position == 1


@pytest.mark.parametrize(
    ("scheme", "tags", "spans", "repaired"),
    [
        # As conlleval: an I- that cannot go on an entity starts one.
        ("BIO", ["O", "I-X", "I-X"], [Span(1, 3, "X")], 1),
        ("BIO", ["B-X", "I-Y", "I-Y"], [Span(0, 1, "X"), Span(1, 3, "Y")], 1),
        ("BIO", ["I-X", "O", "I-X", "B-X"], [Span(0, 1, "X"), Span(2, 3, "X"), Span(3, 4, "X")], 2),
        ("BIO", ["B-X", "I-X", "O"], [Span(0, 2, "X")], 0),
        ("IOB1", ["O", "B-X", "I-X"], [Span(1, 3, "X")], 0),
        ("BIOES", ["B-X", "O"], [Span(0, 1, "X")], 1),
        ("BIOES", ["E-X", "E-X"], [Span(0, 1, "X"), Span(1, 2, "X")], 2),
        ("BIOES", ["O", "B-X", "I-X"], [Span(1, 3, "X")], 1),
        ("BIOUL", ["U-X", "I-X", "L-X"], [Span(0, 1, "X"), Span(1, 3, "X")], 1),
    ],
)
def test_repair_reads_as_conlleval_and_counts(scheme: str, tags: List[str], spans: List[Span], repaired: int) -> None:
    assert tags_to_spans(tags, scheme, repair=True) == (spans, repaired)
    assert to_bio(tags, scheme, repair=True) == (spans_to_tags(spans, len(tags)), repaired)


def test_one_tag_is_repaired_at_most_once() -> None:
    """A lone I- neither continues anything nor is closed; it is still one tag that becomes `S-X`."""
    assert tags_to_spans(["I-X"], "BIOES", repair=True) == ([Span(0, 1, "X")], 1)


TYPES = st.sampled_from(["PER", "LOC", "A-B"])


@st.composite
def spans_and_length(draw: st.DrawFn) -> Tuple[List[Span], int]:
    """Spans in order; a gap of 0 words makes them touch."""
    spans: List[Span] = []
    end = 0
    for gap, length, label in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), TYPES), max_size=8)):
        spans.append(Span(end + gap, end + gap + length, label))
        end += gap + length
    return spans, end + draw(st.integers(0, 2))


@settings(deadline=None)
@given(spans_and_length())
def test_every_scheme_keeps_every_span(case: Tuple[List[Span], int]) -> None:
    spans, length = case
    bio = spans_to_tags(spans, length, "BIO")
    for scheme in SCHEMES:
        tags = spans_to_tags(spans, length, scheme)
        assert len(tags) == length
        assert tags_to_spans(tags, scheme) == (spans, 0)
        assert to_bio(tags, scheme) == (bio, 0)


@st.composite
def scheme_and_tags(draw: st.DrawFn) -> Tuple[str, List[str]]:
    """Valid names in any order, most sequences invalid."""
    scheme = draw(st.sampled_from(SCHEMES))
    names = ["O"] + [f"{prefix}-{label}" for prefix in PREFIXES[scheme] if prefix != "O" for label in ("X", "Y")]
    return scheme, draw(st.lists(st.sampled_from(names), max_size=12))


@settings(deadline=None, max_examples=300)
@given(scheme_and_tags())
def test_repair_never_raises_and_gives_strict_bio(case: Tuple[str, List[str]]) -> None:
    scheme, tags = case
    bio, repaired = to_bio(tags, scheme, repair=True)
    spans, left = tags_to_spans(bio, "BIO")
    assert left == 0
    assert (spans, repaired) == tags_to_spans(tags, scheme, repair=True)
    assert [tag == "O" for tag in bio] == [tag == "O" for tag in tags], "repair neither adds nor drops entity words"
    assert all(before.end <= after.start for before, after in pairwise(spans))
    try:
        strict = tags_to_spans(tags, scheme)
    except InvalidTagError:
        assert repaired > 0
    else:
        assert strict == (spans, 0)
        assert repaired == 0


@pytest.mark.parametrize(
    ("rows", "tags", "repaired"),
    [
        ([{"B-X": 0.6, "O": 0.4}, {"I-X": 1.0}], ["B-X", "I-X"], 0),
        ([{"B-X": 0.4, "O": 0.6}, {"I-X": 1.0}, {"I-X": 1.0}], ["O", "B-X", "I-X"], 1),
        ([{"B-Y": 1.0}, {"I-X": 1.0}, {"I-Y": 1.0}], ["B-Y", "B-X", "B-Y"], 2),
        ([{"O": 0.5, "B-X": 0.5}, {"I-X": 0.5, "I-W": 0.5}], ["B-X", "B-W"], 1),
        ([], [], 0),
    ],
)
def test_soft_labels_come_down_to_valid_tags(rows: List[Dict[str, float]], tags: List[str], repaired: int) -> None:
    assert hard_tags(rows) == (tags, repaired)
    assert hard_tags([dict(reversed(row.items())) for row in rows]) == (tags, repaired), "no matter in which order"


@given(st.lists(st.dictionaries(st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"]), st.floats(0, 1), min_size=1)))
def test_soft_labels_always_come_down_to_valid_tags(rows: List[Dict[str, float]]) -> None:
    tags, repaired = hard_tags(rows)
    assert to_bio(tags, "BIO") == (tags, 0)
    less = [row.get(tag, -1) < max(row.values()) for row, tag in zip(rows, tags, strict=True)]
    assert repaired >= sum(less), "only what is repaired is not the most probable"
