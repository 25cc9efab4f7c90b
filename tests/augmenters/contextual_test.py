"""The table of words' mean vectors in context."""

from dataclasses import replace
from typing import List

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import SeqMixAugmenter, Workbench
from seqmix_plugin.augmenters.embedding_tables import ContextualTable, Stretch, in_context
from seqmix_plugin.augmenters.pairing import SubSequencePairing
from seqmix_plugin.sentence import TaggedSentence

TEXT = [
    TaggedSentence("0", ("Anna", "sings", "in", "Oslo")),
    TaggedSentence("1", ("Oslo", "flights")),
    TaggedSentence("2", ("zzz", "Oslo.", "Anna")),
]


def alone(workbench: Workbench, sentence: TaggedSentence, layer: int) -> torch.Tensor:
    """The vectors of a sentence's words, each the mean of its pieces', encoded by itself."""
    encoder = workbench.model.encoder.eval()
    pieces = workbench.word_pieces.pieces(sentence.tokens)
    tokenizer = workbench.word_pieces.tokenizer
    ids = [tokenizer.cls_token_id, *(piece for word in pieces for piece in word), tokenizer.sep_token_id]
    with torch.no_grad():
        hidden = encoder(torch.tensor([ids]), output_hidden_states=True).hidden_states[layer][0]
    vectors, start = [], 1
    for word in pieces:
        vectors.append(hidden[start : start + len(word)].mean(0))
        start += len(word)
    return torch.stack(vectors)


@pytest.mark.parametrize("layer", [-1, 0, 1])
def test_a_row_is_the_mean_over_all_places_where_the_word_stands(workbench: Workbench, layer: int) -> None:
    table = ContextualTable(layer).build(replace(workbench, readable=TEXT), TEXT[:1])
    vectors = [alone(workbench, sentence, layer) for sentence in TEXT]
    assert set(table.words) == {"Anna", "sings", "in", "Oslo", "flights", "zzz", "Oslo."}
    for word, places in {
        "Oslo": [(0, 3), (1, 0)],
        "Anna": [(0, 0), (2, 2)],
        "zzz": [(2, 0)],
        "Oslo.": [(2, 1)],
    }.items():
        expected = torch.stack([vectors[n][t] for n, t in places]).mean(0)
        torch.testing.assert_close(table.vectors[table.words.index(word)], expected, atol=1e-5, rtol=1e-4)


def test_what_is_mixed_is_a_parents_word_in_its_own_context(workbench: Workbench) -> None:
    table = ContextualTable().build(replace(workbench, readable=TEXT), TEXT)
    stretches = [Stretch(TEXT[1], 0, 2), Stretch(TEXT[0], 2, 4)]
    expected = torch.cat([alone(workbench, TEXT[1], -1), alone(workbench, TEXT[0], -1)[2:]])
    torch.testing.assert_close(table.embed(stretches), expected, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(table.embed(stretches)[0], table.embed(stretches)[3], atol=1e-3)  # Oslo twice


def test_batches_change_nothing(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ContextualTable().build(workbench, workbench.readable[:5])
    monkeypatch.setattr(in_context, "BATCH_PIECES", 40)
    pieces = ContextualTable().build(workbench, workbench.readable[:5])
    assert whole.words == pieces.words
    torch.testing.assert_close(whole.vectors, pieces.vectors, atol=1e-5, rtol=1e-4)


def test_a_sentence_longer_than_the_encoder_is_read_in_parts(workbench: Workbench) -> None:
    """The encoder takes 158 pieces of words; the second part begins with the word that does not fit."""
    long = TaggedSentence("long", ("Oslo",) * 158 + ("Paris", "flights"))
    table = ContextualTable().build(replace(workbench, readable=[*TEXT, long]), [long])
    expected = alone(workbench, TaggedSentence("rest", ("Paris", "flights")), -1)
    torch.testing.assert_close(table.embed([Stretch(long, 158, 160)]), expected, atol=1e-5, rtol=1e-4)
    giant = TaggedSentence("giant", ("z" * 200, "Oslo"))
    table = ContextualTable().build(replace(workbench, readable=[*TEXT, giant]), [giant])
    assert torch.isfinite(table.embed([Stretch(giant, 0, 2)])).all()
    assert torch.isfinite(table.vectors).all()


def test_words_that_no_piece_stands_for_are_not_in_the_table(workbench: Workbench) -> None:
    text = [*TEXT, TaggedSentence("3", ("\u4e00", "[SEP]", "Oslo"))]
    assert not {"\u4e00", "[SEP]"} & set(ContextualTable().build(replace(workbench, readable=text), text).words)


def test_the_pass_leaves_the_model_as_it_was(workbench: Workbench) -> None:
    workbench.model.train()
    ContextualTable().build(workbench, [])
    assert workbench.model.training
    assert workbench.model.encoder.training
    workbench.model.eval()


def test_seqmix_generates_with_it(workbench: Workbench, corpus: List[TaggedSentence]) -> None:
    augmenter = SeqMixAugmenter(SubSequencePairing(3, 0.3), ContextualTable(distance="cosine"), rate=0.2)
    result = augmenter.augment(corpus[:50], workbench)
    assert len(result.accepted) == 10
    words = {word for sentence in workbench.readable for word in sentence.tokens}
    for child in result.generated:
        _, start, end = child.parents[0]
        assert set(child.sentence.tokens[start:end]) <= words


@pytest.mark.parametrize("layer", [3, -4])
def test_a_layer_that_is_not_there_is_an_error(workbench: Workbench, layer: int) -> None:
    with pytest.raises(ConfigurationError, match=f"embedding_table.layer is {layer}; .* 0 to 2, or -3 to -1 from"):
        ContextualTable(layer).check(workbench.model)


def test_a_text_of_two_words_is_an_error(workbench: Workbench) -> None:
    with pytest.raises(ConfigurationError, match="only 2 words stand in the text"):
        ContextualTable().build(replace(workbench, readable=TEXT[1:2]), TEXT[1:2])
