"""The folders of runs that are damaged file by file, and how each is then brought to its end."""

import json
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List

from seqmix_plugin.formats import Answer, read_questions
from seqmix_plugin.formats.jsonl import write_answers
from seqmix_plugin.run.layout import RoundFiles
from tests.active_learning.conftest import small_config
from tests.active_learning.waiting_test import FILES, label_in_label_studio
from tests.faults.damage import Target
from tests.faults.drill import Ended, extend, points_of, train, was_killed
from tests.faults.kills import TINY, WORKERS, train_on_two

FITTED = {"type": "in_domain", "settings": {"num_layers": 1, "dimension": 32, "max_epochs": 1}}
SEQMIX: Dict[str, Any] = {
    "trainer.augmenter.discriminator": {"type": "perplexity", "language_model": FITTED, "quantile": [0, 0.5]}
}
COMMITTEE: Dict[str, Any] = {
    "trainer.query_policy": {"type": "vote_entropy", "committee_size": 2},
    "trainer.keep_round_weights": "last",
    "trainer.trainer.checkpointer": {},
    "trainer.num_rounds": 1,
}
EVERYTHING = {**SEQMIX, **COMMITTEE, "trainer.query_policy": {"type": "consensus_kl", "committee_size": 2}}
"""A run that leaves all kinds of files, with query scores that are not all the same."""
PEOPLE = {**FILES, "trainer.num_rounds": 1}


def configuration(path: Path, encoder: str, overrides: Dict[str, Any], **top: Any) -> Path:
    """Writes that of a small run."""
    path.write_text(json.dumps({**small_config(encoder, **overrides), **top}), encoding="utf-8")
    return path


def finished(encoder: str, place: Path, overrides: Dict[str, Any] = EVERYTHING) -> Target:
    """A finished run, which is extended by a round."""
    config = configuration(place / "finished.json", encoder, {**overrides, "trainer.num_rounds": 1})
    ended = train(config, place / "finished")
    assert ended.code == 0, ended.output
    return Target.of("finished, extended", place / "finished", partial(extend, num_rounds=2))


def interrupted(encoder: str, place: Path) -> Target:
    """A run that was killed while the model of its last round was trained, and goes on."""
    config = configuration(place / "interrupted.json", encoder, EVERYTHING)
    names = points_of(config, place / "counted")
    steps = [number for number, name in enumerate(names) if name == "round 1: optimizer step"]
    ended = train(config, place / "interrupted", kill_at=steps[-1])
    assert was_killed(ended), ended.output
    return Target.of("killed, recovered", place / "interrupted", partial(train, config, recover=True))


def waiting(encoder: str, place: Path) -> Target:
    """A run that waits in round 1: it is looked after with `--recover`, labelled in the tool, and goes on."""
    config, folder = _asked(encoder, place, "waiting")
    return Target.of("waits, labelled, recovered", folder, partial(_labelled_and_recovered, config))


def answered(encoder: str, place: Path) -> Target:
    """The same, when the labels of round 1 are there already, some of them in our own format."""
    config, folder = _asked(encoder, place, "answered")
    label_in_label_studio(folder, 1, leave=2)
    files = RoundFiles.of(folder, 1)
    questions = read_questions(files.questions)
    others = [question.sentence for question in questions[-2:]]
    write_answers(files.own("others"), [Answer(s.id, ("O",) * len(s), "ann", "") for s in others], questions)
    return Target.of("answered, recovered", folder, partial(train, config, recover=True))


def on_two_workers(encoder: str, place: Path) -> Target:
    """A finished distributed run, which AllenNLP gives its vocabulary."""
    config = configuration(place / "two.json", encoder, TINY, **WORKERS)
    ended = train_on_two(config, place / "two")
    assert ended.code == 0, ended.output
    return Target.of("two workers, recovered", place / "two", partial(train_on_two, config, recover=True))


TARGETS: Dict[Callable[[str, Path], Target], List[str]] = {
    finished: [""],
    interrupted: ["state/", "annotated", "synthetic", "best.th", "config.json", "round_1/"],
    waiting: ["queries/", "state/", "annotated", "best.th"],
    answered: ["queries/"],
    on_two_workers: ["vocabulary/", "config.json"],
}
"""With what the names of the files begin that are damaged: a file that is read in the same way is damaged once."""


def _asked(encoder: str, place: Path, name: str) -> "tuple[Path, Path]":
    config, folder = configuration(place / f"{name}.json", encoder, PEOPLE), place / name
    assert train(config, folder).code == 0
    label_in_label_studio(folder, 0)
    ended = train(config, folder, recover=True)
    assert "round 1 waits" in ended.output, ended.output
    return config, folder


def _labelled_and_recovered(config: Path, folder: Path) -> Ended:
    before = train(config, folder, recover=True)
    if before.code != 0:
        return before
    try:
        label_in_label_studio(folder, 1)
    except (ValueError, KeyError, TypeError, OSError) as error:  # the tool refuses the file
        return Ended(1, f"{before.output}\nerror: label_studio.json: the tool refuses it ({error!r})")
    ended = train(config, folder, recover=True)
    return Ended(ended.code, before.output + ended.output)
