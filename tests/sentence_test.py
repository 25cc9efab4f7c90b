import pytest

from seqmix_plugin.sentence import TaggedSentence


def test_without_spacing_there_is_one_space_between_words() -> None:
    sentence = TaggedSentence("a", ("Anna", "in", "Oslo"))
    assert sentence.raw_text == sentence.text == "Anna in Oslo"
    assert sentence.offsets() == [(0, 4), (5, 7), (8, 12)]


def test_spacing_is_kept_and_offsets_follow_it() -> None:
    sentence = TaggedSentence("a", ("Anna", "🇳🇴", "Oslo", "."), spaces=("  ", "\t\n", "", " "))
    assert sentence.raw_text == "Anna  🇳🇴\t\nOslo. "
    assert sentence.text == "Anna 🇳🇴 Oslo .", "as a language model reads it"
    assert [sentence.raw_text[start:end] for start, end in sentence.offsets()] == list(sentence.tokens)


def test_a_sentence_of_no_words() -> None:
    assert (TaggedSentence("a", (), spaces=()).raw_text, TaggedSentence("a", ()).offsets()) == ("", [])


def test_spacing_stays_with_and_without_labels() -> None:
    sentence = TaggedSentence("a", ("Oslo", "."), ("B-LOC", "O"), spaces=("", ""))
    assert sentence.without_labels() == TaggedSentence("a", ("Oslo", "."), spaces=("", ""))
    assert sentence.with_tags(("O", "O")).spaces == ("", "")


def test_mistakes_name_the_sentence() -> None:
    with pytest.raises(ValueError, match="sentence 'a': 1 spaces for 2 tokens"):
        TaggedSentence("a", ("Oslo", "."), spaces=(" ",))
    with pytest.raises(ValueError, match="sentence 'a': ' x' is no white space; text belongs to the tokens"):
        TaggedSentence("a", ("Oslo", "."), spaces=(" x", ""))
