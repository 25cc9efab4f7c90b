"""An active learner driven by hand is the run of `seqmix train` that has the same sizes and answers."""

import json
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import pytest

import seqmix_plugin as sx
from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.formats import Answer, Question, write_answers
from seqmix_plugin.run.layout import RoundFiles
from tests.active_learning.conftest import lines, small_config
from tests.api.conftest import content, sentences
from tests.faults.drill import differences

LABELS = ["PER", "LOC", "ORG", "MISC"]


@pytest.fixture
def right(corpus: Sequence[Any]) -> Dict[str, Tuple[str, ...]]:
    """The tags of the shipped corpus by the sentences' ids."""
    return {sentence.id: sentence.tags for sentence in corpus}


def test_it_is_the_simulation(
    tiny_encoder: str, tmp_path: Path, right: Dict[str, Tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = small_config(tiny_encoder, labels=LABELS, **{"trainer.query_size": [6, 5], "test_data_path": None})

    def opened() -> sx.ActiveLearner:
        return sx.ActiveLearner(config, tmp_path / "learner")

    learner = opened()
    assert (learner.labelled, learner.unlabelled, learner.rounds, learner.questions) == (0, 40, [], [])
    for k, size in enumerate((12, 6, 5)):
        asked = learner.query(size)
        assert [question.round for question in asked] == [k] * size
        if k == 1:
            learner = opened()
            assert learner.questions == asked
        if k == 2:
            with monkeypatch.context() as patch:
                patch.setattr(Learner, "train", interrupted)
                with pytest.raises(KeyboardInterrupt):
                    learner.teach({question.id: right[question.id] for question in asked})
        else:
            record = learner.teach({question.id: right[question.id] for question in asked})
            assert record == lines(learner.folder / "rounds.jsonl")[-1]
    assert [record["round"] for record in learner.rounds] == [0, 1, 2]
    assert (learner.labelled, learner.unlabelled) == (23, 17)
    assert repr(learner) == f"<ActiveLearner {learner.folder}: 23 labelled, 17 in the pool>"
    simulated = sx.train(config, tmp_path / "simulated")
    assert content(learner.run, "annotated.jsonl") == content(simulated, "annotated.jsonl")
    [files_differ] = differences(learner.folder, simulated.folder)
    assert "queries/round_2/answers/python.answers.jsonl" in files_differ
    assert "model.tar.gz" not in files_differ


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


NO_SPLITS = {"validation_data_path": None, "test_data_path": None, "trainer.augmenter": {"type": "none"}}
SEED_SIZE, POOL_SIZE = 40, 60


def project(config: Dict[str, Any], folder: Path, **options: Any) -> sx.ActiveLearner:
    """A learner of sentences without labels, beside some that are labelled already; nothing is measured."""
    corpus = sentences("train")
    words = [sentence["tokens"] for sentence in corpus[SEED_SIZE : SEED_SIZE + POOL_SIZE]]
    return sx.ActiveLearner(config, folder, **{"pool": words, "seed": corpus[:SEED_SIZE], "labels": LABELS, **options})


def of_project(question: Question) -> List[str]:
    """The right tags: sentences without ids have their positions."""
    return sentences("train")[SEED_SIZE + int(question.id)]["tags"]


def test_a_seed_set_a_committee_rejections_and_answers_from_elsewhere(
    tiny_encoder: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    committee = {"trainer.query_policy": {"type": "vote_entropy", "committee_size": 2}, "trainer.pool": {}}
    config = small_config(tiny_encoder, **committee, **NO_SPLITS, **{"trainer.trainer.num_epochs": 5})
    learner = project(config, tmp_path / "run")
    assert (learner.labelled, learner.unlabelled, learner.rounds) == (SEED_SIZE, POOL_SIZE, [])
    asked = first, second, third = learner.query(3)
    assert [record["round"] for record in learner.rounds] == [0]
    assert (learner.folder / "state" / "member_1.th").exists()
    assert [question.round for question in asked] == [1] * 3
    scores = [question.query_score for question in asked]
    assert scores == sorted(scores, reverse=True)
    found = [[tuple(span[:3]) for span in question.predicted] for question in asked]
    predicted = learner.predict([question.tokens for question in asked])
    assert found == [[(one.start, one.end, one.label) for one in each.entities] for each in predicted]
    assert any(found)
    with pytest.raises(sx.ConfigurationError) as caught:
        learner.teach({first.id: "reject", second.id: of_project(second)})
    reason = f"round 1 waits for answers to 1 of 3 questions, such as {third.id!r}; the others are kept"
    assert str(caught.value) == reason
    assert caught.value._render_traceback_() == [f"error: {reason}"]  # type: ignore[attr-defined]
    answer_elsewhere(learner, third)
    caplog.clear()
    record = learner.teach({third.id: None})
    [warning] = [line for line in caplog.messages if "do not count" in line]
    assert warning.startswith(f"1 of 1 answers do not count, such as that to {third.id!r}: another file in ")
    assert record["queried"] == [second.id, third.id]
    assert (record["rejected"], learner.labelled, learner.unlabelled) == (1, SEED_SIZE + 2, POOL_SIZE - 3)
    assert learner.run.finished
    assert learner.query(1) == learner.questions
    assert not learner.run.finished
    answer_elsewhere(learner, *learner.questions)
    run = sx.train(learner.folder / "config.json", learner.folder, recover=True)
    assert run.rounds == learner.rounds
    assert (len(learner.rounds), learner.questions, learner.labelled) == (3, [], SEED_SIZE + 3)
    configuration = json.loads(content(run, "config.json"))["trainer"]
    assert [configuration[key] for key in ("seed_size", "num_rounds", "query_size")] == [0, 2, [3, 1]]


def answer_elsewhere(learner: sx.ActiveLearner, *questions: Question) -> None:
    """As `seqmix annotate` does."""
    files = RoundFiles.of(learner.folder, questions[0].round)
    answers = [Answer(question.id, tuple(of_project(question)), None, "") for question in questions]
    write_answers(files.own("terminal"), answers, questions)


def test_mistakes_change_nothing(tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = small_config(tiny_encoder, **NO_SPLITS, **{"trainer.trainer.num_epochs": 1, "labels": LABELS})
    oracle = {"type": "files", "unanswered": "pool"}
    changed = {"trainer.stopping": {"type": "label_budget", "sentences": 3}, "trainer.oracle": oracle}
    changed |= {"trainer.scoring": {"max_candidates": 2}}  # of a query that asks a model
    monkeypatch.chdir(tmp_path)
    learner = sx.ActiveLearner(config, "run", overrides=changed)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    with pytest.raises(sx.ConfigurationError, match="^no model is trained yet; query and teach train one$"):
        learner.predict(["Anna sings"])
    with pytest.raises(sx.ConfigurationError, match="^there is no open question; query selects sentences$"):
        learner.teach({})
    for k in (0, 41, 2.0, "3", True):
        with pytest.raises(sx.ConfigurationError, match=f"^k is {k!r}; expected a number from 1 to 40, the sentences"):
            learner.query(k)
    asked = learner.query(3)
    with pytest.raises(sx.ConfigurationError, match=f"^round 0 has 3 open questions, such as '{asked[0].id}'; teach"):
        learner.query(3)
    with pytest.raises(sx.ConfigurationError, match=f"^answers, id '{asked[1].id}': 1 tags for .* words"):
        learner.teach([None, ["O"], ["O"] * len(asked[2].tokens)])
    with pytest.raises(sx.ConfigurationError, match="^answers: all 3 sentences of round 0 are rejected; expected lab"):
        learner.teach(["reject", None, None])
    first = int(asked[0].id)
    with pytest.raises(sx.ConfigurationError, match=f"^answers, id '{first}': two answers; expected one$"):
        learner.teach({first: None, str(first): []})
    assert learner.questions == asked
    assert list(RoundFiles.of(learner.folder, 0).answers.iterdir()) == []
    record = learner.teach({question.id: ["O"] * len(question.tokens) for question in asked[:2]})
    assert (record["unanswered"], learner.labelled, learner.unlabelled) == (1, 2, 38)
    [last] = learner.query(2)
    learner.teach([[]])
    with pytest.raises(sx.ConfigurationError, match="^there is no open question: round 1 is trained; query selects"):
        learner.teach({last.id: None})
    with pytest.raises(sx.ConfigurationError, match="^the run has stopped after round 1: 3 of 3 sentences are lab"):
        learner.query(1)
    assert list(Path.cwd().iterdir()) == []
    with pytest.raises(sx.ConfigurationError, match="holds a run of another configuration; take another folder$"):
        sx.ActiveLearner(config, tmp_path / "run")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"distributed": {"cuda_devices": [-1, -1]}}, "distributed is given; expected a configuration of one process"),
        ({"labels": ["PER"]}, "tag B-LOC is of none of the labels, PER"),
        ({"trainer.query_polcy": 1}, "trainer.query_polcy"),
        ({"trainer": None}, "trainer is None; expected one of type 'active_learning'"),
    ],
)
def test_a_mistake_in_the_configuration_is_found_at_once_and_can_be_corrected(
    tiny_encoder: str, tmp_path: Path, overrides: Dict[str, Any], message: str
) -> None:
    config = small_config(tiny_encoder, **NO_SPLITS)
    with pytest.raises(sx.ConfigurationError, match=message):
        sx.ActiveLearner(config, tmp_path / "run", overrides=overrides)
    assert sx.ActiveLearner(config, tmp_path / "run", labels=LABELS).unlabelled == 40
