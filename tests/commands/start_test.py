"""`start` writes a project that can be trained, from any of the formats, and writes nothing when something is wrong."""

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
from allennlp.commands.train import TrainModel, train_model_from_file
from allennlp.common import Params

from seqmix_plugin.commands.project_files import Encoder, jsonnet, sizes
from seqmix_plugin.commands.start import start
from seqmix_plugin.configuration.constructors import read_blocks
from seqmix_plugin.errors import ConfigurationError
from tests.active_learning.conftest import lines
from tests.annotator.pseudo_terminal import PseudoTerminal
from tests.conftest import QUICKSTART, ROOT
from tests.errors_page import rows

SPLITS = ("train", "dev", "test")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_encoder: str) -> Path:
    """A working directory with labelled files, a text and an encoder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").mkdir()
    for split in SPLITS:
        (tmp_path / "files" / f"{split}.conll").symlink_to(QUICKSTART / f"{split}.conll")
    (tmp_path / "files" / "pool.txt").symlink_to(QUICKSTART / "pool.txt")
    (tmp_path / "encoder").symlink_to(tiny_encoder)
    return tmp_path


FILES: Dict[str, Any] = {split: f"files/{split}.conll" for split in SPLITS}
TEXT: Dict[str, Any] = {"train": "files/pool.txt", "annotate": True, "labels": ["PER", "LOC", "ORG", "MISC"]}


def values(folder: str) -> Dict[str, Any]:
    """The configuration in a project's folder."""
    return read_blocks(f"{folder}/experiment.jsonnet", "")


def build(configuration: Dict[str, Any], folder: Path) -> None:
    """Everything that a run does before its first round."""
    for key in ("random_seed", "numpy_seed", "pytorch_seed", "include_in_archive"):
        del configuration[key]
    folder.mkdir()
    TrainModel.from_params(Params(configuration), serialization_dir=str(folder), local_rank=0)


