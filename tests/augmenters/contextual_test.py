"""The table of words' mean vectors in context."""

from dataclasses import replace
from typing import List

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import AugmentationContext, SeqMixAugmenter
from seqmix_plugin.augmenters.embedding_tables import ContextualTable, SubSequence, contextual
from seqmix_plugin.augmenters.pairing import SubSequencePairing
from seqmix_plugin.sentence import TaggedSentence

TEXT = [
    TaggedSentence("0", ("Anna", "sings", "in", "Oslo")),
    TaggedSentence("1", ("Oslo", "flights")),
    TaggedSentence("2", ("zzz", "Oslo.", "Anna")),
]


def alone(context: AugmentationContext, sentence: TaggedSentence, layer: int) -> torch.Tensor:
    """The vectors of a sentence's words, each the mean of its pieces', encoded by itself."""
    encoder = context.model.encoder.eval()
    pieces = context.word_pieces.pieces(sentence.tokens)
    tokenizer = context.word_pieces.tokenizer
    ids = [tokenizer.cls_token_id, *(piece for word in pieces for piece in word), tokenizer.sep_token_id]
    with torch.no_grad():
        hidden = encoder(torch.tensor([ids]), output_hidden_states=True).hidden_states[layer][0]
    vectors, start = [], 1
    for word in pieces:
        vectors.append(hidden[start : start + len(word)].mean(0))
        start += len(word)
    return torch.stack(vectors)


@pytest.mark.parametrize("layer", [-1, 0, 1])
def test_a_row_is_the_mean_over_all_places_where_the_word_stands(context: AugmentationContext, layer: int) -> None:
    table = ContextualTable(layer).build(replace(context, readable=TEXT), TEXT[:1])
    vectors = [alone(context, sentence, layer) for sentence in TEXT]
    assert set(table.words) == {"Anna", "sings", "in", "Oslo", "flights", "zzz", "Oslo."}
    for word, places in {
        "Oslo": [(0, 3), (1, 0)],
        "Anna": [(0, 0), (2, 2)],
        "zzz": [(2, 0)],
        "Oslo.": [(2, 1)],
    }.items():
        expected = torch.stack([vectors[n][t] for n, t in places]).mean(0)
        torch.testing.assert_close(table.vectors[table.words.index(word)], expected, atol=1e-5, rtol=1e-4)


def test_what_is_mixed_is_a_parents_word_in_its_own_context(context: AugmentationContext) -> None:
    table = ContextualTable().build(replace(context, readable=TEXT), TEXT)
    sub_sequences = [SubSequence(TEXT[1], 0, 2), SubSequence(TEXT[0], 2, 4)]
    expected = torch.cat([alone(context, TEXT[1], -1), alone(context, TEXT[0], -1)[2:]])
    torch.testing.assert_close(table.embed(sub_sequences), expected, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(table.embed(sub_sequences)[0], table.embed(sub_sequences)[3], atol=1e-3)  # Oslo twice


def test_batches_change_nothing(context: AugmentationContext, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ContextualTable().build(context, context.readable[:5])
    monkeypatch.setattr(contextual, "BATCH_PIECES", 40)
    pieces = ContextualTable().build(context, context.readable[:5])
    assert whole.words == pieces.words
    torch.testing.assert_close(whole.vectors, pieces.vectors, atol=1e-5, rtol=1e-4)


def test_a_sentence_longer_than_the_encoder_is_read_in_parts(context: AugmentationContext) -> None:
    """The encoder takes 158 pieces of words; the second part begins with the word that does not fit."""
    long = TaggedSentence("long", ("Oslo",) * 158 + ("Paris", "flights"))
    table = ContextualTable().build(replace(context, readable=[*TEXT, long]), [long])
    expected = alone(context, TaggedSentence("rest", ("Paris", "flights")), -1)
    torch.testing.assert_close(table.embed([SubSequence(long, 158, 160)]), expected, atol=1e-5, rtol=1e-4)
    giant = TaggedSentence("giant", ("z" * 200, "Oslo"))
    table = ContextualTable().build(replace(context, readable=[*TEXT, giant]), [giant])
    assert torch.isfinite(table.embed([SubSequence(giant, 0, 2)])).all()
    assert torch.isfinite(table.vectors).all()


def test_words_that_no_piece_stands_for_are_not_in_the_table(context: AugmentationContext) -> None:
    text = [*TEXT, TaggedSentence("3", ("\u4e00", "[SEP]", "Oslo"))]
    assert not {"\u4e00", "[SEP]"} & set(ContextualTable().build(replace(context, readable=text), text).words)


def test_the_pass_leaves_the_model_as_it_was(context: AugmentationContext) -> None:
    context.model.train()
    ContextualTable().build(context, [])
    assert context.model.training
    assert context.model.encoder.training
    context.model.eval()


def test_seqmix_generates_with_it(context: AugmentationContext, corpus: List[TaggedSentence]) -> None:
    augmenter = SeqMixAugmenter(SubSequencePairing(3, 0.3), ContextualTable(distance="cosine"), rate=0.2)
    result = augmenter.augment(corpus[:50], context)
    assert len(result.accepted) == 10
    words = {word for sentence in context.readable for word in sentence.tokens}
    for child in result.generated:
        _, start, end = child.parents[0]
        assert set(child.sentence.tokens[start:end]) <= words


@pytest.mark.parametrize("layer", [3, -4])
def test_a_layer_that_is_not_there_is_an_error(context: AugmentationContext, layer: int) -> None:
    with pytest.raises(ConfigurationError, match=f"embedding_table.layer is {layer}; .* 0 to 2, or -3 to -1 from"):
        ContextualTable(layer).check(context.model)


def test_a_text_of_two_words_is_an_error(context: AugmentationContext) -> None:
    with pytest.raises(ConfigurationError, match="only 2 words stand in the text"):
        ContextualTable().build(replace(context, readable=TEXT[1:2]), TEXT[1:2])
