"""Where labels come from: the configuration, a seed file, the files that are measured, or the pool's own tags."""

import json
import re
from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer
from allennlp.predictors import Predictor

from seqmix_plugin.augmenters import AugmentationContext, SeqMixAugmenter
from seqmix_plugin.data import JsonlSentencesReader, sentence_reader
from seqmix_plugin.oracles import Answered, Oracle, Request
from seqmix_plugin.sentence import SentenceSource
from tests.active_learning.conftest import Run, lines, small_config
from tests.conftest import QUICKSTART
from tests.faults.drill import differences

NONE: Dict[str, Any] = {"trainer.augmenter": {"type": "none"}, "trainer.num_rounds": 1}


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    """The first ten sentences of dev, with the ids that the pool's sentences have too."""
    blocks = (QUICKSTART / "dev.conll").read_text(encoding="utf-8").split("\n\n")[:10]
    path = tmp_path / "seed.conll"
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def test_labels_of_the_configuration_are_all_labels(run: Run) -> None:
    folder = run("run", **NONE, labels=["PER", "LOC", "ORG", "MISC", "DATE"])
    names = (folder / "vocabulary" / "labels.txt").read_text().split()
    assert names == sorted(
        [f"{prefix}-{name}" for prefix in "BI" for name in ("PER", "LOC", "ORG", "MISC", "DATE")] + ["O"]
    )


def test_the_files_own_labels_given_by_name_make_the_same_run(run: Run) -> None:
    assert differences(run("given", **NONE, labels=["PER", "LOC", "ORG", "MISC"]), run("found", **NONE)) == []


def test_a_tag_of_another_type_is_an_error(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="train.conll: tag B-LOC is of none of the labels, PER, ORG"):
        run("run", labels=["PER", "ORG"])


def test_a_seed_file_stands_for_the_seed_set(run: Run, seed_file: Path) -> None:
    seqmix = {"trainer.num_rounds": 1, "trainer.seed_size": 0, "seed_data_path": str(seed_file)}
    folder = run("run", **seqmix)
    rounds = lines(folder / "rounds.jsonl")
    assert [record["annotated"]["sentences"] for record in rounds] == [10, 16]
    assert rounds[0]["queried"] == []
    assert rounds[0]["synthetic_in_training"] == 5
    parents = {window["sentence_id"] for child in lines(folder / "synthetic.jsonl") for window in child["parents"]}
    assert {name for name in parents if name.startswith("seed-")}
    assert len(lines(folder / "annotated.jsonl")) == 6
    (folder / "state" / "round_1.json").unlink()
    before = (folder / "annotated.jsonl").read_bytes()
    run("run", recover=True, **seqmix)
    assert (folder / "annotated.jsonl").read_bytes() == before


def test_a_seed_file_and_a_seed_set_of_the_pool(run: Run, seed_file: Path) -> None:
    folder = run("run", **NONE, seed_data_path=str(seed_file))
    assert [record["annotated"]["sentences"] for record in lines(folder / "rounds.jsonl")] == [22, 28]


def test_what_is_labelled_already_is_not_asked_for(
    run: Run, tiny_encoder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The labels of one run are the seed set of the next, over the same pool."""
    first = run("first", **NONE) / "annotated.jsonl"
    indexers = small_config(tiny_encoder)["dataset_reader"]["token_indexers"]
    seeded: Dict[str, Any] = {
        "seed_data_path": str(first),
        "validation_dataset_reader": {"type": "jsonl_sentences", "token_indexers": indexers, "max_length": 128},
        "validation_data_path": None,
        "test_data_path": None,
        "labels": ["PER", "LOC", "ORG", "MISC"],
        "trainer.seed_size": 0,
        "trainer.pool.size": None,
    }
    second = run("second", **NONE, **seeded) / "annotated.jsonl"
    assert f"train.conll: 18 sentences are in {first} already and are not in the pool" in capsys.readouterr().out
    labelled = [{tuple(row["tokens"]) for row in lines(path)} for path in (first, second)]
    assert [len(words) for words in labelled] == [18, 6]
    assert not labelled[0] & labelled[1]
    only = tmp_path / "only.conll"
    only.write_text("".join(f"{word}\tO\n" for word in lines(first)[0]["tokens"]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="only.conll: seed_data_path, .*, has all of its sentences"):
        run("third", **NONE, **seeded, train_data_path=str(only))


def test_without_any_label_there_is_nothing_to_train_on(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="trainer.seed_size is 0; expected 1 or more sentences"):
        run("run", **{"trainer.seed_size": 0})


UNLABELLED = {"dataset_reader.unlabelled": True, "validation_data_path": None, "test_data_path": None}


def test_gold_needs_gold(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="sentence '0' has no tags, which trainer.oracle uncovers"):
        run("run", **UNLABELLED, labels=["PER", "LOC", "ORG"])


def test_labels_have_to_come_from_somewhere(run: Run) -> None:
    with pytest.raises(
        ConfigurationError, match="labels is missing; expected the entity types, such as .*: no file has tags"
    ):
        run("run", **UNLABELLED)


def test_dev_has_to_have_tags(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="dev.conll: sentence '0' has no tags"):
        run("run", **{"dataset_reader.unlabelled": True})


@Oracle.register("dictionary")
class DictionaryOracle(Oracle):
    """Stands for people: tags the words of the training file that are always single entities of one type."""

    needs_gold = False

    def __init__(self, corpus: SentenceSource) -> None:
        text = (QUICKSTART / "train.conll").read_text(encoding="utf-8")
        self.tags = dict(line.split("\t") for line in text.splitlines() if line.strip())

    def annotate(self, request: Request) -> Answered:
        return Answered(
            [
                sentence.with_tags(tuple(self.tags.get(word, "O").replace("I-", "B-") for word in sentence.tokens))
                for sentence in request.sentences
            ]
        )


def text_of(path: Path, size: int) -> str:
    """The sentences of a column file as people write them: no space before a point or a comma."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")[:size]
    lines = [" ".join(line.split("\t")[0] for line in block.strip().split("\n")) for block in blocks]
    return "".join(re.sub(r" ([.,])", r"\1", line) + "\n" for line in lines)


