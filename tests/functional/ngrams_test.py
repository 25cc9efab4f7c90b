"""The n-grams of sentences."""

from seqmix_plugin.functional import ngrams


def test_ngrams_by_hand() -> None:
    words = ("The", "cat", "sat", "THE", "Cat")
    assert ngrams(words, 2) == {("the", "cat"), ("cat", "sat"), ("sat", "the")}
    assert ngrams(words, 5) == {("the", "cat", "sat", "the", "cat")}
    assert ngrams(words[:2], 3) == {("the", "cat")}
