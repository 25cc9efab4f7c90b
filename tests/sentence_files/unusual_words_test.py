"""What is odd about a word, and what only looks so."""

import pytest

from seqmix_plugin.sentence_files.unusual_words import TAG_INSIDE, UNSEEN, are_usual, oddity

USUAL = [
    "Anna",
    "#",
    "I-95",
    "O",
    "B-LOC",
    "München",
    "e\u0301te\u0301",
    "New York",
    "10\u00a0000",
    "on I-95 north",
    "می\u200cخواهم",
    "ها\u200c",
    "क्\u200dष",
    "क्\u200d",
    "ᠮᠣᠩᠭᠣᠯ\u180b",
    "👩\u200d👩\u200d👧",
    "❤\ufe0f\u200d🔥",
    "#\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "葛\U000e0100",
    "\u0601\u0661",
    "東京",
    "ירושלים",
    "[PAD]",
    "\ue000",
]
HIDDEN = [
    "\u200b",
    "a\u200bb",
    "\ufeffAnna",
    "Anna\ufeff",
    "\ufeff",
    "So\u00adlution",
    "\u202eOslo\u202c",
    "Oslo\u200e",
    "\u2060x",
    "An\u200cna",
    "Anna\u200d",
    "\u200d",
    "\u200c\u200d",
    "\ufe0f",
    "Anna\u3164",
    "\u115f",
    "a\u034fb",
    "Anna\U000e0041",
    "\x00",
    "a\x1bb",
    "\x7f",
    "\x85",
    "a\u2028b",
    "\u00a0",
    "Anna\u00a0",
    " Anna",
    "\u3000",
]


@pytest.mark.parametrize("word", USUAL)
def test_what_people_write_is_usual(word: str) -> None:
    assert oddity(word, "BIO") is None


@pytest.mark.parametrize("word", HIDDEN)
def test_what_nobody_sees_is_odd(word: str) -> None:
    assert oddity(word, "BIO") == UNSEEN
    assert not are_usual(["Anna", word])
    assert not are_usual([word, "Anna"])


@pytest.mark.parametrize("word", ["Anna B-PER", "Anna\tB-PER", "Anna\u00a0I-PER", "sings  O", "a O b", "x B-é"])
def test_a_tag_behind_a_blank_is_odd(word: str) -> None:
    assert oddity(word, "BIO") == TAG_INSIDE
    assert not are_usual(["Anna", word])


def test_a_tag_is_one_of_the_scheme() -> None:
    assert oddity("Anna S-PER", "BIO") is None
    assert oddity("Anna S-PER", "BIOES") == TAG_INSIDE
    assert oddity("Anna U-PER", "BIOES") is None
    assert oddity("Anna U-PER", "BIOUL") == TAG_INSIDE


def test_a_quick_look_is_enough_for_most_sentences() -> None:
    assert are_usual(["Anna", "sings", "in", "München", ",", "東京", "e\u0301", "मुंबई"])