def test_a_project_of_labelled_files_is_trained_where_it_is(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    start("own", **FILES, encoder="encoder")
    printed = capsys.readouterr().out
    assert "files/train.conll: 600 sentences, columns, BIO tags" in printed
    assert "labels: LOC, MISC, ORG, PER" in printed
    assert "next: cd own && seqmix train experiment.jsonnet -s runs/seqmix" in printed
    written = sorted(str(path.relative_to("own")) for path in Path("own").rglob("*") if path.is_file())
    library = ["lib/active_learning.libsonnet", "lib/project.libsonnet"]
    assert written == [".allennlp_plugins", "README.md", "experiment.jsonnet", *library]
    for name in library:
        assert (home / "own" / name).read_bytes() == (ROOT / "training_configs" / name).read_bytes()
    text = (home / "own" / "experiment.jsonnet").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 25
    assert str(home) not in text
    monkeypatch.chdir("own")
    small = {"trainer.seed_size": 12, "trainer.num_rounds": 0, "trainer.augmenter": "none", "trainer.pool.size": 40}
    small |= {"trainer.query_policy": "random", "trainer.trainer.num_epochs": 1}
    train_model_from_file("experiment.jsonnet", "runs/own", json.dumps(small))
    [row] = lines(Path("runs/own/rounds.jsonl"))
    assert set(row["scores"]) == {"dev", "test"}


def test_a_project_of_plain_text_asks_annotators(home: Path, tmp_path: Path) -> None:
    start("own", **TEXT, encoder="encoder")
    configuration = values("own")
    assert configuration["train_data_path"] == "own/../files/pool.txt"
    assert configuration["trainer"]["oracle"] == {"type": "files", "format": "label_studio"}
    assert configuration["labels"] == ["PER", "LOC", "ORG", "MISC"]
    assert configuration["dataset_reader"]["type"] == "plain_text"
    assert (configuration["trainer"]["seed_size"], configuration["trainer"]["query_size"]) == (20, 20)
    text = (home / "own" / "README.md").read_text(encoding="utf-8")
    assert "--dataset-reader-choice train" in text
    build(configuration, tmp_path / "run")


@pytest.mark.parametrize("suffix", ["jsonl", "conll"])
def test_labels_of_a_pool_are_not_read_when_people_label_it(suffix: str, home: Path, tmp_path: Path) -> None:
    path = home / f"pool.{suffix}"
    if suffix == "jsonl":
        path.write_text('{"tokens": ["Anna", "sings"], "tags": "?"}\n' * 60)
    else:
        path.write_text("Anna B-PER\nsings I-LOC\n\n" * 60)
    start("own", train=f"pool.{suffix}", dev="files/dev.conll", annotate=True, encoder="encoder")
    configuration = values("own")
    configuration["trainer"]["augmenter"] = {"type": "none"}  # these sentences have too few words
    assert configuration["dataset_reader"]["unlabelled"] is True
    assert configuration["validation_dataset_reader"]["type"] == "conll_columns"
    assert configuration["labels"] == ["LOC", "MISC", "ORG", "PER"]
    build(configuration, tmp_path / "run")


def test_numbered_rows_are_read_without_their_numbers(home: Path, tmp_path: Path) -> None:
    """A pool of CoNLL-U without tags, labelled files whose rows are numbered; all tags of one are O."""
    rows = [f"{n}\t{word}" for n, word in enumerate(("Anna", "sings", "."), start=1)]
    (home / "pool.conllu").write_text("\n".join([*(row + 8 * "\t_" for row in rows), "\n"]) * 60, encoding="utf-8")
    (home / "some").write_text(f"{rows[0]}\tS-PER\n{rows[1]}\tO\n\n{rows[0]}\tO\n", encoding="utf-8")
    (home / "none").write_text("\n".join(row + "\tO" for row in rows), encoding="utf-8")
    start("other", train="pool.conllu", dev="some", test="none", annotate=True, encoder="encoder")
    start("own", train="pool.conllu", dev="none", test="some", annotate=True, encoder="encoder")
    assert [values(name)["validation_dataset_reader"]["source_scheme"] for name in ("own", "other")] == ["BIOES"] * 2
    configuration = values("own")
    configuration["trainer"]["augmenter"] = {"type": "none"}
    reader = configuration["dataset_reader"]
    assert (reader["token_column"], reader["unlabelled"], reader["source_scheme"]) == (1, True, "BIOES")
    build(configuration, tmp_path / "run")


def test_columns_that_all_files_have_by_one_number(home: Path) -> None:
    """Of train the last one, which is the second of dev's three."""
    (home / "train").write_text("Anna B-PER\nsings O\n\n" * 60, encoding="utf-8")
    (home / "dev").write_text("Anna B-PER O\nsings O O\n", encoding="utf-8")
    start("own", train="train", dev="dev", encoder="encoder")
    assert values("own")["dataset_reader"]["tag_column"] == 1


def test_what_is_found_is_what_is_read(home: Path, tmp_path: Path) -> None:
    """Tags in the first column, in BIOES, one of them invalid; dev in JSONL; an encoder of bytes."""
    (home / "train").write_text("S-PER Anna\nO sings\nS-LOC Oslo\n\n" * 60 + "I-LOC Oslo\n", encoding="utf-8")
    (home / "dev.json").write_text('{"tokens": ["Anna", "sings"], "tags": ["S-PER", "O"]}\n')
    start("own", train="train", dev="dev.json", encoder="encoder", labels=["PER", "LOC", "GPE"])
    configuration = values("own")
    reader, of_dev = configuration["dataset_reader"], configuration["validation_dataset_reader"]
    assert (reader["source_scheme"], reader["token_column"], reader["tag_column"]) == ("BIOES", 1, 0)
    assert of_dev["type"] == "jsonl_sentences"
    assert (of_dev["source_scheme"], of_dev["repair_tags"], reader["repair_tags"]) == ("BIOES", True, True)
    assert configuration["labels"] == ["PER", "LOC", "GPE"]
    configuration["trainer"]["augmenter"] = {"type": "none"}
    build(configuration, tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bert-base-cased", (False, False)),
        ("microsoft/MiniLM-L12-H384-uncased", (True, False)),
        ("roberta-base", (False, True)),
        ("FacebookAI/xlm-roberta-base", (False, False)),
        ("answerdotai/ModernBERT-base", (False, True)),
    ],
)
def test_a_name_on_the_hub_says_which_settings_suit(name: str, expected: Any) -> None:
    assert Encoder.of(name)[1:] == expected


