from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import Token, TokenIndexer, Vocabulary
from allennlp.data.token_indexers import PretrainedTransformerMismatchedIndexer
from allennlp.modules.token_embedders import PretrainedTransformerMismatchedEmbedder
from transformers import BertConfig, BertModel, BertTokenizerFast

from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.data.word_piece_indexer import _warn_once
from seqmix_plugin.run.encoder_files import save_encoder
from tests.conftest import FIXTURES

KEYS = ["token_ids", "mask", "offsets", "wordpiece_mask"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> List[List[str]]:
    """What the tokenizer is asked for, call by call."""
    calls: List[List[str]] = []
    original = WordPieceIndexer._tokenized

    def counting(indexer: WordPieceIndexer, words: List[str]) -> List[List[int]]:
        calls.append(list(words))
        return original(indexer, words)

    monkeypatch.setattr(WordPieceIndexer, "_tokenized", counting)
    return calls


def tokens(words: List[str]) -> List[Token]:
    return [Token(word) for word in words]


def sentences() -> List[List[str]]:
    read = ConllColumnsReader({}).read_sentences(str(FIXTURES / "bio.conll"))
    return [
        *(list(sentence.tokens) for sentence in read),
        ["zzz"],
        ["Anna", "xyzzy", "Oslo.", "flights-in", "ing"],
        ["日本", "Ω", "Anna", "€"],
        ["[SEP]", "#", "##ing"],
        ["sings"] * 3,
    ]


@pytest.mark.parametrize("words", sentences())
def test_gives_the_indices_of_allennlps_indexer(
    word_pieces: WordPieceIndexer, tiny_encoder: str, words: List[str]
) -> None:
    theirs = PretrainedTransformerMismatchedIndexer(tiny_encoder)
    expected: Dict[str, Any] = theirs.tokens_to_indices(tokens(words), Vocabulary())
    indices = word_pieces.tokens_to_indices(tokens(words), Vocabulary())
    assert sorted(indices) == sorted(KEYS)
    for key in KEYS:
        wanted = [list(pair) for pair in expected[key]] if key == "offsets" else expected[key]
        assert indices[key].tolist() == wanted, key  # type: ignore[attr-defined]


def test_pads_as_allennlps_indexer(word_pieces: WordPieceIndexer, tiny_encoder: str) -> None:
    theirs = PretrainedTransformerMismatchedIndexer(tiny_encoder)
    words, vocabulary = ["Anna", "zzz", "sings"], Vocabulary()
    indexed, expected = (each.tokens_to_indices(tokens(words), vocabulary) for each in (word_pieces, theirs))
    assert word_pieces.get_padding_lengths(indexed) == {"token_ids": 7, "mask": 3, "offsets": 3, "wordpiece_mask": 7}
    lengths = {"token_ids": 9, "mask": 5, "offsets": 5, "wordpiece_mask": 9}
    padded = word_pieces.as_padded_tensor_dict(indexed, lengths)
    reference = theirs.as_padded_tensor_dict(expected, {**lengths, "type_ids": 9})
    for key in KEYS:
        assert torch.equal(padded[key], reference[key]), key
        assert padded[key].dtype == reference[key].dtype, key


def test_padding_by_hand(word_pieces: WordPieceIndexer) -> None:
    indexed = word_pieces.tokens_to_indices(tokens(["Anna", "zzz"]), Vocabulary())
    padded = word_pieces.as_padded_tensor_dict(indexed, {"token_ids": 8, "mask": 3, "offsets": 3, "wordpiece_mask": 8})
    pieces = word_pieces.tokenizer.convert_ids_to_tokens(padded["token_ids"].tolist())
    assert pieces == ["[CLS]", "Anna", "z", "##z", "##z", "[SEP]", "[PAD]", "[PAD]"]
    assert padded["wordpiece_mask"].tolist() == [True] * 6 + [False] * 2
    assert padded["mask"].tolist() == [True, True, False]
    assert padded["offsets"].tolist() == [[1, 1], [2, 4], [0, 0]]


def test_a_sentence_without_words(word_pieces: WordPieceIndexer) -> None:
    indexed = word_pieces.tokens_to_indices([], Vocabulary())
    assert word_pieces.get_padding_lengths(indexed) == {"token_ids": 2, "mask": 0, "offsets": 0, "wordpiece_mask": 2}
    lengths = {"token_ids": 3, "mask": 1, "offsets": 1, "wordpiece_mask": 3}
    padded = word_pieces.as_padded_tensor_dict(indexed, lengths)
    assert {key: list(value.shape) for key, value in padded.items()} == {
        "token_ids": [3],
        "mask": [1],
        "offsets": [1, 2],
        "wordpiece_mask": [3],
    }


def test_each_distinct_word_is_tokenized_once(word_pieces: WordPieceIndexer, asked: List[List[str]]) -> None:
    word_pieces.prepare(["Anna", "sings", "Anna"])
    word_pieces.tokens_to_indices(tokens(["Anna", "Anna", "sings"]), Vocabulary())
    assert asked == [["Anna", "sings"]]
    word_pieces.tokens_to_indices(tokens(["Berg", "sings", "Berg", "Oslo"]), Vocabulary())
    word_pieces.pieces(["Oslo", "Berg", "Anna"])
    assert asked == [["Anna", "sings"], ["Berg", "Oslo"]]
    word_pieces.prepare([])
    assert len(asked) == 2


def test_a_file_is_tokenized_in_one_call(word_pieces: WordPieceIndexer, asked: List[List[str]]) -> None:
    reader = ConllColumnsReader({"tokens": word_pieces}, max_length=10)
    for instance in reader.read(str(FIXTURES / "bio.conll")):
        instance["tokens"].index(Vocabulary())
    assert asked == [["Anna", "Berg", "sings", "in", "Oslo", ".", "Paris", "flights"]]


@pytest.mark.parametrize("word", ["\x01", "\u200b", "\ufffd", "\x85", " "])
def test_a_word_that_vanishes_becomes_the_unknown_piece(word_pieces: WordPieceIndexer, word: str) -> None:
    unknown = word_pieces.tokenizer.unk_token_id
    assert word_pieces.pieces(["Anna", word])[1] == (unknown,)
    indexed = word_pieces.tokens_to_indices(tokens(["Anna", word, "sings"]), Vocabulary())
    assert indexed["offsets"].tolist() == [[1, 1], [2, 2], [3, 3]]  # type: ignore[attr-defined]


def test_a_word_that_vanishes_without_an_unknown_piece_is_an_error(word_pieces: WordPieceIndexer) -> None:
    word_pieces.tokenizer.unk_token = None
    with pytest.raises(ConfigurationError, match=r"word '\\x01' has no word piece and .* has no unknown piece"):
        word_pieces.pieces(["\x01"])


def test_nothing_goes_into_the_vocabulary(word_pieces: WordPieceIndexer) -> None:
    counter: Dict[str, Dict[str, int]] = {}
    word_pieces.count_vocab_items(Token("Anna"), counter)
    vocabulary = Vocabulary()
    word_pieces.tokens_to_indices(tokens(["Anna"]), vocabulary)
    assert counter == {}
    assert vocabulary.get_namespaces() == set()


@pytest.mark.parametrize("name", ["no/such-model", "/no/such/folder"])
def test_a_model_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"model_name '{name}': no tokenizer could be loaded"):
        WordPieceIndexer(name)


