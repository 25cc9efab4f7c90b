"""Runs that wait for people: `status: waiting`, answers in files, and on with `--recover`."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.commands.train import TrainModel
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.common.util import prepare_environment

from seqmix_plugin.formats import Answer, read_questions
from seqmix_plugin.formats.jsonl import write_answers
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.run.round_state import RoundState
from tests.active_learning.conftest import Run, lines, small_config
from tests.errors_page import rows
from tests.faults.drill import differences
from tests.label_studio import Project, gold
from tests.two_processes import on_two_processes

FILES: Dict[str, Any] = {
    "trainer.oracle": {"type": "files", "format": "label_studio"},
    "labels": ["PER", "LOC", "ORG", "MISC"],
}
ROWS = {row.what: row for row in rows("Waiting for annotators")}


def label_in_label_studio(folder: Path, k: int, leave: int = 0, reject: int = 0) -> List[str]:
    """
    Somebody imports a round's tasks, rejects the first few, labels all but the last few, and exports the project. Gives
    the ids of the sentences that have labels.
    """
    files, project = RoundFiles.of(folder, k), Project(gold())
    project.load(files.folder / "label_studio.json")
    labelled = project.label(len(read_questions(files.questions)) - leave - reject, reject)
    project.export(files.answers / "export.json")
    return labelled


def metrics(folder: Path) -> Dict[str, Any]:
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def test_a_run_with_people_is_the_simulation_when_they_are_right(run: Run, capsys: pytest.CaptureFixture) -> None:
    longer = {"trainer.trainer.num_epochs": 20}  # until it finds anything
    folder = run("people", **FILES, **longer)
    for k in range(3):
        files = RoundFiles.of(folder, k)
        size = [12, 6, 6][k]
        assert (metrics(folder)["status"], metrics(folder)["waiting_for"]) == (
            "waiting",
            {"round": k, "sentences": size},
        )
        last = capsys.readouterr().out.rstrip().rpartition("\n")[2]
        assert ROWS["sentences without an answer"].matches(last)
        assert last == (
            f"round {k} waits for labels of {size} of {size} sentences: label {files.folder / 'label_studio.json'} and "
            f"put what the tool exports into {files.answers}, or label here with seqmix annotate {folder}; then "
            f"start the same command with --recover"
        )
        assert (folder / "model.tar.gz").exists()
        assert len(lines(folder / "rounds.jsonl")) == k if k else not (folder / "rounds.jsonl").exists()
        questions = read_questions(files.questions)
        assert [question.round for question in questions] == [k] * size
        if k > 0:
            scores = [question.query_score for question in questions]
            assert scores == sorted(scores, reverse=True), "the most informative first"
            assert any(question.predicted for question in questions), "the model says what it would say"
            assert all(0 < span.score <= 1 for question in questions for span in question.predicted if span.score)
            assert all(span.score is not None for question in questions for span in question.predicted)
        else:
            assert not any(question.predicted for question in questions), "an untrained model has nothing to say"
        label_in_label_studio(folder, k)
        run("people", recover=True, **FILES, **longer)
    assert metrics(folder)["status"] == "finished"
    simulated = run("simulated", labels=FILES["labels"], **longer)
    [files_differ] = differences(folder, simulated)
    assert "queries/round_2/answers/export.json" in files_differ
    assert "state" not in files_differ


def test_a_half_answered_round_waits(run: Run, capsys: pytest.CaptureFixture) -> None:
    folder = run("run", **FILES)
    weights = (folder / "best.th").read_bytes()
    label_in_label_studio(folder, 0, leave=5, reject=2)
    before = RoundFiles.of(folder, 0).questions.read_bytes()
    run("run", recover=True, **FILES)
    assert metrics(folder)["waiting_for"] == {"round": 0, "sentences": 5}
    assert "round 0 waits for labels of 5 of 12 sentences (2 rejected)" in capsys.readouterr().out
    assert (folder / "best.th").read_bytes() == weights
    assert not (folder / "annotated.jsonl").exists()
    assert RoundFiles.of(folder, 0).questions.read_bytes() == before, "the same questions"


def test_what_is_rejected_or_left_open(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rejected sentences never come again, others stay in the pool; also when the run dies while it reads labels."""
    pooled = {**FILES, "trainer.oracle": {**FILES["trainer.oracle"], "unanswered": "pool"}, "trainer.pool.size": 24}
    folder = run("run", **pooled)
    labelled = label_in_label_studio(folder, 0, leave=4, reject=3)
    assert len(labelled) == 5
    original = RoundState.write

    def dying(self: RoundState, path: Path) -> None:
        if self.annotated is not None:
            raise KeyboardInterrupt
        original(self, path)

    with monkeypatch.context() as patch:
        patch.setattr(RoundState, "write", dying)
        with pytest.raises(KeyboardInterrupt):
            run("run", recover=True, **pooled)
    assert len(lines(folder / "annotated.jsonl")) == 5, "it died between labels and state"
    run("run", recover=True, **pooled)
    [record] = lines(folder / "rounds.jsonl")
    assert (record["queried"], record["rejected"], record["unanswered"]) == (labelled, 3, 4)
    assert record["annotated"]["sentences"] == 5
    asked = [question.sentence.id for question in read_questions(RoundFiles.of(folder, 0).questions)]
    for k in (1, 2):
        label_in_label_studio(folder, k)
        run("run", recover=True, **pooled)
    assert metrics(folder)["status"] == "finished"
    later = [q.sentence.id for k in (1, 2) for q in read_questions(RoundFiles.of(folder, k).questions)]
    assert not set(asked[:3]) & set(later), "what was rejected is not asked again"
    assert not set(labelled) & set(later)
    records = lines(folder / "rounds.jsonl")
    assert "unanswered" not in records[1]
    assert [record["annotated"]["sentences"] for record in records] == [5, 11, 17]


