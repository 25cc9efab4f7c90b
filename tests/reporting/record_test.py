import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.run.reader import Run, read_run
from seqmix_plugin.run.run_record import read_record, record, write_record
from tests.active_learning.conftest import lines, small_config
from tests.reporting.conftest import write_run


@pytest.fixture(scope="module")
def finished(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of one round with generated sentences."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    train_model(Params(small_config(tiny_encoder, **{"trainer.num_rounds": 1, "seed": 3})), str(folder))
    return read_run(folder)


def without_text(run: Run) -> Dict[str, Any]:
    """
    All of a run but its place, its configuration, machine, queries' scores, the seconds of annotation, which follow
    from the counts, and what the discriminator says.
    """
    left_out = ("query_scores", "annotation_seconds")
    fields = {name: value for name, value in asdict(run).items() if name not in ("path", "configuration")}
    fields["environment"] = {
        name: run.environment[name] for name in ("versions", "revision", "device", "threads") if name in run.environment
    }
    rounds = [{name: value for name, value in row.items() if name not in left_out} for row in run.rounds]
    for row in rounds:
        row["augmentation"] = {name: value for name, value in row["augmentation"].items() if name != "discriminator"}
    return {**fields, "rounds": rounds}


def test_the_record_is_the_run_without_text(finished: Run, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "3.json"
    write_record(finished, path)
    kept = read_record(path)
    assert without_text(kept) == without_text(finished)
    assert kept.rounds[0]["augmentation"]["accepted"] > 0
    assert kept.environment["threads"] >= 1
    assert (kept.finished, kept.unit, kept.budgets) == (True, finished.unit, finished.budgets)
    assert kept.f1("test") == finished.f1("test"), "to the last bit"
    assert [item.name for item in path.parent.iterdir()] == ["3.json"], "nothing temporary is left"


def test_a_run_that_stopped_early_has_a_record(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", [20.0, 30.0], num_rounds=5, training=[{}, {"stop": "the pool is empty"}])
    write_record(read_run(folder), tmp_path / "1.json")
    kept = read_record(tmp_path / "1.json")
    assert (kept.finished, kept.num_rounds, kept.rounds[-1]["stop"]) == (True, 5, "the pool is empty")


def test_a_cost_of_the_runs_own_is_in_its_record(finished: Run, tmp_path: Path) -> None:
    write_record(finished, tmp_path / "default.json")
    assert "annotation_cost" not in json.loads((tmp_path / "default.json").read_text())
    assert read_record(tmp_path / "default.json").annotation_cost == AnnotationCost()
    dear = replace(finished, annotation_cost=AnnotationCost(1, 2.5, 3))
    write_record(dear, tmp_path / "dear.json")
    assert read_record(tmp_path / "dear.json").annotation_cost == AnnotationCost(1, 2.5, 3)
    text = (tmp_path / "dear.json").read_text().replace('"seconds_per_token": 2.5', '"seconds_per_token": "2.5"')
    (tmp_path / "dear.json").write_text(text)
    with pytest.raises(ConfigurationError, match="annotation_cost.seconds_per_token is '2.5'; expected a valid number"):
        read_record(tmp_path / "dear.json")


def test_the_cost_of_a_run_is_that_of_its_configuration(finished: Run, tmp_path: Path) -> None:
    shutil.copytree(finished.path, tmp_path / "run")
    configuration = json.loads((tmp_path / "run" / "config.json").read_text())
    configuration["trainer"]["annotation_cost"] = {"seconds_per_token": 9}
    (tmp_path / "run" / "config.json").write_text(json.dumps(configuration))
    assert read_run(tmp_path / "run").annotation_cost == AnnotationCost(seconds_per_token=9)
    assert finished.annotation_cost == AnnotationCost()


def test_a_record_has_no_word_of_the_corpus(finished: Run, tmp_path: Path) -> None:
    write_record(finished, tmp_path / "3.json")
    text = (tmp_path / "3.json").read_text(encoding="utf-8")
    rows = lines(finished.path / "annotated.jsonl") + lines(finished.path / "synthetic.jsonl")
    words = {word for row in rows for word in row["tokens"] if re.search("[A-Za-z]", word)}
    assert len(words) > 100
    known = {
        "annotated",
        "test",
        "in",
        "train",
        "query",
        "dev",
        "round",
        "judged",
        "device",
    }  # keys, should they be words
    assert words & (set(re.findall(r"[^\W_]+", text)) - known) == set()
    assert str(finished.path) not in text
    assert finished.environment["host"] not in text


def test_a_text_that_a_run_will_write_one_day_is_not_kept(finished: Run) -> None:
    rows = [{**row, "tokens": ["Oslo"]} for row in finished.rounds]
    rows[0]["augmentation"] = {**rows[0]["augmentation"], "most_frequent": ["Oslo"]}
    talkative = replace(finished, rounds=tuple(rows), environment={**finished.environment, "corpus": "Oslo"})
    assert record(talkative) == record(finished)


def test_an_unfinished_run_has_no_record(finished: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="run: the run is not finished; no record of it can be written"):
        write_record(replace(finished, rounds=finished.rounds[:1]), tmp_path / "3.json")
    assert not (tmp_path / "3.json").exists()


def test_a_record_that_cannot_be_written_is_a_line(finished: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"file/3\.json: cannot be written \(.*(exists|Not a directory)"):
        write_record(finished, tmp_path / "file" / "3.json")
    (tmp_path / "3.json").mkdir()
    with pytest.raises(ConfigurationError, match=r"3\.json: cannot be written"):
        write_record(finished, tmp_path / "3.json")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["3.json", "file"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda kept: kept.pop("rounds"), "not the record of a run .rounds is missing"),
        (lambda kept: kept.update(seed="3"), "not the record of a run .seed is '3'; expected a valid integer"),
        (lambda kept: kept.update(data_seed=True), "not the record of a run .data_seed is True"),
        (lambda kept: kept.update(configuration_hash=7), "not the record of a run .configuration_hash is 7"),
        (
            lambda kept: kept.update(environment=[]),
            "not the record of a run .environment is ..; expected a valid dictionary",
        ),
        (lambda kept: kept["rounds"].pop(), "has 1 rounds; the run had 2"),
        (lambda kept: kept["rounds"].append("x"), "not the record of round 2"),
        (lambda kept: kept["rounds"][1]["scores"].update(dev={}), "not the record of round 1"),
    ],
)
def test_what_is_no_record_is_named(
    finished: Run, tmp_path: Path, change: Callable[[Dict[str, Any]], object], message: str
) -> None:
    kept = json.loads(json.dumps(record(finished)))
    change(kept)
    path = tmp_path / "3.json"
    path.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=re.escape(str(path)) + f".*{message}"):
        read_record(path)


def test_a_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"3\.json: cannot be read"):
        read_record(tmp_path / "3.json")
    (tmp_path / "3.json").write_text("[]")
    with pytest.raises(ConfigurationError, match=r"3\.json: holds no object"):
        read_record(tmp_path / "3.json")


def test_the_record_of_a_run_that_is_not_measured(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "1", [0.0, 0.0], measured=False))
    write_record(run, tmp_path / "1.json")
    kept = read_record(tmp_path / "1.json")
    assert (kept.measured, kept.data_hash) == (False, run.data_hash)
    assert [row["scores"] for row in kept.rounds] == [{}, {}]