def test_the_tokenizer_that_the_run_carries_is_preferred(tiny_encoder: str, tmp_path: Path) -> None:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "carried", "Anna"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    carried = BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt"), do_lower_case=False)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4
    )
    run = tmp_path / "run"
    save_encoder(BertModel(config), carried, run)
    expected = [(7,), (8,)]
    assert WordPieceIndexer(tiny_encoder, serialization_dir=str(run)).pieces(["carried", "Anna"]) == expected
    params = Params({"type": "word_piece", "model_name": "no/such-model"})
    indexer = TokenIndexer.from_params(params, serialization_dir=str(run))
    assert isinstance(indexer, WordPieceIndexer)
    assert indexer.pieces(["carried", "Anna"]) == expected
    assert indexer.model_name == "no/such-model"


def test_a_run_that_carries_none_takes_the_models(tiny_encoder: str, tmp_path: Path) -> None:
    own = WordPieceIndexer(tiny_encoder, serialization_dir=str(tmp_path))
    assert own.pieces(["Anna", "zzz"]) == WordPieceIndexer(tiny_encoder).pieces(["Anna", "zzz"])


def test_a_tokenizer_that_pads_and_cuts_is_asked_for_the_pieces_alone(tiny_encoder: str) -> None:
    fast = WordPieceIndexer(tiny_encoder)
    fast.tokenizer.backend_tokenizer.enable_truncation(2)
    fast.tokenizer.backend_tokenizer.enable_padding(length=8)
    slow = WordPieceIndexer(tiny_encoder, tokenizer_kwargs={"use_fast": False})
    words = ["Anna", "xyzzy", "flights-in", "[SEP]", "\u200b"]
    assert not slow.tokenizer.is_fast
    assert fast.pieces(words) == slow.pieces(words)


def test_a_tokenizer_that_knows_words_by_their_space_is_warned_of(
    tiny_gpt2: str, tiny_encoder: str, caplog: pytest.LogCaptureFixture
) -> None:
    _warn_once.cache_clear()
    WordPieceIndexer(tiny_encoder)
    WordPieceIndexer(tiny_gpt2, {"add_prefix_space": True})
    assert caplog.messages == []
    WordPieceIndexer(tiny_gpt2)
    WordPieceIndexer(tiny_gpt2)
    [message] = caplog.messages
    assert message.startswith(f"model_name '{tiny_gpt2}': its tokenizer splits a word differently after a space")
    assert "tokenizer_kwargs: {'add_prefix_space': true}" in message


@pytest.fixture
def japanese(tmp_path: Path) -> str:
    """An encoder whose vocabulary has neither "a" and "b" nor "1" and "2"."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"東京都に住む。"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt"), do_lower_case=False)
    tokenizer.save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(pieces) + 2, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
    )
    BertModel(config).save_pretrained(tmp_path)
    return str(tmp_path)


def test_a_vocabulary_without_a_and_b(japanese: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        WordPieceIndexer(japanese)
    message = str(caught.value)
    assert message.startswith(f"model_name '{japanese}': AllenNLP finds a tokenizer's special pieces by means of 'a'")
    assert "assert" in message, "the reason"
    assert "\n" not in message
    hint = {"additional_special_tokens": ["a", "b"]}
    assert str(hint) in message
    indexer = WordPieceIndexer(japanese, hint)
    assert indexer.pieces(["東", "京都"]) == [(5,), (6, 7)]
    assert (indexer.start_pieces, indexer.end_pieces) == ([2], [3])
    embedder = PretrainedTransformerMismatchedEmbedder(japanese, tokenizer_kwargs=hint)
    indices = indexer.tokens_to_indices(tokens(["東", "京都"]), Vocabulary())
    batch = {key: torch.as_tensor(value)[None] for key, value in indices.items()}
    assert embedder(**batch).shape == (1, 2, 8)
