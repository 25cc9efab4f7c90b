"""A run that was interrupted or damaged, and goes on, is the run that never stopped."""

import functools
import json
import operator
import os
import re
import shutil
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import torch
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import Vocabulary

from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from seqmix_plugin.archives import load_tagger
from seqmix_plugin.commands.extend import extend
from seqmix_plugin.io.atomic import data_digest, locked
from seqmix_plugin.oracles import Answered, GoldOracle, Oracle, Request
from seqmix_plugin.run import recovery
from seqmix_plugin.run.provenance import check_data
from seqmix_plugin.run.recovery import begin, read_saved
from seqmix_plugin.run.round_state import Part, RoundState
from seqmix_plugin.run.writer import RunWriter
from tests.active_learning.conftest import Run, lines, small_config
from tests.conftest import QUICKSTART
from tests.faults.drill import differences, in_process, train

COMMITTEE = {"trainer.query_policy": {"type": "vote_entropy", "committee_size": 2}}
COUNTED = {"trainer.oracle": {"type": "counted"}}
CHECKPOINTS = {"trainer.trainer.checkpointer": {}}
ASKED: List[str] = []


@Oracle.register("counted")
class CountedOracle(GoldOracle):
    """Notes what it is asked for."""

    def annotate(self, request: Request) -> Answered:
        ASKED.extend(sentence.id for sentence in request.sentences)
        return super().annotate(request)


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    ASKED.clear()