def test_settings_of_an_encoder_in_a_folder_are_those_of_its_files(home: Path, tiny_gpt2: str) -> None:
    assert Encoder.of("encoder") == ("encoder", True, False)
    (home / "roberta-of-bert").symlink_to("encoder")
    assert Encoder.of("roberta-of-bert") == ("roberta-of-bert", True, False)
    (home / "large").mkdir()
    (home / "large" / "config.json").write_text('{"hidden_size": 768}')
    (home / "large" / "merges.txt").write_text("")
    assert Encoder.of("large") == ("large", False, True)
    assert Encoder.of(tiny_gpt2).is_byte_level


@pytest.mark.parametrize(
    ("sentences", "annotate", "expected"),
    [
        (385, False, (75, 35)),
        (14_041, False, (200, 100)),
        (60, False, (12, 6)),
        (385, True, (20, 20)),
        (60, True, (6, 6)),
    ],
)
def test_sizes_follow_from_the_number_of_sentences(sentences: int, annotate: bool, expected: Any) -> None:
    found = sizes(sentences, annotate)
    assert (found["seed_size"], found["query_size"]) == expected
    assert found["seed_size"] + found["num_rounds"] * found["query_size"] <= 0.7 * sentences


@pytest.mark.parametrize("value", ["a", "it's", 'a "b"', "\\", "ü", ["a", "it's"], 3, True])
def test_values_in_jsonnet(value: Any) -> None:
    from _jsonnet import evaluate_snippet

    assert json.loads(evaluate_snippet("", jsonnet(value))) == value


MISTAKES: List[Tuple[Dict[str, Any], str]] = [
    ({}, "--train is missing; expected the file to learn from"),
    ({"train": "files/none"}, "files/none: no such file"),
    ({"train": "files/pool.txt"}, "files/pool.txt is plain text; expected a file with labels, or --annotate"),
    ({"train": "files/train.conll"}, "--test is missing; expected a labelled file, --test or --dev"),
    ({**FILES, "dev": "files/pool.txt"}, "--dev is files/pool.txt, plain text; expected a file with labels"),
    (
        {**FILES, "labels": ["PER"]},
        "train.conll: has entities of type LOC; expected --labels with all types: LOC M",
    ),
    ({**TEXT, "labels": ["PER;LOC"]}, "--labels has 'PER;LOC'; expected entity types such as PER LOC"),
    ({**TEXT, "labels": ["B-PER", "B-LOC"]}, "--labels has 'B-PER', a tag; expected entity types, PER LOC"),
    ({**TEXT, "labels": ["PER,LOC"]}, "--labels has 'PER,LOC'; expected entity types such as PER LOC"),
    ({**TEXT, "labels": ["B-PER", "I-PER", "O"]}, "--labels has 'B-PER', a tag; expected entity types, PER"),
    ({**FILES, "labels": ["O", "B-PER", "S-LOC"]}, "--labels has 'O', a tag; expected entity types, PER LOC"),
    ({"train": "words", "annotate": True}, "words: has a word in each line and no tags; expected --format columns"),
    ({**FILES, "dev": "files/\udcff.conll"}, "the name of a file or folder is not valid UTF-8"),
    ({**FILES, "labels": ["PER "]}, "--labels has 'PER '; expected entity types such as PER LOC"),
    ({**FILES, "encoder": "./none"}, "--encoder is './none'; expected a name on the Hugging Face hub such as"),
    ({**FILES, "encoder": "files"}, "--encoder is 'files'"),
    ({"train": "files/pool.txt", "annotate": True}, "--labels is missing; expected the entity types"),
    ({**FILES, "test": "wrong"}, "wrong, line 2: tag 'VB' is none of BIO's"),
    ({**FILES, "train": "few"}, "few: 2 sentences; expected at least 50"),
    ({**FILES, "train": "none", "dev": "none", "test": "none"}, "none: no entity in this file; all tags are O"),
    ({**FILES, "test": "bioes.jsonl"}, "bioes.jsonl: the tags are BIOES; expected BIO, as in the other files"),
    ({**FILES, "dev": "bioes.conll"}, "bioes.conll: the tags are BIOES; expected BIO, as in the other files"),
    (
        {**FILES, "dev": "reversed"},
        "reversed: words in column 1, tags in column 0; expected words in column 0, tags in",
    ),
    (
        {"train": "reversed", "annotate": True, "dev": "files/dev.conll"},
        "reversed: words in column 1; expected words in column 0, tags in the last column, as in files/dev.conll",
    ),
    ({**FILES, "dev": "dev.jsonl"}, "files/test.conll: is columns; expected jsonl, as dev.jsonl"),
    (
        {**FILES, "train": "integers.jsonl"},
        "integers.jsonl is jsonl, without 'tags' such as B-PER; expected a file with",
    ),
    ({**FILES, "train": "wikiann"}, "wikiann: its words begin with 'en:'; expected them without it"),
    ({**FILES, "train": "corpus.csv"}, "corpus.csv: is CSV; expected columns, JSONL (an object a line), or text"),
    ({"example": "paper", "train": "x"}, "--train is not for --example"),
    ({"example": "paper", "encoder": "x"}, "--encoder is not for --example paper"),
]


