import logging
from pathlib import Path
from typing import List, Optional

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data import Instance
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import QUICKSTART
from tests.two_processes import on_two_processes

# "zzz" is three word pieces, the others are one: 1 + 3 + 1 + 1, and [CLS] and [SEP].
WORDS = ["Anna", "zzz", "Berg", "sings"]
TAGS = ["B-PER", "I-PER", "I-PER", "O"]
FILE = "Anna B-PER\nzzz I-PER\nBerg I-PER\nsings O\n\nOslo B-LOC\n"


def words_of(instance: Instance) -> List[str]:
    return [token.text for token in instance["tokens"]]


def make(word_pieces: WordPieceIndexer, max_length: Optional[int] = None) -> ConllColumnsReader:
    return ConllColumnsReader({"tokens": word_pieces}, max_length=max_length)


def test_the_example_has_the_pieces_it_should(word_pieces: WordPieceIndexer) -> None:
    assert [len(pieces) for pieces in word_pieces.pieces(WORDS)] == [1, 3, 1, 1]
    assert word_pieces.num_special_pieces == 2


def test_gold_tags_become_one_hot(reader: ConllColumnsReader) -> None:
    instance = reader.text_to_instance(["Anna", "sings"], ["B-PER", "O"], sentence_id="7")
    assert words_of(instance) == ["Anna", "sings"]
    assert list(instance["tag_distributions"].distributions) == [{"B-PER": 1.0}, {"O": 1.0}]
    assert instance["metadata"].metadata == {"id": "7", "words": ["Anna", "sings"], "tags": ["B-PER", "O"]}


def test_soft_labels_go_before_gold_tags(reader: ConllColumnsReader) -> None:
    soft = ({"B-PER": 0.5, "O": 0.5}, {"O": 1.0})
    instance = reader.text_to_instance(["Anna", "sings"], ["B-PER", "O"], soft)
    assert tuple(instance["tag_distributions"].distributions) == soft
    assert instance["metadata"]["tags"] == ["B-PER", "O"]


def test_a_soft_sentence_has_no_gold_tags(reader: ConllColumnsReader) -> None:
    sentence = TaggedSentence("mix-0", ("Anna",), tag_distributions=({"B-PER": 0.3, "O": 0.7},))
    instance = reader.sentence_to_instance(sentence)
    assert list(instance["tag_distributions"].distributions) == [{"B-PER": 0.3, "O": 0.7}]
    assert instance["metadata"].metadata == {"id": "mix-0", "words": ["Anna"], "tags": None}


def test_without_labels_there_is_no_label_field(reader: ConllColumnsReader) -> None:
    instance = reader.text_to_instance(["Anna", "sings"])
    assert set(instance.fields) == {"tokens", "metadata"}
    assert instance["metadata"]["tags"] is None


@pytest.mark.parametrize("tags", [["B-PER"], ["B-PER", "O", "O"]])
def test_labels_must_be_as_many_as_words(reader: ConllColumnsReader, tags: List[str]) -> None:
    with pytest.raises(ConfigurationError, match=f"{len(tags)} labels for 2 words"):
        reader.text_to_instance(["Anna", "sings"], tags)


@pytest.mark.parametrize(("max_length", "kept"), [(None, 4), (9, 4), (8, 4), (7, 3), (6, 2), (5, 1), (4, 1), (3, 1)])
def test_whole_words_are_cut_and_labels_stay_aligned(
    word_pieces: WordPieceIndexer, max_length: Optional[int], kept: int
) -> None:
    instance = make(word_pieces, max_length).text_to_instance(WORDS, TAGS)
    assert words_of(instance) == WORDS[:kept]
    assert list(instance["tag_distributions"].distributions) == [{tag: 1.0} for tag in TAGS[:kept]]
    assert instance["metadata"]["words"] == WORDS
    assert instance["metadata"]["tags"] == TAGS
    if max_length is not None:
        indices = word_pieces.tokens_to_indices(instance["tokens"].tokens, None)  # type: ignore[arg-type]
        assert len(indices["token_ids"]) <= max_length


