"""Batches of encoded sentences are the batches of their instances."""

from typing import List

import numpy as np
import pytest
import torch
from allennlp.data import Batch, Vocabulary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqmix_plugin.data import ConllColumnsReader, EncodedSentences, WordPieceIndexer, encoded_sentences
from seqmix_plugin.sentence import TaggedSentence

WORDS = st.text("Anas Oslfight\u200bé", min_size=1, max_size=6)
PARAGRAPHS = st.lists(st.lists(WORDS, max_size=9), min_size=1, max_size=8)


def sentences(rows: List[List[str]]) -> List[TaggedSentence]:
    return [TaggedSentence(str(number), tuple(words)) for number, words in enumerate(rows)]


@given(PARAGRAPHS, st.sampled_from([None, 3, 6, 12]), st.randoms())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_batch_is_what_instances_give(
    word_pieces: WordPieceIndexer, rows: List[List[str]], max_length: int, random: object
) -> None:
    reader = ConllColumnsReader({"words": word_pieces}, max_length=max_length)
    corpus = sentences(rows)
    encoded = reader.encode(corpus)
    assert encoded is not None
    assert len(encoded) == len(corpus)
    positions = np.array(random.sample(range(len(corpus)), random.randint(1, len(corpus))))  # type: ignore[attr-defined]
    instances = [reader.sentence_to_instance(corpus[position]) for position in positions]
    batch = Batch(instances)
    batch.index_instances(Vocabulary())
    expected = batch.as_tensor_dict()["tokens"]["words"]
    [(name, found)] = encoded.batch(positions)["tokens"].items()
    assert name == "words"
    assert found.keys() == expected.keys()
    for key, tensor in expected.items():
        assert torch.equal(found[key], tensor), key
        assert found[key].dtype == tensor.dtype
    assert encoded.lengths[positions].tolist() == found["wordpiece_mask"].sum(-1).tolist()
    again = encoded.at(positions).batch(np.arange(len(positions)))["tokens"]["words"]
    assert all(torch.equal(again[key], found[key]) for key in found)


def test_numbers_by_hand(word_pieces: WordPieceIndexer) -> None:
    encoded = EncodedSentences.of(sentences([["Anna", "sings", "Aa"], ["Oslo"], []]), word_pieces)
    assert encoded.lengths.tolist() == [6, 3, 2]  # [CLS] and [SEP] are counted, and Aa is A ##a
    tensors = encoded.batch(np.array([1, 0]))["tokens"]["tokens"]
    pieces = word_pieces.tokenizer.convert_ids_to_tokens(tensors["token_ids"].flatten().tolist())
    assert pieces == ["[CLS]", "Oslo", "[SEP]", *["[PAD]"] * 3, "[CLS]", "Anna", "sings", "A", "##a", "[SEP]"]
    assert tensors["offsets"].tolist() == [[[1, 1], [0, 0], [0, 0]], [[1, 1], [2, 2], [3, 4]]]
    assert tensors["mask"].tolist() == [[True, False, False], [True] * 3]


def test_chunks_make_no_difference(
    reader: ConllColumnsReader, corpus: List[TaggedSentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reader.encode(corpus)
    monkeypatch.setattr(encoded_sentences, "CHUNK", 7)
    parts = reader.encode(iter(corpus))
    assert whole is not None
    assert parts is not None
    positions = np.arange(len(corpus))
    one, other = (some.batch(positions)["tokens"]["tokens"] for some in (whole, parts))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_of_a_reader_with_more_than_word_pieces_there_is_none(word_pieces: WordPieceIndexer) -> None:
    class Another(ConllColumnsReader):
        def text_to_instance(self, *arguments: object, **named: object) -> object:  # type: ignore[override]
            raise NotImplementedError

    assert Another({"tokens": word_pieces}).encode([]) is None
    assert ConllColumnsReader({"tokens": word_pieces, "more": word_pieces}).encode([]) is None
