"""Data sets of the Hugging Face hub, from folders: nothing is downloaded."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Dict, List

import datasets
import pytest
from allennlp.commands.evaluate import evaluate_from_archive
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer
from datasets import ClassLabel, Dataset, DatasetDict, Features, Sequence, Value

from seqmix_plugin.data import ArrowSentences, HfDatasetReader, sentence_reader
from seqmix_plugin.io.configuration_paths import check_data_files, with_own_paths
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import lines, small_config
from tests.conftest import QUICKSTART

NAMES = ["O", "B-PER", "I-PER", "B-LOC"]
WORDS = [["Anna", "Berg"], ["Oslo"], ["sings"], ["in", "Oslo"], ["Berg"]]
NUMBERS = [[1, 2], [3], [0], [0, 3], [1]]
TAGS = [[NAMES[number] for number in row] for row in NUMBERS]
EXPECTED = [
    TaggedSentence(str(n), tuple(words), tuple(tags)) for n, (words, tags) in enumerate(zip(WORDS, TAGS, strict=True))
]
FEATURES = Features({"tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=NAMES))})
DATASET = Dataset.from_dict({"tokens": WORDS, "ner_tags": NUMBERS}, features=FEATURES)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `load_dataset` keeps of files is not kept in the home directory."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.chdir(tmp_path)


def make(**keys: Any) -> HfDatasetReader:
    return HfDatasetReader({"tokens": SingleIdTokenIndexer()}, **keys)


def saved(dataset: Any = DATASET) -> str:
    """A folder of one split, in the working directory."""
    dataset.save_to_disk("saved")
    return "saved:train"


def as_files(kind: str) -> None:
    """The folder `data` in one of the forms."""
    if kind == "splits":
        DatasetDict(train=DATASET, test=DATASET.select([1])).save_to_disk("data")
    elif kind == "one split":
        DATASET.save_to_disk("data")
    elif kind == "parquet":
        DATASET.to_parquet("data/train.parquet")
    else:
        Path("data").mkdir()
        rows = [json.dumps({"tokens": words, "ner_tags": tags}) for words, tags in zip(WORDS, TAGS, strict=True)]
        Path("data/train.jsonl").write_text("\n".join(rows))


@pytest.mark.parametrize("kind", ["splits", "one split", "parquet", "json"])
def test_all_forms_of_folders_are_the_same_sentences(kind: str, tmp_path: Path) -> None:
    as_files(kind)
    assert make().read_sentences("data:train") == EXPECTED
    assert make().read_sentences(f"{tmp_path}/data:train[20%:60%]") == [
        TaggedSentence(str(n), one.tokens, one.tags) for n, one in enumerate(EXPECTED[1:3])
    ]
    assert not datasets.are_progress_bars_disabled()


def test_parts_of_several_splits_are_one_after_another() -> None:
    as_files("splits")
    tokens = [one.tokens for one in make().read_sentences("data:train[:1]+test")]
    assert tokens == [("Anna", "Berg"), ("Oslo",)]


def test_columns_and_names_of_tags() -> None:
    path = saved(Dataset.from_dict({"w": WORDS, "t": NUMBERS, "n": list("abcde"), "id": [7] * 5}))
    keys = {"tokens_column": "w", "tags_column": "t", "tag_names": NAMES}
    assert [one.id for one in make(**keys, id_column="n").read_sentences(path)] == list("abcde")
    assert make(**keys, id_column=None).read_sentences(path) == EXPECTED
    unlabelled = make(tokens_column="w", id_column=None, unlabelled=True).read_sentences(path)
    assert unlabelled == [one.without_labels() for one in EXPECTED]


def test_the_usual_column_of_ids_is_read() -> None:
    path = saved(DATASET.add_column("id", [10, 11, 12, 13, 14]))
    assert [one.id for one in make().read_sentences(path)] == ["10", "11", "12", "13", "14"]


def test_tags_of_other_schemes_become_bio(caplog: pytest.LogCaptureFixture) -> None:
    rows = {"tokens": WORDS[:2], "ner_tags": [["B-PER", "E-PER"], ["S-LOC"]]}
    assert make(source_scheme="BIOES").read_sentences(saved(Dataset.from_dict(rows))) == EXPECTED[:2]
    rows["ner_tags"] = [["I-PER", "I-PER"], ["I-LOC"]]
    Dataset.from_dict(rows).save_to_disk("loose")
    assert make(repair_tags=True).read_sentences("loose:train") == EXPECTED[:2]
    assert caplog.messages == ["loose:train: 2 tags were not valid BIO and have been repaired"]


def test_a_large_data_set_becomes_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_reader, "LARGEST_LIST", 4)
    table = make().read_sentences(saved(), tmp_path)
    assert isinstance(table, ArrowSentences)
    assert list(table) == EXPECTED


def test_the_digest_is_that_of_the_sentences() -> None:
    as_files("splits")
    reader = make()
    reader.read_sentences("data:train")
    digest = reader.digest("data:train")
    as_files_again = DATASET.to_parquet("other/train.parquet")
    assert as_files_again > 0
    assert make().digest("other:train") == digest
    assert make().digest("data:train[:4]") != digest
    assert make(unlabelled=True).digest("data:train") != digest


MISTAKES: Dict[str, Any] = {
    "saved: no split of a data set; expected NAME:SPLIT or NAME:CONFIGURATION:SPLIT, where NAME is a data set on the "
    "Hugging Face hub or a folder": {"path": "saved"},
    "https://example.org/a:train: no split of a data set; expected NAME:SPLIT or NAME:CONFIGURATION:SPLIT, where NAME "
    "is a data set on the Hugging Face hub or a folder": {"path": "https://example.org/a:train"},
    "no/such/folder:train: there is no folder no/such/folder": {"path": "no/such/folder:train"},
    "/no:train: there is no folder /no": {"path": "/no:train"},
    "saved:dev: there is no split 'dev'; the splits are train, test": {"path": "saved:dev"},
    "saved:train+dev[:1]: there is no split 'dev'; the splits are train, test": {"path": "saved:train+dev[:1]"},
    "saved:train[a]: cannot be read (Unrecognized instruction format: train[a])": {"path": "saved:train[a]"},
    "saved:en:train: the folder has no configurations, such as 'en'; expected NAME:SPLIT": {"path": "saved:en:train"},
    "empty:train: cannot be read (The directory at … doesn't contain any data files)": {"path": "empty:train"},
    "nosuch:train: there is no folder nosuch, and it cannot be loaded by name (Couldn't reach 'nosuch' on the Hub "
    "(OfflineModeIsEnabled))": {"path": "nosuch:train"},
    "saved:train: there is no column 'tags'; the columns are tokens, ner_tags": {"tags_column": "tags"},
    "saved:train: there is no column 'words'; the columns are tokens, ner_tags": {"tokens_column": "words"},
    "saved:train: there is no column 'key'; the columns are tokens, ner_tags": {"id_column": "key"},
    "saved:train, row 0: the tag 2 has no name; there are 2 names, of the numbers from 0": {"tag_names": ["O", "B-A"]},
    "saved:train, row 0, word 2: 'I-PER' opens or goes on an entity that no 'E-PER' closes in BIOES (source_scheme is "
    "BIOES; repair_tags: true repairs)": {"source_scheme": "BIOES"},
    "source_scheme is 'IOB2'; expected one of IOB1, BIO, BIOES, BIOUL": {"source_scheme": "IOB2"},
}


@pytest.mark.parametrize("message", MISTAKES)
def test_a_mistake_is_one_line(message: str) -> None:
    as_files("splits")
    Path("data").rename("saved")
    Path("empty").mkdir()
    keys = {"path": "saved:train", **MISTAKES[message]}
    with pytest.raises(ConfigurationError) as caught:
        make(**{key: value for key, value in keys.items() if key != "path"}).read_sentences(keys["path"])
    begin, _, end = message.partition("…")
    assert str(caught.value).startswith(begin)
    assert str(caught.value).endswith(end)
    assert "\n" not in str(caught.value)


def test_a_folder_is_looked_for_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "own" / "data").mkdir(parents=True)
    paths = {"train_data_path": "data:train[:80%]", "test_data_path": "conll2003:test", "seed_data_path": "data"}
    found = with_own_paths(paths, "own")
    assert found == {**paths, "train_data_path": "own/data:train[:80%]"}
    for key in ("dataset_reader", "validation_dataset_reader"):
        check_data_files({"dataset_reader": {"type": "hf_dataset"}, key: {"type": "hf_dataset"}, **paths}, "own")
    with pytest.raises(ConfigurationError, match="test_data_path is 'conll2003:test'; there is no such file"):
        check_data_files(
            {"dataset_reader": {"type": "hf_dataset"}, "validation_dataset_reader": {"type": "conll_columns"}, **paths},
            "own",
        )


def quickstart_splits() -> None:
    """The shipped corpus as a data set, in the folder `corpus`."""
    splits = {}
    names = ["O", *(f"{prefix}-{name}" for name in ("LOC", "MISC", "ORG", "PER") for prefix in "BI")]
    features = Features({"tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=names))})
    for split in ("train", "dev", "test"):
        text = (QUICKSTART / f"{split}.conll").read_text(encoding="utf-8").strip()
        blocks: List[List[List[str]]] = [[row.split() for row in block.splitlines()] for block in text.split("\n\n")]
        rows = {"tokens": [[r[0] for r in b] for b in blocks], "ner_tags": [[r[-1] for r in b] for b in blocks]}
        splits[split] = Dataset.from_dict(rows, features=features)
    DatasetDict(splits).save_to_disk("corpus")


def test_a_run_equals_that_of_files_and_knows_a_changed_data_set(tmp_path: Path, tiny_encoder: str) -> None:
    quickstart_splits()
    shortest = {"trainer.num_rounds": 0, "test_data_path": None}
    config = small_config(tiny_encoder, **shortest)
    block = {key: value for key, value in config["dataset_reader"].items() if key != "source_scheme"}
    train_model(Params(deepcopy(config)), str(tmp_path / "files"))
    paths = {"train_data_path": "corpus:train", "validation_data_path": "corpus:dev"}
    again = {**small_config(tiny_encoder, **shortest, **paths), "dataset_reader": {**block, "type": "hf_dataset"}}
    train_model(Params(deepcopy(again)), str(tmp_path / "run"))
    for name in ("annotated.jsonl", "synthetic.jsonl"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "files" / name).read_bytes()
    scores = [lines(tmp_path / name / "rounds.jsonl")[0]["scores"] for name in ("run", "files")]
    assert scores[0] == scores[1]
    evaluated = evaluate_from_archive(str(tmp_path / "run" / "model.tar.gz"), "corpus:dev")
    assert evaluated["f1"] == pytest.approx(scores[0]["dev"]["f1"])
    DatasetDict(train=datasets.load_from_disk("corpus")["train"], dev=DATASET).save_to_disk("changed")
    Path("corpus").rename("before")
    Path("changed").rename("corpus")
    with pytest.raises(ConfigurationError, match="validation_data_path: corpus:dev has changed since the run"):
        train_model(Params(again), str(tmp_path / "run"), recover=True)