@pytest.fixture
def files_with_mistakes(home: Path) -> Path:
    (home / "wrong").write_text("Anna B-PER\nsings VB\n" + "Anna B-PER\n" * 30)
    (home / "few").write_text("Anna B-PER\n\nOslo B-LOC\n")
    (home / "none").write_text("Anna O\n\n" * 60)
    (home / "words").write_text("Anna NNP\nsings VBZ\n. .\n\n" * 60)
    (home / "files" / "\udcff.conll").symlink_to(QUICKSTART / "dev.conll")
    (home / "reversed").write_text("B-PER Anna\nO sings\n\n" * 60)
    (home / "dev.jsonl").write_text('{"tokens": ["Anna"], "tags": ["B-PER"]}\n')
    (home / "integers.jsonl").write_text('{"tokens": ["Anna"], "ner_tags": [1]}\n')
    (home / "wikiann").write_text("en:Anna\tB-PER\nen:sings\tO\n")
    (home / "corpus.csv").write_text("word,tag\nAnna,B-PER\n")
    (home / "bioes.conll").write_text("Anna B-PER\nBerg E-PER\nsings O\n")
    (home / "bioes.jsonl").write_text('{"tokens": ["Anna"], "tags": ["S-PER"]}\n')
    return home


@pytest.mark.parametrize(("options", "message"), MISTAKES)
def test_a_mistake_is_an_error_and_nothing_is_written(options: Any, message: str, files_with_mistakes: Path) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        start("own", **options)
    assert not (files_with_mistakes / "own").exists()


def test_the_page_of_errors_has_them(files_with_mistakes: Path) -> None:
    (files_with_mistakes / "kept").mkdir()
    (files_with_mistakes / "kept" / "experiment.jsonnet").write_text("mine")
    ours, of_data, found = rows("Starting a project"), rows("Data files"), []
    tries = [("own", options) for options, _ in MISTAKES]
    for folder, options in [*tries, ("kept", {**FILES, "encoder": "encoder"})]:
        with pytest.raises(ConfigurationError) as raised:
            start(folder, **options)
        found.append(str(raised.value))
    unknown = [text for text in found if not any(row.matches(text) for row in [*ours, *of_data])]
    assert unknown == []
    assert [row.what for row in ours if not any(map(row.matches, found))] == []


