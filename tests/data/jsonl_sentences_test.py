import json
import logging
import re
from pathlib import Path
from typing import Any, Dict, Union

import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer
from allennlp.models.archival import load_archive

from seqmix_plugin.data import JsonlSentencesReader
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import lines, small_config
from tests.conftest import QUICKSTART

SOFT = [{"B-PER": 0.25, "O": 0.75}, {"O": 1.0}]


def make(**keys: Any) -> JsonlSentencesReader:
    """A reader that needs no tokenizer."""
    return JsonlSentencesReader({"tokens": SingleIdTokenIndexer()}, **keys)


def write(folder: Path, *records: Union[str, bytes, Dict[str, Any]]) -> str:
    """Records as JSON, text and bytes as they are, a line each."""
    path = folder / "corpus.jsonl"
    content = [json.dumps(record) if isinstance(record, dict) else record for record in records]
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode("utf-8") for line in content) + b"\n")
    return str(path)


def test_reads_hard_and_soft_labels(tmp_path: Path) -> None:
    words = ["Anna", "sings"]
    path = write(
        tmp_path,
        {"tokens": words, "tags": ["B-PER", "O"], "source": "further keys are passed over"},
        {"tokens": words, "tag_distributions": SOFT, "id": "soft"},
        {"tokens": words, "tags": ["B-PER", "O"], "tag_distributions": SOFT, "id": 7},
        {"tokens": words, "tags": ["O", "O"], "tag_distributions": None, "id": None},
    )
    tokens, soft = ("Anna", "sings"), tuple(SOFT)
    assert make().read_sentences(path) == [
        TaggedSentence("0", tokens, ("B-PER", "O")),
        TaggedSentence("soft", tokens, None, soft),
        TaggedSentence("7", tokens, ("B-PER", "O"), soft),
        TaggedSentence("3", tokens, ("O", "O")),
    ]


@pytest.mark.parametrize("unlabelled", [True, False])
def test_reads_the_white_space_between_words(tmp_path: Path, unlabelled: bool) -> None:
    words, tags = ("Oslo", ",", "Paris"), None if unlabelled else ("B-LOC", "O", "B-LOC")
    record = {"tokens": words, "tags": ["B-LOC", "O", "B-LOC"]}
    path = write(tmp_path, {**record, "spaces": ["", "\n\u2003", ""]}, {**record, "spaces": None})
    first, second = make(unlabelled=unlabelled).read_sentences(path)
    assert first == TaggedSentence("0", words, tags, spaces=("", "\n\u2003", ""))
    assert first.raw_text == "Oslo,\n\u2003Paris"
    assert second == TaggedSentence("1", words, tags)


@pytest.mark.parametrize("empty", ["", "   ", "\t", "\r"])
def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path, empty: str) -> None:
    path = write(tmp_path, b'\xef\xbb\xbf{"tokens": ["M\xc3\xbcnchen"], "tags": ["B-LOC"]}\r', empty, empty)
    assert make().read_sentences(path) == [TaggedSentence("0", ("München",), ("B-LOC",))]


@pytest.mark.parametrize("scheme", ["IOB1", "BIOES", "BIOUL"])
def test_tags_of_every_scheme_come_out_as_bio(tmp_path: Path, scheme: str) -> None:
    tags = {"IOB1": ["I-X", "B-X"], "BIOES": ["S-X", "S-X"], "BIOUL": ["U-X", "U-X"]}[scheme]
    soft = [{"B-X": 1}, {"I-X": 1}]  # always BIO
    path = write(tmp_path, {"tokens": ["a", "b"], "tags": tags, "tag_distributions": soft})
    (sentence,) = make(source_scheme=scheme).read_sentences(path)
    assert sentence == TaggedSentence("0", ("a", "b"), ("B-X", "B-X"), ({"B-X": 1.0}, {"I-X": 1.0}))


