"""The log: whatever the order of deliveries, and wherever a crash cuts the file, the latest state is what is read."""

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.service import annotation_log
from seqmix_plugin.service.annotation_log import AnnotationLog, Entry
from tests.formats.conftest import CAT, FIRE
from tests.service.conftest import ANNA, answers, log_rows, make_run, tags

NUM_WORDS = len(ANNA.sentence)
Version = Tuple[int, int, int]
"""An annotation's number, the second of a version, and which word it labels, or -1 for a rejection."""


def entry(version: Version) -> Entry:
    number, seconds, word = version
    row: Dict[str, Any] = {"id": "7", "annotator": str(number), "annotation": number}
    when = f"2026-01-01T00:00:{seconds:02}.000000Z"
    if word < 0:
        return Entry({**row, "rejected": True, "time": when}, 1)
    tagging = ["B-LOC" if place == word else "O" for place in range(NUM_WORDS)]
    return Entry({**row, "tokens": list(ANNA.sentence.tokens), "tags": tagging, "time": when}, 1)


def withdrawal(number: int) -> Entry:
    return Entry({"annotation": number, "withdrawn": True}, 1)


@st.composite
def stories(draw: st.DrawFn) -> Tuple[List[Version], List[int], List[Entry], List[int]]:
    """Versions of annotations, those deleted, deliveries of all in any order and some twice, and where crashes are."""
    numbers = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True))
    versions = []
    for number in numbers:
        for seconds in draw(st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True)):
            versions.append((number, seconds, draw(st.integers(-1, NUM_WORDS - 1))))
    gone = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=2))
    once = [entry(version) for version in versions] + [withdrawal(number) for number in gone]
    deliveries = draw(st.permutations(once + draw(st.lists(st.sampled_from(once), max_size=4))))
    crashes = draw(st.lists(st.integers(0, len(deliveries) - 1), max_size=3, unique=True))
    return versions, gone, list(deliveries), crashes


def expected(versions: List[Version], gone: List[int]) -> Optional[str]:
    """The tags that the run takes: of who said something first, by the last that each has said."""
    last = {number: max(v for v in versions if v[0] == number) for number, _, _ in versions if number not in gone}
    given = sorted((seconds, number, word) for number, seconds, word in last.values() if word >= 0)
    if not given:
        return None
    return " ".join("B-LOC" if place == given[0][2] else "O" for place in range(NUM_WORDS))


@settings(max_examples=300, deadline=None)
@given(stories(), st.data())
def test_any_order_and_any_crash_end_in_the_latest_state(
    story: Tuple[List[Version], List[int], List[Entry], List[int]], data: st.DataObject
) -> None:
    versions, gone, deliveries, crashes = story
    # Two that spoke in the same second are told apart by nothing but who came first.
    when = {number: max(v for v in versions if v[0] == number)[1] for number, _, _ in versions}
    assume(len(set(when.values())) == len(when))
    with tempfile.TemporaryDirectory() as folder:
        run = make_run(Path(folder), [ANNA])
        path = RoundFiles.of(run, 1).own("service")
        log = AnnotationLog(run)
        for number, delivery in enumerate(deliveries):
            before = path.read_bytes() if path.exists() else b""
            log.add([delivery])
            if number in crashes:  # in the middle of this write, before it was acknowledged: it comes again
                after = path.read_bytes() if path.exists() else b""
                if len(after) > len(before):
                    path.write_bytes(after[: data.draw(st.integers(len(before), len(after)))])
                if path.exists() and path.stat().st_size:
                    tags(run)  # which must not stumble over it
                log = AnnotationLog(run)
                log.add([delivery])
                assert path.read_bytes().endswith(b"\n")
        assert tags(run).get("7") == expected(versions, gone)
        rows = [json.dumps(row) for row in log_rows(run)]
        assert len(rows) == len(set(rows))
        assert AnnotationLog(run).add(deliveries)[0] == 0  # nothing is forgotten, nothing is there twice


def test_what_was_there_is_known_after_a_restart(waiting: Path) -> None:
    log = AnnotationLog(waiting)
    assert log.add([entry((1, 5, 0)), entry((2, 5, 1))]) == (2, [])
    assert log.add([entry((1, 5, 0)), entry((1, 4, 3))]) == (0, [])
    again = AnnotationLog(waiting)
    assert again.add([entry((1, 5, 0)), entry((1, 4, 3)), entry((1, 6, 2))]) == (1, [])
    assert len(log_rows(waiting)) == 3


def test_a_taking_back_goes_to_the_round_of_what_it_takes_back(waiting: Path) -> None:
    log = AnnotationLog(waiting)
    log.add([entry((1, 5, 0))])
    log.add([withdrawal(1)._replace(round=2), withdrawal(9)._replace(round=2)])
    assert [row["annotation"] for row in log_rows(waiting, 1)] == [1, 1]
    assert [row["annotation"] for row in log_rows(waiting, 2)] == [9]