@pytest.mark.parametrize("name", ["experiment.jsonnet", "README.md", "lib/project.libsonnet", ".allennlp_plugins"])
def test_no_file_is_replaced(name: str, home: Path) -> None:
    path = home / "own" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match=f"own/{name} exists; expected a folder without it"):
        start("own", **FILES, encoder="encoder")
    assert [one.read_text() for one in (home / "own").rglob("*") if one.is_file()] == ["mine"]


def test_the_quickstart_is_the_shipped_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start("own", example="quickstart", encoder="encoder")
    expected = Params.from_file(str(ROOT / "training_configs" / "quickstart.jsonnet")).as_dict(quiet=True)
    monkeypatch.chdir("own")
    text = json.dumps(read_blocks("experiment.jsonnet", ""))
    assert json.loads(text.replace("../encoder", "models/all-MiniLM-L6-v2")) == expected
    for split in SPLITS:
        file = f"data/quickstart/{split}.conll"
        assert Path(file).read_bytes() == (ROOT / file).read_bytes()
    monkeypatch.chdir(home)
    start("hub", example="quickstart")
    name = values("hub")["dataset_reader"]["token_indexers"]["tokens"]["model_name"]
    assert name == "sentence-transformers/all-MiniLM-L6-v2"


def test_the_papers_experiments_are_the_shipped_ones(home: Path) -> None:
    start("own", example="paper")
    for path in sorted((ROOT / "training_configs").rglob("*sonnet")):
        written = (home / "own" / path.relative_to(ROOT / "training_configs")).read_text(encoding="utf-8")
        expected = path.read_text(encoding="utf-8")
        assert written == expected.replace("'models/all-MiniLM-L6-v2'", "'sentence-transformers/all-MiniLM-L6-v2'")
    for name in ("quickstart", "annotate"):
        configuration = read_blocks(f"own/{name}.jsonnet", "")
        assert Path(configuration["train_data_path"]).is_file()
    text = (home / "own" / "README.md").read_text(encoding="utf-8")
    assert "training_configs/" not in text
    assert "](../" not in text
    assert read_blocks("own/paper/conll_nte_sub.jsonnet", "")["type"] == "active_learning"


@pytest.mark.parametrize(("encoder", "lr", "prefix"), [("roberta-base", 5e-5, True), ("bert-base-cased", 5e-5, False)])
def test_the_quickstart_suits_another_encoder(encoder: str, lr: float, prefix: bool, home: Path) -> None:
    start("own", example="quickstart", encoder=encoder)
    configuration = values("own")
    assert configuration["trainer"]["trainer"]["optimizer"]["lr"] == lr
    indexer = configuration["dataset_reader"]["token_indexers"]["tokens"]
    assert ("tokenizer_kwargs" in indexer) is prefix


def test_files_in_the_users_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    start("own", **{split: f"~/{path}" for split, path in FILES.items()}, encoder="encoder")
    configuration = values("own")
    for key in ("train_data_path", "validation_data_path", "test_data_path"):
        assert Path("own", configuration[key]).is_file()


def test_what_is_missing_is_asked_for_on_a_terminal(home: Path) -> None:
    terminal = PseudoTerminal("start", "own", columns=160)
    terminal.wait_for("The file to learn from")
    terminal.type("none\r", "error: none: no such file")
    terminal.type("files/pool.txt\r", "files/pool.txt is plain text. Will you label its sentences?")
    terminal.type("\r", "A labelled dev file")
    terminal.type("\r", "A labelled test file")
    terminal.type("\r", "The entity types, such as PER LOC")
    terminal.type("PER LOC\r", "The encoder, a name on the Hugging Face hub or a folder")
    terminal.type("encoder\r", "next: cd own && seqmix train experiment.jsonnet -s runs/project")
    assert terminal.end() == 0
    assert values("own")["labels"] == ["PER", "LOC"]


def test_the_end_of_the_input_writes_nothing(home: Path) -> None:
    terminal = PseudoTerminal("start", "own", "--train", "files/train.conll", "--test", "files/test.conll", columns=160)
    terminal.wait_for("[bert-base-cased]")
    terminal.type("\x04", "interrupted: nothing was written")
    assert terminal.end() == 130
    assert not (home / "own").exists()