def test_words_may_be_anything_but_empty(tmp_path: Path) -> None:
    words = ["New York", "a\tb", "\u00a0", "#", "-DOCSTART-"]
    (sentence,) = make().read_sentences(write(tmp_path, {"tokens": words, "tags": ["O"] * 5}))
    assert sentence.tokens == tuple(words)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("{", r"line 2: not JSON \("),
        ("[1]", r"line 2: \[1\] is not an object"),
        ('"Anna"', 'line 2: "Anna" is not an object'),
        ({"tags": ["O"]}, "line 2: 'tokens' is null; expected a list of words, none of them empty"),
        ({"tokens": [], "tags": []}, r"line 2: 'tokens' is \[\]; expected"),
        ({"tokens": "Anna", "tags": ["O"]}, "line 2: 'tokens' is \"Anna\"; expected"),
        ({"tokens": ["a", ""], "tags": ["O", "O"]}, r"line 2: 'tokens' is \[\"a\", \"\"\]; expected"),
        ({"tokens": ["a", 1], "tags": ["O", "O"]}, r"line 2: 'tokens' is \[\"a\", 1\]; expected"),
        ({"tokens": [1] * 99, "tags": ["O"]}, r"line 2: 'tokens' is \[1, 1, .*…; expected"),
        ('{"tokens": ["\\ud83d"], "tags": ["O"]}', "line 2: half of a surrogate pair in 'id' or 'tokens'"),
        ('{"tokens": ["a"], "tags": ["O"], "id": "\\ud83d"}', "line 2: half of a surrogate pair in 'id' or 'tokens'"),
        ('{"tokens": ["a"], "tags": "\\ud83d"}', r"line 2: 'tags' is \"\\ud83d\"; expected a list of strings"),
        (
            '{"tokens": ["a"], "tags": ["B-\\ud83d"]}',
            r"line 2, word 1: tag 'B-\\ud83d' has characters that cannot be seen",
        ),
        (
            {"tokens": ["a"], "tag_distributions": [{"B-X\u200b": 1}]},
            r"line 2, word 1: tag 'B-X\\u200b' has characters",
        ),
        ({"tokens": "a\u2028\x9b"}, r"line 2: 'tokens' is \"a\\u2028\\u009b\"; expected"),
        ("[" * 100_000, r"line 2: not JSON \(nested more than 100 deep"),
        ({"tokens": ["a"]}, "line 2: neither 'tags' nor 'tag_distributions'"),
        ({"tokens": ["a"], "tags": "O"}, "line 2: 'tags' is \"O\"; expected a list of strings"),
        ({"tokens": ["a"], "tags": [None]}, r"line 2: 'tags' is \[null\]; expected a list of strings"),
        ({"tokens": ["a"], "tags": ["O", "O"]}, "line 2: 2 tags for 1 tokens"),
        ({"tokens": ["a"], "tag_distributions": []}, "line 2: 0 tag_distributions for 1 tokens"),
        (
            {"tokens": ["a"], "tag_distributions": {}},
            r"line 2: 'tag_distributions' is \{\}; expected a list of objects",
        ),
        ({"tokens": ["a"], "tag_distributions": [0.5]}, r"line 2: 'tag_distributions' is \[0.5\]; expected a list of"),
        ({"tokens": ["a", "b"], "tags": ["O", "I-X"]}, "line 2, word 2: 'I-X' after 'O'.*is BIO; repair_tags: true"),
        ({"tokens": ["a"], "tags": ["X"]}, r"line 2, word 1: tag 'X' is none of BIO's: .* \(source_scheme is BIO\)"),
        ({"tokens": ["a"], "tag_distributions": [{}]}, "line 2, word 1: the probabilities sum to 0, not to 1"),
        (
            {"tokens": ["a", "b"], "tag_distributions": [{"O": 1}, {"O": 0.5, "B-X": 0.4}]},
            "line 2, word 2: the probabilities sum to 0.9, not to 1",
        ),
        (
            {"tokens": ["a"], "tag_distributions": [{"O": 0.5, "E-X": 0.5}]},
            r"line 2, word 1: tag 'E-X' is none of BIO's: .* \(tag_distributions are BIO\)",
        ),
        (
            {"tokens": ["a"], "tag_distributions": [{"O": 1.5, "B-X": -0.5}]},
            "line 2, word 1: the probability of 'O' is 1.5; expected a number from 0 to 1",
        ),
        ('{"tokens": ["a"], "tag_distributions": [{"O": NaN}]}', "the probability of 'O' is NaN"),
        ({"tokens": ["a"], "tag_distributions": [{"O": "1"}]}, "the probability of 'O' is \"1\""),
        ({"tokens": ["a"], "tag_distributions": [{"O": True}]}, "the probability of 'O' is true"),
        ({"tokens": ["a"], "tags": ["O"], "id": ""}, "line 2: 'id' is \"\"; expected a string or a whole number"),
        ({"tokens": ["a"], "tags": ["O"], "id": 1.5}, "line 2: 'id' is 1.5; expected"),
        ({"tokens": ["a"], "tags": ["O"], "id": True}, "line 2: 'id' is true; expected"),
        ({"tokens": ["a"], "tags": ["O"], "spaces": " "}, "line 2: 'spaces' is \" \"; expected a list of white space"),
        ({"tokens": ["a"], "tags": ["O"], "spaces": [1]}, r"line 2: 'spaces' is \[1\]; expected a list of white space"),
        (
            {"tokens": ["a", "b"], "tags": ["O", "O"], "spaces": [" - ", ""]},
            r"line 2: 'spaces' is \[\" - \", \"\"\]; expected a list of white space, a string a token",
        ),
        ({"tokens": ["a"], "tags": ["O"], "spaces": []}, "line 2: 0 spaces for 1 tokens"),
        (b'{"tokens": ["M\xfcnchen"], "tags": ["O"]}', "line 2: byte 0xfc is not UTF-8"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, record: Any, message: str) -> None:
    path = write(tmp_path, {"tokens": ["fine"], "tags": ["O"]}, record)
    with pytest.raises(ConfigurationError, match=re.escape(f"{path}, ") + ".*" + message):
        make().read_sentences(path)


