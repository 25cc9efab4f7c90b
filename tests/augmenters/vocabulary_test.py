"""The table {W, E} of words of one piece."""

from dataclasses import replace

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables import ContextualTable, EmbeddingTable, SubSequence, VocabularyTable
from seqmix_plugin.sentence import TaggedSentence


def with_text(context: AugmentationContext, *words: str) -> AugmentationContext:
    return replace(context, readable=[TaggedSentence("s", words)])


def test_attested_words_are_those_of_one_ordinary_piece(context: AugmentationContext) -> None:
    """Multi-piece words, special pieces and unknown characters stay out."""
    table = VocabularyTable().build(
        with_text(context, "Oslo", "Paris", "sings", "singsing", "[CLS]", "[unused1]", "##ing", "\u4e00"), []
    )
    assert sorted(table.words) == ["Oslo", "Paris", "sings"]


def test_all_words_are_the_tokenizers_whole_words(context: AugmentationContext) -> None:
    table = VocabularyTable(words="all").build(context, [])
    assert {"Oslo", "Anna", "in"} <= set(table.words)
    assert not [word for word in table.words if word.startswith(("##", "[")) and len(word) > 1]


def test_vectors_are_the_current_models_input_embeddings(context: AugmentationContext) -> None:
    table = VocabularyTable().build(with_text(context, "Oslo", "Paris", "sings"), [])
    embeddings = context.model.encoder.get_input_embeddings().weight
    piece = context.word_pieces.tokenizer.convert_tokens_to_ids("Paris")
    assert torch.equal(table.vectors[table.words.index("Paris")], embeddings[piece])


def test_the_vector_of_a_word_of_several_pieces_is_their_mean(context: AugmentationContext) -> None:
    table = VocabularyTable().build(with_text(context, "Oslo", "Paris", "sings"), [])
    embeddings = context.model.encoder.get_input_embeddings().weight
    pieces = context.word_pieces.tokenizer.convert_tokens_to_ids(["Oslo", "##ing"])
    vectors = table.embed([SubSequence(TaggedSentence("s", ("in", "Paris", "Osloing")), 1, 3)])
    assert torch.allclose(vectors[1], embeddings[pieces].mean(0))
    assert torch.equal(vectors[0], table.vectors[table.words.index("Paris")])


def test_rows_finds_words_and_says_minus_one_for_others(context: AugmentationContext) -> None:
    table = VocabularyTable().build(with_text(context, "Oslo", "Paris", "sings"), [])
    assert table.rows(["sings", "Osloing", "Anna"]).tolist() == [table.words.index("sings"), -1, -1]


@pytest.mark.parametrize("table", [VocabularyTable(), ContextualTable()])
def test_seed_sentences_are_text_that_may_be_read(context: AugmentationContext, table: EmbeddingTable) -> None:
    seeded = replace(with_text(context, "Oslo", "Paris", "sings"), seed_set=[TaggedSentence("seed-0", ("flights",))])
    assert sorted(table.build(seeded, []).words) == ["Oslo", "Paris", "flights", "sings"]


@pytest.mark.parametrize("table", [VocabularyTable(), ContextualTable()])
def test_a_table_of_two_words_is_an_error(context: AugmentationContext, table: EmbeddingTable) -> None:
    few = with_text(context, "Oslo", "Paris")
    for call in (table.check_text, lambda context: table.build(context, [])):
        with pytest.raises(ConfigurationError, match="only 2 words"):
            call(few)


@pytest.mark.parametrize(("key", "value"), [("words", "some"), ("distance", "l1")])
def test_unknown_values_are_errors(key: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"embedding_table.{key} is '{value}'"):
        VocabularyTable(**{key: value})