def test_people_are_asked_for_a_number_of_tokens(run: Run) -> None:
    """Of a query they reject one sentence and leave one, which the next query may ask for."""
    tokens = {"trainer.query_size": None, "trainer.query_tokens": 70, "trainer.augmenter": {"type": "none"}}
    settings = {**FILES, **tokens, "trainer.oracle": {**FILES["trainer.oracle"], "unanswered": "pool"}}
    folder = run("run", **settings)
    for k, (leave, reject) in enumerate(((0, 0), (1, 1), (0, 0))):
        label_in_label_studio(folder, k, leave=leave, reject=reject)
        run("run", recover=True, **settings)
    assert metrics(folder)["status"] == "finished"
    asked = [read_questions(RoundFiles.of(folder, k).questions) for k in (1, 2)]
    for questions in asked:
        assert 50 < sum(len(question.sentence) for question in questions) <= 70
    rejected, *_, left = (question.sentence.id for question in asked[0])
    again = {question.sentence.id for question in asked[1]} & {question.sentence.id for question in asked[0]}
    assert again <= {left}
    records = lines(folder / "rounds.jsonl")
    assert (records[1]["rejected"], records[1]["unanswered"]) == (1, 1)
    assert rejected not in records[1]["queried"]
    assert len(records[1]["queried"]) == len(asked[0]) - 2


def test_nothing_but_rejections_is_no_seed_set(run: Run) -> None:
    folder = run("run", **FILES)
    label_in_label_studio(folder, 0, reject=12)
    with pytest.raises(ConfigurationError) as error:
        run("run", recover=True, **FILES)
    assert "none of the 12 sentences" in str(error.value.message)
    assert ROWS["a seed set of which nothing was labelled"].matches(str(error.value.message))


def test_labels_with_a_problem_stop_the_run_before_anything(run: Run, capsys: pytest.CaptureFixture) -> None:
    folder = run("run", **FILES)
    label_in_label_studio(folder, 0)
    files = RoundFiles.of(folder, 0)
    questions = read_questions(files.questions)
    odd = [Answer(questions[0].sentence.id, ("B-BIRD",) * len(questions[0].sentence), None, "")]
    write_answers(files.own("more"), odd, questions)
    with pytest.raises(ConfigurationError) as error:
        run("run", recover=True, **FILES)
    assert "answers: 1 problem(s), see above" in str(error.value.message)
    labels = "labels that cut words, have an unknown type or overlap; a changed text"
    assert ROWS[labels].matches(str(error.value.message))
    assert "unknown label 'BIRD'; expected LOC, MISC, ORG, PER" in capsys.readouterr().err
    assert not (folder / "annotated.jsonl").exists()
    files.own("more").unlink()
    run("run", recover=True, **FILES)
    assert metrics(folder)["waiting_for"]["round"] == 1


def test_questions_that_are_lost_are_written_again(run: Run, capsys: pytest.CaptureFixture) -> None:
    folder = run("run", **FILES)
    files = RoundFiles.of(folder, 0)
    before = files.questions.read_bytes()
    files.questions.write_text("nothing", encoding="utf-8")
    run("run", recover=True, **FILES)
    assert files.questions.read_bytes() == before
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    row = ROWS["a file of questions that is damaged or was changed"]
    assert [row.matches(line.removeprefix("warning: ")) for line in warnings] == [True]