def test_a_value_of_any_depth_is_one_line(tmp_path: Path) -> None:
    """Whatever can be read and not be shown."""
    for depth in range(500, 1000, 3):
        path = write(tmp_path, '{"tokens": ' + "[" * depth + "]" * depth + "}")
        with pytest.raises(ConfigurationError, match="line 1: ('tokens' is |not JSON)") as caught:
            make().read_sentences(path)
        assert len(str(caught.value)) < 1000


def test_errors_of_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    with pytest.raises(ConfigurationError, match=re.escape(f"{path}: no sentence in this file")):
        make().read_sentences(path)
    path = write(tmp_path, {"tokens": ["a"], "tags": ["O"], "id": "1"}, {"tokens": ["b"], "tags": ["O"]})
    with pytest.raises(ConfigurationError, match=re.escape(f"{path}: two sentences have the same id")):
        make().read_sentences(path)
    with pytest.raises(ConfigurationError, match="none.jsonl: no such file"):
        make().read_sentences(str(tmp_path / "none.jsonl"))
    with pytest.raises(ConfigurationError, match="source_scheme is 'IOB2'; expected one of IOB1, BIO, BIOES, BIOUL"):
        make(source_scheme="IOB2")


def test_repair_counts_what_it_changes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, {"tokens": ["a", "b"], "tags": ["I-X", "I-Y"]})
    with caplog.at_level(logging.WARNING):
        (sentence,) = make(repair_tags=True).read_sentences(path)
    assert sentence.tags == ("B-X", "B-Y")
    assert f"{path}: 2 tags were not valid BIO and have been repaired" in caplog.text


def test_stock_training_takes_soft_labels(tiny_encoder: str, tmp_path: Path) -> None:
    """Gold and soft sentences in one file, AllenNLP's own trainer; a soft label alone brings its tag into the model."""
    gold = (QUICKSTART / "dev.conll").read_text(encoding="utf-8").strip().split("\n\n")[:30]
    rows = [list(zip(*(line.split("\t") for line in block.split("\n")), strict=True)) for block in gold]
    hard: Any = [{"tokens": words, "tags": tags} for words, tags in rows]
    soft: Any = {"tokens": ["Anna", "sings"], "tag_distributions": [{"B-SOFT": 0.5, "O": 0.5}, {"O": 1}], "id": "s-0"}
    reader = {"token_indexers": {"tokens": {"type": "word_piece", "model_name": tiny_encoder}}, "max_length": 128}
    embedder = {
        "type": "pretrained_transformer_mismatched",
        "model_name": tiny_encoder,
        "sub_token_mode": "first",
    }
    config = {
        "dataset_reader": {"type": "jsonl_sentences", **reader},
        "validation_dataset_reader": {"type": "conll_columns", **reader},
        "train_data_path": write(tmp_path, *hard, soft),
        "validation_data_path": str(QUICKSTART / "dev.conll"),
        "model": {"type": "sequence_tagger", "text_field_embedder": {"token_embedders": {"tokens": embedder}}},
        "data_loader": {"batch_size": 8, "shuffle": True},
        "trainer": {
            "num_epochs": 1,
            "cuda_device": -1,
            "validation_metric": "+f1",
            "optimizer": {"type": "adam", "lr": 0.005},
        },
    }
    train_model(Params(json.loads(json.dumps(config))), str(tmp_path / "run"))  # shares no block with itself
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert 0 < metrics["training_loss"] < 5
    assert 0 <= metrics["best_validation_f1"] <= 1
    assert "B-SOFT" in load_archive(tmp_path / "run").model.vocab.get_token_to_index_vocabulary("labels")