@pytest.fixture(scope="module")
def whole(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The folder of a run that never stopped, to be compared with or copied."""
    folders: Dict[str, Path] = {}

    def train(**overrides: Any) -> Path:
        name = json.dumps(overrides)
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp("whole") / "run"
            train_model(Params(small_config(tiny_encoder, **overrides)), str(folders[name]))
        return folders[name]

    return train


def die(*arguments: object, **keywords: object) -> None:
    raise KeyboardInterrupt


def test_a_finished_run_stays_as_it_is(run: Run, whole: Callable[..., Path], tmp_path: Path) -> None:
    before = whole(**COMMITTEE)
    shutil.copytree(before, tmp_path / "run")
    folder = run("run", recover=True, **COMMITTEE)
    assert differences(folder, before) == []
    assert (folder / "rounds.jsonl").read_bytes() == (before / "rounds.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("owner", "method", "round_number"),
    [
        (Learner, "train", 1),
        (ActiveLearningLoop, "augment", 1),
        (RunWriter, "write_annotated", 2),
        (RunWriter, "keep", 0),
    ],
)
def test_no_label_is_asked_for_twice(
    run: Run,
    whole: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    method: str,
    round_number: int,
) -> None:
    original = getattr(owner, method)

    def dying(self: Any, what: Any, *arguments: Any) -> Any:
        if getattr(what, "round", what) == round_number:
            die()
        return original(self, what, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, dying)
        with pytest.raises(KeyboardInterrupt):
            run("died", **COUNTED)
    assert differences(whole(), run("died", recover=True, **COUNTED)) == []
    queried = [row["queried"] for row in lines(whole() / "rounds.jsonl")]
    # It may die after the answer and before that is written.
    assert functools.reduce(operator.iadd, queried, []) + (queried[2] if method == "write_annotated" else []) == ASKED


def test_labels_that_no_state_tells_of_are_taken(
    run: Run, whole: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = RoundState.write

    def dying(self: RoundState, path: Path) -> None:
        if self.annotated is not None and self.round == 1:
            die()
        original(self, path)

    with monkeypatch.context() as patch:
        patch.setattr(RoundState, "write", dying)
        with pytest.raises(KeyboardInterrupt):
            run("died", **COUNTED)
    before = list(ASKED)
    died = run("died", recover=True, **COUNTED)
    assert len(ASKED) == len(set(ASKED)) == 24
    assert len(before) == 18
    assert differences(whole(), died) == []


def flip(path: Path) -> None:
    """Changes a byte in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def tear(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


@pytest.mark.parametrize(
    ("name", "damage", "named"),
    [
        ("best.th", flip, "best.th does not hold the weights after round 2: rounds 0 to 2 are trained again"),
        ("best.th", Path.unlink, "best.th does not hold the weights after round 2: rounds 0 to 2 are trained again"),
        ("state/member_1.th", tear, "member_1.th does not hold the weights of round 2"),
        ("state/round_1.json", flip, "state/round_1.json is damaged .*resumes with round 1"),
        ("state/round_1.json", Path.unlink, "state/round_1.json is gone"),
        ("state/round_0.json", tear, "state/round_0.json is damaged .*resumes with round 0"),
        ("state/data.json", tear, "data.json is damaged: cannot verify the data files"),
        ("annotated.jsonl", flip, "annotated.jsonl is damaged .*resumes with round [01]"),
        ("annotated.jsonl", tear, "annotated.jsonl is damaged .*resumes with round [12]"),
        ("synthetic.jsonl", tear, "synthetic.jsonl is damaged .*resumes with round [12]"),
        ("rounds.jsonl", tear, ""),
        ("learning_curve.csv", Path.unlink, ""),
        ("environment.json", tear, "environment.json cannot be read"),
        (
            "encoder/tokenizer.json",
            flip,
            "encoder: tokenizer.json is damaged .*kept as encoder.damaged1.* is written again",
        ),
        ("encoder/config.json", tear, "encoder: config.json is damaged"),
        ("encoder/tokenizer_config.json", Path.unlink, "encoder: tokenizer_config.json is gone"),
        ("encoder/added_tokens.json", Path.touch, "encoder: added_tokens.json was not written by the run"),
        ("state/encoder.json", tear, "state/encoder.json is damaged .*is written again"),
    ],
)
def test_what_is_damaged_is_named_and_made_again(
    run: Run,
    whole: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    damage: Callable[[Path], Any],
    named: str,
) -> None:
    finished = whole(**COMMITTEE)
    shutil.copytree(finished, tmp_path / "run")
    capsys.readouterr()
    damage(tmp_path / "run" / name)
    folder = run("run", recover=True, **COMMITTEE)
    told = [
        line for line in capsys.readouterr().err.splitlines() if re.search("damaged|gone|cannot|does not hold", line)
    ]
    assert any(re.search(named, line) for line in told) if named else told == []
    for aside in [*folder.glob("*.damaged*"), *folder.glob("state/*.damaged*")]:
        shutil.rmtree(aside) if aside.is_dir() else aside.unlink()
    if name == "environment.json":
        shutil.copy(finished / name, folder / name)
    assert differences(finished, folder) == []


def test_labels_behind_a_damaged_round_are_not_asked_for_again(
    run: Run, whole: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(whole(**COUNTED), tmp_path / "run")
    ASKED.clear()
    flip(folder / "state" / "round_1.json")
    run("run", recover=True, **COUNTED)
    assert ASKED == []


def test_damaged_labels_are_asked_for_again_and_kept_aside(
    run: Run, whole: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(whole(**COUNTED), tmp_path / "run")
    rows = (folder / "annotated.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "annotated.jsonl").write_text("".join([*rows[:12], rows[12].replace("1", "7", 1), *rows[13:]]))
    ASKED.clear()
    run("run", recover=True, **COUNTED)
    assert sorted(ASKED) == sorted(json.loads(row)["id"] for row in rows[12:18])
    assert "".join(rows) == (folder / "annotated.jsonl").read_text(encoding="utf-8")
    assert (folder / "annotated.jsonl.damaged1").exists()


def test_changed_data_is_refused(run: Run, tmp_path: Path) -> None:
    dev = tmp_path / "dev.conll"
    dev.write_bytes((QUICKSTART / "dev.conll").read_bytes())
    paths = {"validation_data_path": str(dev), "trainer.num_rounds": 0}
    run("run", **paths)
    dev.write_text(dev.read_text(encoding="utf-8").replace("\tO\n", "\tB-LOC\n", 1), encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match="validation_data_path: .*dev.conll has changed since the run in .*run"
    ):
        run("run", recover=True, **paths)


def test_rounds_without_their_state_are_not_overwritten(run: Run) -> None:
    folder = run("run", **{"trainer.num_rounds": 0})
    shutil.rmtree(folder / "state")
    before = (folder / "rounds.jsonl").read_bytes()
    with pytest.raises(ConfigurationError, match="holds rounds, but .*state holds no state .*; choose another folder"):
        run("run", recover=True, **{"trainer.num_rounds": 0})
    assert (folder / "rounds.jsonl").read_bytes() == before


def test_two_processes_cannot_be_at_one_run(run: Run, tmp_path: Path) -> None:
    folder = run("run", **{"trainer.num_rounds": 0})
    lock = locked(folder / "state" / "lock")
    ended = in_process(lambda: str(run("run", recover=True, **{"trainer.num_rounds": 0})) and None, tmp_path / "log")
    assert lock is not None
    assert ended.code == 1
    assert "the run folder is locked by another process" in ended.output


@pytest.mark.parametrize(("keep", "rounds"), [("none", []), ("last", [2]), ("all", [0, 1, 2])])
def test_weights_of_rounds_are_kept_as_configured(run: Run, keep: str, rounds: List[int]) -> None:
    folder = run("run", **CHECKPOINTS, **{"trainer.keep_round_weights": keep})
    kept = sorted(folder.glob("round_*/*.th"))
    assert sorted({int(path.parent.name[6:]) for path in kept}) == rounds
    for k in rounds:
        assert any("training_state" in path.name for path in kept if path.parent.name == f"round_{k}")
        assert {path.name for path in kept} >= {"best.th"}
    if rounds:
        last, best = (torch.load(p / "best.th", weights_only=True) for p in (folder / "round_2", folder))
        assert all(torch.equal(last[name], best[name]) for name in best)


def test_a_kept_copy_stands_in_for_lost_weights(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"trainer.keep_round_weights": "last"}
    folder = run("run", **kept)
    before = (folder / "best.th").read_bytes()
    tear(folder / "best.th")
    monkeypatch.setattr(Learner, "train", die)  # nothing is trained
    run("run", recover=True, **kept)
    assert (folder / "best.th").read_bytes() == before
    assert (folder / "round_2" / "best.th").read_bytes() == before


def test_fresh_models_are_trained_in_the_last_round_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = {"trainer.reuse_model": False}
    folder = run("run", **fresh)
    before = (folder / "best.th").read_bytes()
    (folder / "best.th").unlink()
    trained: List[int] = []
    original = Learner.train

    def noted(self: Learner, k: int, *arguments: Any) -> None:
        trained.append(k)
        original(self, k, *arguments)

    monkeypatch.setattr(Learner, "train", noted)
    run("run", recover=True, **fresh)
    assert trained == [2]
    assert (folder / "best.th").read_bytes() == before


def test_an_interrupted_inner_trainer_is_not_gone_on_with(
    run: Run, whole: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = torch.optim.Optimizer.zero_grad
    steps = iter(range(13))

    def dying(self: Any, *arguments: Any, **keywords: Any) -> None:
        if next(steps, None) is None:
            die()
        original(self, *arguments, **keywords)

    with monkeypatch.context() as patch:
        patch.setattr(torch.optim.Optimizer, "zero_grad", dying)
        with pytest.raises(KeyboardInterrupt):
            run("died", **CHECKPOINTS)
    assert list((tmp_path / "died").glob("round_*/training_state_*.th"))
    assert differences(whole(**CHECKPOINTS), run("died", recover=True, **CHECKPOINTS)) == []


@pytest.mark.parametrize("overrides", [{}, COMMITTEE], ids=["one model", "committee"])
def test_five_rounds_and_three_more_are_eight(run: Run, overrides: Dict[str, Any]) -> None:
    small = {"trainer.query_size": 3, "trainer.trainer.num_epochs": 1, **overrides}
    five, eight = run("five", **small, **{"trainer.num_rounds": 5}), run("eight", **small, **{"trainer.num_rounds": 8})
    extend(str(five), num_rounds=8)
    assert differences(five, eight) == []
    assert json.loads((five / "config.json").read_text())["trainer"]["num_rounds"] == 8
    with pytest.raises(ConfigurationError, match="--num-rounds is 7; .*five has 8 already"):
        extend(str(five), num_rounds=7)


def test_what_cannot_be_extended_stays_as_it_was(run: Run, tmp_path: Path) -> None:
    folder = run("run", **{"trainer.num_rounds": 0})
    before = Params.from_file(str(folder / "config.json")).as_dict(quiet=True)
    with pytest.raises(ConfigurationError, match="need 48 labels, but the pool has 40"):
        extend(str(folder), num_rounds=6)
    assert Params.from_file(str(folder / "config.json")).as_dict(quiet=True) == before
    with pytest.raises(ConfigurationError, match=r"--query-size is \[3\]; trainer.query_size is 6 for all rounds"):
        extend(str(folder), num_rounds=1, query_size=[3])
    (tmp_path / "other").mkdir()
    shutil.copy(folder / "config.json", tmp_path / "other")
    with pytest.raises(ConfigurationError, match="not a run that can be resumed; there is no round in state/"):
        extend(str(tmp_path / "other"), num_rounds=1)


def test_a_damaged_copy_of_the_configuration_does_not_matter(run: Run) -> None:
    folder = run("run", **{"trainer.num_rounds": 0})
    (folder / "state" / "config.json").write_text("{", encoding="utf-8")
    extend(str(folder), num_rounds=1)
    assert (folder / "state" / "config.json").read_bytes() == (folder / "config.json").read_bytes()
    configuration = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**configuration, "seed": configuration.get("seed", 0) + 1}))
    with pytest.raises(ConfigurationError, match="config.json: seed is .*, but .*config.json has .*: one of them was"):
        extend(str(folder), num_rounds=2)


def test_a_list_of_sizes_needs_those_of_the_new_rounds(run: Run) -> None:
    folder = run("run", **{"trainer.num_rounds": 1, "trainer.query_size": [4]})
    with pytest.raises(ConfigurationError, match="--query-size is None; .* is a list: expected 2 numbers"):
        extend(str(folder), num_rounds=3)
    extend(str(folder), num_rounds=3, query_size=[5, 6])
    assert [row["annotated"]["sentences"] for row in lines(folder / "rounds.jsonl")] == [12, 16, 21, 27]


def test_another_environment_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run("run", **{"trainer.num_rounds": 0})
    environment = json.loads((folder / "environment.json").read_text())
    now = f"torch 1.0 → {environment['versions']['torch']}, threads 99 → {environment['threads']}"
    environment["versions"]["torch"], environment["threads"] = "1.0", 99
    (folder / "environment.json").write_text(json.dumps(environment))
    run("run", recover=True, **{"trainer.num_rounds": 0})
    assert f"the run resumes in another environment and may round differently: {now}" in capsys.readouterr().err


def test_a_state_is_what_was_written_or_refused(tmp_path: Path) -> None:
    state = RoundState(
        round=3, seconds={"train": 1.5}, queried=["a"], query_scores=[None], annotated=Part.at(7, "é\n".encode())
    )
    assert state.annotated == Part(start=7, end=10, sha256=state.annotated.sha256 if state.annotated else "")
    state.write(tmp_path / "s.json")
    assert RoundState.read(tmp_path / "s.json", 3) == state
    body = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    for changed in ({**body, "round": 4}, {**body, "version": 3}, {**body, "sha256": None}, [body], {}):
        (tmp_path / "s.json").write_text(json.dumps(changed))
        with pytest.raises(ValueError, match="its checksum is wrong"):
            RoundState.read(tmp_path / "s.json", 3)


def test_a_part_knows_its_bytes() -> None:
    content = b"first\nsecond\n"
    part = Part.at(6, content[6:])
    assert part.of(content) == b"second\n"
    assert part.of(content + b"third\n") == b"second\n"
    assert part.of(content[:-1]) is None
    assert part.of(b"xxxxx\nsecond\n") == b"second\n"


def test_a_state_of_another_version_is_not_touched(run: Run, whole: Callable[..., Path], tmp_path: Path) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    path = folder / "state" / "round_1.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    del body["sha256"]
    body["version"] = 1
    path.write_text(json.dumps({**body, "sha256": data_digest(body)}), encoding="utf-8")
    before = {file: file.read_bytes() for file in folder.rglob("*.json*")}
    with pytest.raises(
        ConfigurationError,
        match="round_1.json is of version 1, and this plugin's is 2: resume the run with seqmix_plugin 0.1",
    ):
        run("run", recover=True)
    after = {file: file.read_bytes() for file in folder.rglob("*.json*")}
    assert {file.name for file in before if before[file] != after[file]} <= {"meta.json", "config.json"}


@pytest.mark.parametrize("name", ["state/round_0.json", "annotated.jsonl", "round_1"])
def test_links_are_refused(run: Run, whole: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    shutil.rmtree(folder / "round_1")
    (tmp_path / "elsewhere").mkdir()
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match=f"{name} is a link; expected a run's own files"):
        run("run", recover=True)


@pytest.mark.parametrize("name", ["out.log", "best.th", "state/lock", "encoder/config.json", "vocabulary/labels.txt"])
def test_no_link_is_written_through(run: Run, whole: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (folder / name).unlink()
    (folder / name).symlink_to(victim)
    with pytest.raises(ConfigurationError, match=f"{name} is a link; expected a run's own files"):
        extend(str(folder), num_rounds=3)
    assert victim.read_text() == "mine"


def test_a_linked_answer_is_read_and_a_linked_folder_of_answers_is_refused(tmp_path: Path) -> None:
    answers = tmp_path / "run" / "queries" / "round_0" / "answers"
    answers.mkdir(parents=True)
    (tmp_path / "export.json").touch()
    (answers / "export.json").symlink_to(tmp_path / "export.json")
    begin(tmp_path / "run").close()
    (answers / "export.json").unlink()
    answers.rmdir()
    answers.symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match="answers is a link; expected a run's own files: remove it, or put"):
        begin(tmp_path / "run")


@pytest.mark.parametrize("name", ["out.log", "config.json", "meta.json"])
def test_allennlp_opens_no_link_and_no_pipe(
    tiny_encoder: str, whole: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    """It writes before anything of ours is built, and would wait for somebody who reads the pipe."""
    folder, config = shutil.copytree(whole(), tmp_path / "run"), tmp_path / "config.json"
    config.write_text(json.dumps(small_config(tiny_encoder)), encoding="utf-8")
    for make, what in ((lambda path: path.symlink_to(tmp_path / "new"), "a link"), (os.mkfifo, "neither a file")):
        (folder / name).unlink()
        make(folder / name)
        ended = train(config, folder, recover=True)
        assert ended.code == 1
        assert f"error: {folder / name} is {what}" in ended.output
        assert "Traceback" not in ended.output
        assert not (tmp_path / "new").exists()


def test_a_backup_of_hard_links_stays_as_it_is(run: Run, whole: Callable[..., Path], tmp_path: Path) -> None:
    """`cp -al`, `rsync --link-dest`: the file system has one file under two names."""
    shutil.copytree(whole(), tmp_path / "run")
    backup = shutil.copytree(tmp_path / "run", tmp_path / "backup", copy_function=os.link)
    before = {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    extend(str(tmp_path / "run"), num_rounds=3)
    assert {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()} == before


def test_what_is_not_of_the_vocabulary_gets_into_no_archive(
    run: Run, whole: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """AllenNLP takes every file for a part of it; this is what Dropbox makes of two versions."""
    folder, other = shutil.copytree(whole(), tmp_path / "run"), "labels (conflicted copy).txt"
    shutil.copy(folder / "vocabulary" / "labels.txt", folder / "vocabulary" / other)
    run("run", recover=True)
    load_tagger(str(folder / "model.tar.gz"))
    assert (folder / "vocabulary.damaged1" / other).exists()
    assert [path.name for path in sorted((folder / "vocabulary").glob("[!.]*"))] == [
        "labels.txt",
        "non_padded_namespaces.txt",
    ]


@pytest.mark.parametrize("name", ["best.th", "vocabulary/labels.txt", "state/encoder.json", "state/round_2.json"])
def test_no_program_waits_at_a_pipe_for_a_model(whole: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(ConfigurationError, match=f"{name}: not a file"):
        load_tagger(str(folder))


@pytest.mark.parametrize("name", ["vocabulary", "vocabulary/.lock"])
def test_no_lock_is_made_through_a_link(whole: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    target = tmp_path / "elsewhere"
    if name == "vocabulary":
        shutil.move(folder / name, target)
    else:
        (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)
    before = list(tmp_path.glob("elsewhere/.lock"))
    with pytest.raises(ConfigurationError, match=f"{name} is a link; expected a run's own files"):
        load_tagger(str(folder))
    assert list(tmp_path.glob("elsewhere/.lock")) == before
    assert target.exists() == (name == "vocabulary")


def test_an_answer_that_links_to_itself_is_refused(tmp_path: Path) -> None:
    answers = tmp_path / "run" / "queries" / "round_0" / "answers"
    answers.mkdir(parents=True)
    (answers / "export.json").symlink_to("export.json")
    with pytest.raises(
        ConfigurationError, match="export.json is a link; expected a run's own files: remove it, or put"
    ):
        begin(tmp_path / "run")


def test_the_encoder_of_an_earlier_version_is_taken_as_it_is(
    run: Run, whole: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    (folder / "state" / "encoder.json").unlink()
    run("run", recover=True)
    assert differences(whole(), folder) == []


def test_a_damaged_encoder_is_not_loaded(whole: Callable[..., Path], tmp_path: Path) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    flip(folder / "encoder" / "tokenizer.json")
    with pytest.raises(ConfigurationError, match="tokenizer.json is damaged; run the command again with --recover"):
        load_tagger(str(folder))


def test_a_run_whose_folder_is_taken_ends_and_writes_no_more(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ActiveLearningLoop.augment

    def taken(self: Any, state: RoundState) -> RoundState:
        if state.round == 1:
            shutil.rmtree(tmp_path / "run")
            (tmp_path / "run" / "state").mkdir(parents=True)
            (tmp_path / "run" / "state" / "lock").touch()
        return original(self, state)

    monkeypatch.setattr(ActiveLearningLoop, "augment", taken)
    with pytest.raises(
        ConfigurationError, match="run: cannot be written .the folder was taken by another start with --force"
    ):
        run("run")
    assert [path.name for path in (tmp_path / "run").rglob("*")] == ["state", "lock"]


def test_a_hostile_state_is_damaged_and_no_more(run: Run, whole: Callable[..., Path], tmp_path: Path) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    for number, change in enumerate(({"queried": 5}, {"record": 5}, {"annotated": {"start": "x"}}, {"unknown": 1})):
        path = folder / "state" / "round_2.json"
        body = json.loads(path.read_text(encoding="utf-8"))
        del body["sha256"]
        body.update(change)
        path.write_text(json.dumps({**body, "sha256": data_digest(body)}), encoding="utf-8")
        (folder / "annotated.jsonl").write_bytes((folder / "annotated.jsonl").read_bytes() + b'{"tags": 5}\n[]\n7\n')
        (folder / "state" / "round_99999999999.json").touch()
        if number == 0:  # what is there is read alike by all of them
            run("run", recover=True)
        else:
            read_saved(folder)
            shutil.copy(whole() / "state" / "round_2.json", path)
    assert len(list(folder.glob("state/round_2.json.damaged*"))) == 4


def test_labels_outlive_a_recovery_that_dies(
    run: Run, whole: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Round 0 is damaged; the recovery dies before it removes the states of the rounds after it."""
    folder = shutil.copytree(whole(**COUNTED), tmp_path / "run")
    rows = (folder / "annotated.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "annotated.jsonl").write_bytes(b"".join([rows[0].replace(b"O", b"X", 1), *rows[1:]]))
    ASKED.clear()
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(recovery, "remove", die)
            with pytest.raises(KeyboardInterrupt):
                read_saved(folder)
    run("run", recover=True, **COUNTED)
    assert sorted(ASKED) == sorted(json.loads(row)["id"] for row in rows[:12])
    assert (folder / "annotated.jsonl").read_bytes() == b"".join(rows)


def test_a_recovery_of_round_0_that_dies_can_be_gone_on_with(
    run: Run, whole: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(whole(), tmp_path / "run")
    flip(folder / "state" / "round_0.json")
    read_saved(folder)
    assert list(folder.glob("state/round_*.json")) == []
    assert differences(whole(), run("run", recover=True)) == ["files ['state/round_0.json.damaged1']"]


def test_labels_of_another_order_are_refused(tmp_path: Path) -> None:
    vocab, other = Vocabulary.empty(), Vocabulary.empty()
    vocab.add_tokens_to_namespace(["B-LOC", "O"], "labels")
    other.add_tokens_to_namespace(["O", "B-LOC"], "labels")
    check_data(tmp_path, {}, vocab)
    check_data(tmp_path, {}, vocab)
    with pytest.raises(
        ConfigurationError, match="labels.txt is not what the run began with; expected the lines B-LOC, O"
    ):
        check_data(tmp_path, {}, other)


def test_a_kept_language_model_has_checksums(
    tiny_encoder: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"num_layers": 1, "dimension": 32, "max_epochs": 1}
    judged = {
        "trainer.num_rounds": 1,
        "trainer.augmenter.discriminator": {
            "type": "perplexity",
            "language_model": {"type": "in_domain", "settings": settings},
            "quantile": [0, 0.5],
        },
    }
    folder = run("run", **judged)
    shutil.copytree(folder, tmp_path / "before")
    flip(folder / "language_model" / "0" / "model.safetensors")
    (folder / "state" / "round_1.json").unlink()
    run("run", recover=True, **judged)
    assert "language_model/0 is damaged and is fitted again (a checksum is wrong)" in capsys.readouterr().err
    assert differences(folder, tmp_path / "before") == []


@pytest.mark.parametrize("weights", ["changed", "of round 0"])
def test_weights_that_are_not_the_newest_are_not_loaded(
    whole: Callable[..., Path], tmp_path: Path, weights: str
) -> None:
    folder = shutil.copytree(whole(**{"trainer.keep_round_weights": "all"}), tmp_path / "run")
    load_tagger(str(folder))
    if weights == "changed":
        flip(folder / "best.th")
    else:
        shutil.copy(folder / "round_0" / "best.th", folder / "best.th")
    with pytest.raises(ConfigurationError, match="best.th does not hold the weights after round 2; the run's command"):
        load_tagger(str(folder))
    shutil.copy(folder / "round_2" / "best.th", folder / "best.th.tmp")  # the run is about to put them in their place
    load_tagger(str(folder))


def test_a_round_of_another_run_takes_no_labels_with_it(run: Run, whole: Callable[..., Path], tmp_path: Path) -> None:
    folder, other = shutil.copytree(whole(**COUNTED), tmp_path / "run"), run("other", seed=99)
    shutil.copy(other / "state" / "round_2.json", folder / "state")
    ASKED.clear()
    run("run", recover=True, **COUNTED)
    assert ASKED == []
    assert (folder / "state" / "round_2.json.damaged1").exists()
    (folder / "state" / "round_2.json.damaged1").unlink()
    assert differences(whole(**COUNTED), folder) == []


def test_an_encoder_that_was_replaced_is_refused(run: Run, tiny_encoder: str, tmp_path: Path) -> None:
    encoder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    keys = ("dataset_reader.token_indexers.tokens", "model.text_field_embedder.token_embedders.tokens")
    fresh: Dict[str, Any] = {f"{key}.model_name": str(encoder) for key in keys}
    run("run", **fresh)
    flip(encoder / "model.safetensors")
    with pytest.raises(ConfigurationError, match=f"model_name: {encoder} has changed since the run in .*run began"):
        run("run", recover=True, **fresh)


def test_a_configuration_that_was_changed_in_the_folder_is_refused(run: Run, tmp_path: Path) -> None:
    """AllenNLP compares the one that it is given with this file alone."""
    folder = run("run")
    configuration = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    configuration["trainer"]["trainer"]["num_epochs"] = 3
    (folder / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
    before = (folder / "state" / "config.json").read_bytes()
    with pytest.raises(ConfigurationError, match="config.json: trainer.trainer.num_epochs is 3, but .* has 2: one of"):
        run("run", recover=True, **{"trainer.trainer.num_epochs": 3})
    assert (folder / "state" / "config.json").read_bytes() == before