def test_a_full_disk_is_told_and_the_next_lines_take_the_place(waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AnnotationLog(waiting)
    log.add([entry((1, 1, 0))])
    path = RoundFiles.of(waiting, 1).own("service")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ConfigurationError, match="service.answers.jsonl: cannot be written .No space left"):
            log.add([entry((2, 2, 1))])
    path.write_bytes(path.read_bytes()[:-7])  # so much of it came to the disk
    assert log.add([entry((2, 2, 1)), entry((3, 3, 2))]) == (2, [])
    assert [row["annotation"] for row in log_rows(waiting)] == [1, 2, 3]


def test_another_error_than_the_disks_is_no_acknowledgement(waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AnnotationLog(waiting)

    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(annotation_log.LogFile, "append", broken)
        with pytest.raises(MemoryError):
            log.add([entry((1, 1, 0))])
    assert log.add([entry((1, 1, 0))]) == (1, [])


def test_a_damaged_line_in_the_middle_ends_the_start(waiting: Path) -> None:
    AnnotationLog(waiting).add([entry((1, 1, 0))])
    path = RoundFiles.of(waiting, 1).own("service")
    path.write_bytes(b'{"id": \n' + path.read_bytes())
    with pytest.raises(ConfigurationError, match=r"service.answers.jsonl, line 1: not JSON"):
        AnnotationLog(waiting)


def delivery(project: int, sentence: str, seconds: int, number: int = 5) -> Entry:
    when = f"2026-01-01T00:00:{seconds:02}.000000Z"
    return Entry({"id": sentence, "rejected": True, "time": when, "annotation": number, "project": project}, 1)


def deletion(project: int, number: int = 5) -> Entry:
    return Entry({"annotation": number, "withdrawn": True, "project": project}, 1)


def rejected(run: Path) -> List[str]:
    return sorted(answer.sentence_id for answer in answers(run).rejected)


CAT_ID, FIRE_ID = CAT.sentence.id, FIRE.sentence.id


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_number_that_comes_again_for_another_sentence_is_another_annotation(waiting: Path, again: bool) -> None:
    log = AnnotationLog(waiting)
    assert log.add([delivery(1, "7", 5)]) == (1, [])
    log = AnnotationLog(waiting) if again else log
    for seconds, same in ((3, 1), (3, 0)):  # older than the other sentence's, which is none of its versions
        written, moved = log.add([delivery(1, CAT_ID, seconds)])
        was = "it belonged to sentence '7' of project 1"
        note = f"now belongs to sentence {CAT_ID!r}; {was}: stored as another annotation"
        assert (written, [line for _, line in moved]) == ((1, [note]) if same else (0, []))
    assert rejected(waiting) == sorted(["7", CAT_ID])
    log = AnnotationLog(waiting) if again else log
    assert log.add([deletion(1)]) == (1, [])
    assert rejected(waiting) == ["7"]
    gone = delivery(1, CAT_ID, 3)
    assert log.add([deletion(1), gone]) == (0, [(gone.row, "was deleted before it arrived: ignored")])


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("known", [False, True])
def test_what_is_made_anew_after_a_deletion_counts(waiting: Path, again: bool, known: bool) -> None:
    """A server that was made anew begins at number 1 again, and may ask the same sentence."""

    def gone(seconds: float) -> Entry:
        return Entry({"annotation": 5, "withdrawn": True, "deleted": True, "time": seconds, "project": 1}, 1)

    start = delivery(1, "7", 0).row["time"]
    deleted_at = datetime.fromisoformat(start).timestamp() + 10
    log = AnnotationLog(waiting)
    if known:
        log.add([delivery(1, "7", 5)])
    assert log.add([gone(deleted_at), gone(deleted_at + 9)]) == (1, [])
    log = AnnotationLog(waiting) if again else log
    late, anew = delivery(1, "7", 6), delivery(1, "7", 11)
    assert log.add([late]) == (0, [(late.row, "was deleted before it arrived: ignored")])
    assert rejected(waiting) == []
    written, told = log.add([anew])
    assert (written, [line for _, line in told]) == (1, ["was deleted and arrived again with a later time: accepted"])
    assert rejected(waiting) == ["7"]
    log = AnnotationLog(waiting) if again else log
    assert log.add([gone(deleted_at)]) == (1, [])  # whose clock is behind the tool's
    assert rejected(waiting) == []
    assert AnnotationLog(waiting).add([gone(deleted_at), anew])[0] == 0


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_projects_with_the_same_numbers_keep_apart(waiting: Path, again: bool) -> None:
    log = AnnotationLog(waiting)
    log.add([delivery(1, "7", 5)])
    log.add([deletion(2)])  # of what the service has never seen
    assert rejected(waiting) == ["7"]
    log = AnnotationLog(waiting) if again else log
    assert log.add([delivery(3, "7", 4), delivery(3, FIRE_ID, 4, number=6)])[0] == 2
    assert [row["annotation"] for row in log_rows(waiting)] == [5, "2/5", "3/5", 6]
    log = AnnotationLog(waiting) if again else log
    log.add([deletion(1)])
    assert rejected(waiting) == sorted(["7", FIRE_ID])  # the third project's is there
    log.add([deletion(3)])
    assert rejected(waiting) == [FIRE_ID]
    assert log.add([delivery(2, CAT_ID, 9)])[0] == 0  # taken back before it came