def test_active_learning_takes_jsonl(tiny_encoder: str, tmp_path: Path) -> None:
    """A pool of 30 sentences with gold tags, one of which has soft labels as well."""
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").split("\n\n")[:30]
    records: Any = []
    for block in blocks:
        words, tags = zip(*(line.split("\t") for line in block.strip().split("\n")), strict=True)
        records.append({"tokens": words, "tags": tags})
    records[0]["tag_distributions"] = [{"O": 0.5, "B-SOFT": 0.5}] * len(records[0]["tokens"])
    indexers = {"tokens": {"type": "word_piece", "model_name": tiny_encoder}}
    reader = {"type": "jsonl_sentences", "max_length": 128, "token_indexers": indexers}
    config = small_config(tiny_encoder)
    config |= {"dataset_reader": reader, "validation_dataset_reader": config["dataset_reader"]}
    config["trainer"] |= {"pool": {"size": None}, "seed_size": 24, "num_rounds": 1}
    config["train_data_path"] = write(tmp_path, *records)
    train_model(Params(json.loads(json.dumps(config))), str(tmp_path / "run"))
    rounds = lines(tmp_path / "run" / "rounds.jsonl")
    assert [record["annotated"]["sentences"] for record in rounds] == [24, 30]
    assert "B-SOFT" in load_archive(tmp_path / "run").model.vocab.get_token_to_index_vocabulary("labels")

    del records[7]["tags"]
    records[7]["tag_distributions"] = [{"O": 1}] * len(records[7]["tokens"])
    config["train_data_path"] = write(tmp_path, *records)
    with pytest.raises(ConfigurationError, match=re.escape("corpus.jsonl: sentence '7' has no tags")):
        train_model(Params(json.loads(json.dumps(config))), str(tmp_path / "bare"))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"O": 0.33, "B-X": 0.33, "I-X": 0.33}, {"O": 1 / 3, "B-X": 1 / 3, "I-X": 1 / 3}),
        ({"O": 0.667, "B-X": 0.334}, {"O": 0.667 / 1.001, "B-X": 0.334 / 1.001}),
        ({"O": 1.005}, {"O": 1.0}),
        ({"O": 0.99, "B-X": 0}, {"O": 1.0, "B-X": 0.0}),
    ],
)
def test_rounded_distributions_are_divided_by_their_sum(tmp_path: Path, row: Any, expected: Any) -> None:
    (sentence,) = make().read_sentences(write(tmp_path, {"tokens": ["a"], "tag_distributions": [row]}))
    [found] = sentence.tag_distributions or ()
    assert found == pytest.approx(expected)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    (again,) = make().read_sentences(write(tmp_path, {"tokens": ["a"], "tag_distributions": [found]}))
    assert again == sentence, "to the last digit"


@pytest.mark.parametrize("row", [{"O": 0.1, "B-X": 0.2, "I-X": 0.7}, {"O": 0.25, "B-X": 0.75}, {"O": 1 - 1e-12}])
def test_exact_sums_stay_as_they_are(tmp_path: Path, row: Any) -> None:
    (sentence,) = make().read_sentences(write(tmp_path, {"tokens": ["a"], "tag_distributions": [row]}))
    assert sentence.tag_distributions == (row,)


def test_odd_words_are_counted_with_the_line_of_the_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(
        tmp_path,
        {"tokens": ["New York", "a\u00a0b", "می\u200cخواهم"], "tags": ["O"] * 3},
        {"tokens": ["fine", "a\u200bb"], "tags": ["O"] * 2},
        {"tokens": ["Anna B-PER", "\ufeffx"]},
    )
    with caplog.at_level(logging.WARNING):
        sentences = make(unlabelled=True).read_sentences(path)
    assert sentences[2].tokens == ("Anna B-PER", "\ufeffx")
    assert caplog.messages == [
        f"{path}: 2 words with invisible characters, or white space at an end, such as 'a\\u200bb' in line 2",
        f"{path}: 1 words with a tag after white space, as when two column separators are mixed, such as "
        f"'Anna B-PER' in line 3",
    ]


def test_a_byte_order_mark_may_begin_any_line(tmp_path: Path) -> None:
    record = '{"tokens": ["Oslo"], "tags": ["B-LOC"]}'
    assert [s.tokens for s in make().read_sentences(write(tmp_path, record, "\ufeff" + record))] == [("Oslo",)] * 2