def test_soft_labels_are_cut_with_their_words(word_pieces: WordPieceIndexer) -> None:
    soft = [{"O": 0.5, "B-PER": 0.5}, {"O": 0.1, "B-PER": 0.9}, {"O": 1.0}, {"O": 1.0}]
    instance = make(word_pieces, 6).text_to_instance(WORDS, tag_distributions=soft)
    assert list(instance["tag_distributions"].distributions) == soft[:2]


def test_cut_sentences_are_counted_in_a_warning(
    word_pieces: WordPieceIndexer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "corpus.conll"
    path.write_text(FILE, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        sentences = make(word_pieces, 6).read_sentences(str(path))
    assert [sentence.tokens for sentence in sentences] == [tuple(WORDS), ("Oslo",)], "the sentence itself stays whole"
    assert "1 of 2 sentences are longer than max_length 6 word pieces; 2 words are cut" in caplog.text


def test_no_warning_when_nothing_is_cut(
    word_pieces: WordPieceIndexer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "corpus.conll"
    path.write_text(FILE, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        make(word_pieces, 8).read_sentences(str(path))
    assert "max_length" not in caplog.text


@pytest.mark.parametrize("max_length", [-1, 0, 2])
def test_a_max_length_without_room_is_an_error(word_pieces: WordPieceIndexer, max_length: int) -> None:
    with pytest.raises(ConfigurationError, match=f"max_length {max_length} leaves no room for words"):
        make(word_pieces, max_length)


def test_max_length_needs_an_indexer_that_counts_pieces() -> None:
    with pytest.raises(ConfigurationError, match="max_length needs a token indexer of type 'word_piece'"):
        ConllColumnsReader({"tokens": SingleIdTokenIndexer()}, max_length=128)


@pytest.mark.parametrize("max_length", [None, 12])
def test_no_sentence_and_no_gold_tag_is_dropped(word_pieces: WordPieceIndexer, max_length: Optional[int]) -> None:
    path = str(QUICKSTART / "train.conll")
    text = (QUICKSTART / "train.conll").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    reader = make(word_pieces, max_length)
    instances = list(reader.read(path))
    assert len(instances) == len([block for block in text.split("\n\n") if block.strip()])
    assert len(instances) == len(reader.read_sentences(path))
    assert [word for instance in instances for word in instance["metadata"]["words"]] == [row[0] for row in rows]
    assert [tag for instance in instances for tag in instance["metadata"]["tags"]] == [row[-1] for row in rows]
    if max_length is None:
        assert sum(len(instance["tokens"]) for instance in instances) == len(rows)


def check_on_one_rank(global_rank: int, world_size: int, gpu_id: int, path: str) -> None:
    reader = ConllColumnsReader({})
    mine = [word for instance in reader.read(path) for word in words_of(instance)]
    assert mine == [["a", "c", "e"], ["b", "d"]][global_rank]
    assert [sentence.text for sentence in reader.read_sentences(path)] == ["a", "b", "c", "d", "e"]


def test_ranks_share_the_instances_but_each_has_all_sentences(tmp_path: Path) -> None:
    path = tmp_path / "corpus.conll"
    path.write_text("a O\n\nb O\n\nc O\n\nd O\n\ne O\n", encoding="utf-8")
    on_two_processes(check_on_one_rank, str(path))


def test_max_instances_limits_instances_only(word_pieces: WordPieceIndexer, tmp_path: Path) -> None:
    path = tmp_path / "corpus.conll"
    path.write_text(FILE, encoding="utf-8")
    reader = ConllColumnsReader({"tokens": word_pieces}, max_instances=1)
    assert [words_of(instance) for instance in reader.read(str(path))] == [WORDS]
    assert len(reader.read_sentences(str(path))) == 2