def test_an_annotation_project_begins_with_text(run: Run, tiny_encoder: str, tmp_path: Path, seed_file: Path) -> None:
    """A pool of plain text, labels by name, a few labelled sentences, no dev and no test."""
    pool = tmp_path / "pool.txt"
    pool.write_text(text_of(QUICKSTART / "train.conll", 30), encoding="utf-8")
    columns = small_config(tiny_encoder)["dataset_reader"]
    kept = {key: columns[key] for key in ("max_length", "token_indexers")}
    project: Dict[str, Any] = {
        "dataset_reader": {"type": "plain_text", "tokenizer": "unicode_words", **kept},
        "validation_dataset_reader": columns,
        "train_data_path": str(pool),
        "seed_data_path": str(seed_file),
        "labels": ["PER", "LOC", "ORG", "MISC"],
        "validation_data_path": None,
        "test_data_path": None,
        "trainer.oracle": {"type": "dictionary"},
        "trainer.pool.size": None,
        "trainer.seed_size": 0,
        "trainer.num_rounds": 1,
        "trainer.query_size": 12,
    }
    folder = run("run", **project)
    lines_of_pool = pool.read_text(encoding="utf-8").splitlines()
    annotated = lines(folder / "annotated.jsonl")
    assert len(annotated) == 12
    reader = JsonlSentencesReader({"tokens": SingleIdTokenIndexer()})
    again = reader.read_sentences(str(folder / "annotated.jsonl"))
    assert [sentence.raw_text for sentence in again] == [lines_of_pool[int(row["id"])] for row in annotated]
    assert [sentence.tags for sentence in again] == [tuple(row["tags"]) for row in annotated]
    generated = lines(folder / "synthetic.jsonl")
    assert {child["round"] for child in generated} == {0, 1}
    assert not [child for child in generated if "spaces" in child], "other words have no text that they stand in"
    assert json.loads((folder / "metrics.json").read_text())["f1"] == "not measured"

    before = {name: (folder / name).read_bytes() for name in ("annotated.jsonl", "synthetic.jsonl")}
    (folder / "state" / "round_1.json").unlink()
    run("run", recover=True, **project)
    assert {name: (folder / name).read_bytes() for name in before} == before

    predictor = Predictor.from_path(str(folder), dataset_reader_to_load="train")
    assert predictor.predict_json({"sentence": "In Oslo."})["words"] == ["In", "Oslo", "."]


def test_a_seed_sentence_may_not_be_called_as_one_of_the_pool(run: Run, tmp_path: Path, seed_file: Path) -> None:
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").split("\n\n")[:40]
    path = tmp_path / "train.conll"
    path.write_text("\n\n".join(blocks[:-1]) + f"\n\n# id = seed-3\n{blocks[-1]}\n", encoding="utf-8")
    files = {"train_data_path": str(path), "trainer.pool.size": None}
    with pytest.raises(
        ConfigurationError, match="seed_data_path: sentence '3' is 'seed-3' in the run, and so is one of"
    ):
        run("run", **NONE, **files, seed_data_path=str(seed_file))
    assert not (tmp_path / "run" / "environment.json").exists()
    run("without", **NONE, **files)


def test_augmenters_may_read_the_seed_sentences(run: Run, seed_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    original = SeqMixAugmenter.augment

    def augment(self: SeqMixAugmenter, labelled: Any, context: AugmentationContext) -> Any:
        seen.append([sentence.id for sentence in context.text])
        return original(self, labelled, context)

    monkeypatch.setattr(SeqMixAugmenter, "augment", augment)
    run("run", **{"trainer.num_rounds": 1}, seed_data_path=str(seed_file))
    assert len(seen) == 2
    assert all(len(names) == 50 and {f"seed-{n}" for n in range(10)} <= set(names) for names in seen)


def leaking(tmp_path: Path) -> Dict[str, Any]:
    """Dev is the last sentence of the training file, two of the seed file and seven others."""
    dev = (QUICKSTART / "dev.conll").read_text(encoding="utf-8").split("\n\n")
    train = (QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")
    blocks = {"seed": dev[:10], "dev": [*dev[20:27], train[-1], *dev[8:10]]}
    for name, some in blocks.items():
        (tmp_path / f"{name}.conll").write_text("\n\n".join(some) + "\n", encoding="utf-8")
    return {"seed_data_path": str(tmp_path / "seed.conll"), "validation_data_path": str(tmp_path / "dev.conll")}


@pytest.mark.parametrize("on_disk", [False, True])
def test_sentences_that_are_measured_and_learned_from_are_counted(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, on_disk: bool
) -> None:
    if on_disk:
        monkeypatch.setattr(sentence_reader, "LARGEST_LIST", 100)
    folder = run("run", **{**NONE, "trainer.num_rounds": 0}, **leaking(tmp_path), labels=["PER", "LOC", "ORG", "MISC"])
    assert (folder / "corpus.arrow").exists() == on_disk
    warnings = [line for line in capsys.readouterr().err.splitlines() if "scores are higher" in line]
    assert warnings == [
        f"warning: {QUICKSTART / 'train.conll'} or seed: has 3 of the 10 sentences of dev, such as '7': scores are "
        f"higher for it"
    ]