POOL = "".join(
    json.dumps({"id": str(n), "tokens": ["Anna", "\u00a0" if n == 3 else "Berg", "sings"]}) + "\n" for n in range(8)
)
WORDS: Dict[str, Any] = {
    "labels": ["PER", "LOC"],
    "validation_data_path": None,
    "test_data_path": None,
    "trainer.augmenter": {"type": "none"},
    "trainer.pool.size": None,
    "trainer.seed_size": 4,
    "trainer.query_size": 2,
    "trainer.num_rounds": 2,
}


def test_a_word_that_the_tool_cannot_hold_ends_no_run(
    run: Run, tiny_encoder: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "pool.jsonl").write_text(POOL, encoding="utf-8")
    indexers = small_config(tiny_encoder)["dataset_reader"]["token_indexers"]
    project = {
        **WORDS,
        "dataset_reader": {"type": "jsonl_sentences", "token_indexers": indexers, "unlabelled": True},
        "train_data_path": str(tmp_path / "pool.jsonl"),
        "trainer.oracle": {"type": "files", "format": "columns"},
    }
    project["dataset_reader"]["max_length"] = 128
    folder = run("run", **project)
    row = ROWS["a sentence that the tool cannot represent, such as one with a tab in a word for `columns`"]
    said = [line.removeprefix("warning: ") for line in capsys.readouterr().err.splitlines()]
    assert any(map(row.matches, said)), "before anybody has worked"
    for k in range(3):
        files = RoundFiles.of(folder, k)
        asked = read_questions(files.questions)
        answers = [Answer(q.sentence.id, ("B-PER", *["O"] * (len(q.sentence) - 1)), None, "") for q in asked]
        write_answers(files.own("people"), answers, asked)
        run("run", recover=True, **project)
    assert metrics(folder)["status"] == "finished"
    assert len(lines(folder / "annotated.jsonl")) == 8


@pytest.mark.parametrize("labels", [["PER ", "LOC"], ["PER\u200b", "LOC"], ["O", "LOC"], ["B-PER", "I-PER"], []])
def test_types_that_are_none_end_a_run_before_people_are_asked(run: Run, tmp_path: Path, labels: List[str]) -> None:
    with pytest.raises(ConfigurationError, match="labels (has|is empty).*; expected entity types such as PER, LOC"):
        run("run", **{**FILES, "labels": labels})
    assert not (tmp_path / "run" / "queries").exists()


def test_tags_that_no_file_has_and_people_may_give_end_a_run_before_people_are_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text("Anna\tB-PER\nsings\tO\nin\tO\n\n" * 24, encoding="utf-8")
    given = {**WORDS, "train_data_path": str(tmp_path / "train.conll"), "trainer.oracle": {"type": "files"}}
    with pytest.raises(
        ConfigurationError, match="labels is missing; .*an answer may have the tag I-PER, which no file has"
    ):
        run("run", **{**given, "labels": None})
    assert not (tmp_path / "run" / "queries").exists()
    run("other", **{**given, "labels": ["PER"]})
    assert (tmp_path / "other" / "queries" / "round_0" / "questions.jsonl").exists()


def train_on_one_rank(rank: int, world_size: int, device: int, config: Dict[str, Any], folder: str) -> None:
    params = Params({**config, "trainer": {**config["trainer"], "local_rank": rank, "cuda_device": device}})
    params["trainer"].update({"world_size": world_size, "distributed": True})
    params.pop("include_in_archive")
    prepare_environment(params)
    loop = TrainModel.from_params(params=params, serialization_dir=folder, local_rank=rank)
    found = loop.run()
    assert found["status"] == "waiting", "in both processes"
    if rank == 0:
        loop.finish(found)


def test_two_workers_wait_together(tiny_encoder: str, tmp_path: Path, fresh_encoders: None) -> None:
    config = small_config(tiny_encoder, **{**FILES, "dataset_reader.unlabelled": True}, **NOTHING_MEASURED)
    config["dataset_reader"].pop("source_scheme", None)
    folder = tmp_path / "run"
    on_two_processes(train_on_one_rank, config, str(folder))
    label_in_label_studio(folder, 0)
    on_two_processes(train_on_one_rank, config, str(folder))
    assert metrics(folder)["waiting_for"] == {"round": 1, "sentences": 6}
    questions = read_questions(RoundFiles.of(folder, 1).questions)
    assert len(questions) == 6
    assert any(question.predicted for question in questions)


NOTHING_MEASURED = {
    "validation_data_path": None,
    "test_data_path": None,
    "trainer.trainer.callbacks": [],
    "trainer.trainer.num_epochs": 20,
}
