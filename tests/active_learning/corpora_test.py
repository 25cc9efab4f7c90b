"""Where labels come from: the configuration, a seed file, the files that are measured, or the pool's own tags."""

from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.common.checks import ConfigurationError

from tests.active_learning.conftest import Run, lines
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
