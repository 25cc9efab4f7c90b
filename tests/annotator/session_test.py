from itertools import count
from typing import Any, List, Tuple

import pytest
from hypothesis import given

from seqmix_plugin.annotator import AnnotationSession, Labelling
from seqmix_plugin.annotator.answer_file import ANSWERED, REJECTED, SKIPPED
from seqmix_plugin.annotator.session import View
from seqmix_plugin.formats import Question, Span
from seqmix_plugin.sentence import TaggedSentence
from tests.annotator.strategies import COMMANDS, WITH_UNDO, Command, do
from tests.formats.conftest import ANNA, CAT, FIRE, questions

THREE = [ANNA, CAT, FIRE]
PER, LOC = ANNA.predicted


def clocked(asked: List[Question], **there: Any) -> AnnotationSession:
    ticks = count()
    return AnnotationSession(asked, clock=lambda: f"{next(ticks):06}", **there)


@pytest.fixture
def session() -> AnnotationSession:
    return clocked(THREE)


def spans(session: AnnotationSession) -> List[Tuple[int, int, str]]:
    return [span[:3] for span in session.labelling.spans]


def statuses(session: AnnotationSession) -> List[str]:
    return [one.status for one in session.labellings]


def test_it_begins_with_what_the_model_would_say(session: AnnotationSession) -> None:
    assert (session.question, session.labelling) == (ANNA, Labelling(ANNA.predicted))
    assert session.view == View(0, 0, None)


def test_a_word_a_span_or_a_selection_is_labelled_and_the_same_key_takes_it_off(session: AnnotationSession) -> None:
    session.move_to(2)
    session.label("ORG")
    assert spans(session) == [(0, 2, "PER"), (2, 3, "ORG"), (4, 5, "LOC")]
    session.label("ORG")
    assert spans(session) == [(0, 2, "PER"), (4, 5, "LOC")]
    session.move_to(1)
    session.label("ORG")
    assert spans(session) == [(0, 2, "ORG"), (4, 5, "LOC")], "the whole span gets another type"
    session.label("ORG")
    assert spans(session) == [(4, 5, "LOC")]
    session.grow()
    session.grow()
    assert session.selection == (1, 3)
    session.label("PER")
    assert (spans(session), session.selection) == ([(1, 3, "PER"), (4, 5, "LOC")], None)


def test_a_selection_takes_the_place_of_what_it_overlaps(session: AnnotationSession) -> None:
    session.move_to(1)
    session.extend(2)
    session.label("ORG")
    assert spans(session) == [(1, 4, "ORG"), (4, 5, "LOC")]
    session.grow()
    assert session.selection == (3, 4)
    session.deselect()
    assert session.selection is None
    session.extend(-9)
    session.remove()
    assert spans(session) == [(4, 5, "LOC")]


def test_a_part_of_a_span_is_labelled_when_it_is_selected(session: AnnotationSession) -> None:
    session.grow()
    session.label("PER")
    assert spans(session) == [(0, 1, "PER"), (4, 5, "LOC")]


def test_labels_that_are_the_models_again_have_its_score_again(session: AnnotationSession) -> None:
    session.label("ORG")
    assert session.labelling.spans == (Span(0, 2, "ORG"), LOC)
    session.label("PER")
    assert session.labelling.spans == (PER, LOC)
    session.clear()
    assert spans(session) == []
    session.restore()
    assert session.labelling.spans == ANNA.predicted


def test_borders_move_up_to_the_neighbours_and_a_word_stays(session: AnnotationSession) -> None:
    session.move_to(1)
    session.stretch(0, 1)
    session.stretch(0, 9)
    assert spans(session) == [(0, 4, "PER"), (4, 5, "LOC")]
    session.move_to(3)
    session.stretch(0, -2)
    assert (spans(session), session.view.cursor) == ([(0, 2, "PER"), (4, 5, "LOC")], 1), "the cursor stays in it"
    session.stretch(-9, 0)
    assert spans(session) == [(1, 2, "PER"), (4, 5, "LOC")]
    session.stretch(9, 0)
    session.stretch(0, -9)
    assert spans(session) == [(0, 1, "PER"), (4, 5, "LOC")]
    session.move_to(3)
    assert session.stretch(1, 0) == "no span at the cursor"


def test_stretching_nothing_changes_nothing(session: AnnotationSession) -> None:
    session.stretch(5, 0)
    assert (session.labelling.spans, session.unsaved) == ((PER, LOC), False)


def test_tab_goes_from_span_to_span(session: AnnotationSession) -> None:
    for step, cursor in ((1, 4), (1, 0), (-1, 4), (-1, 0)):
        session.jump(step)
        assert session.view.cursor == cursor
    session.clear()
    session.jump(1)
    assert session.view.cursor == 0


def test_sentences_are_answered_skipped_and_rejected_one_after_the_other(session: AnnotationSession) -> None:
    session.finish(ANSWERED)
    session.finish(SKIPPED)
    session.finish(REJECTED)
    assert statuses(session) == ["answered", "skipped", "rejected"]
    assert session.question is None
    assert session.counts() == {"answered": 1, "skipped": 1, "rejected": 1, "open": 0}
    assert session.entities() == {"LOC": 1, "PER": 1}
    for idle in ("clear", "remove", "restore", "grow"):
        getattr(session, idle)()
    session.finish(ANSWERED)
    assert statuses(session) == ["answered", "skipped", "rejected"], "there is no sentence"
    assert session.revisit()
    assert session.question == CAT
    session.finish(ANSWERED)
    assert (session.question, session.revisit()) == (None, False)


def test_skipped_sentences_come_one_after_the_other_at_the_end(session: AnnotationSession) -> None:
    for _ in THREE:
        session.finish(SKIPPED)
    session.revisit()
    for position in range(3):
        assert session.view.position == position
        session.finish(SKIPPED)
    assert session.question is None


def test_after_a_sentence_comes_the_next_open_one_also_from_the_front(session: AnnotationSession) -> None:
    session.go(1)
    session.finish(ANSWERED)
    assert session.view.position == 2
    session.finish(ANSWERED)
    assert session.view.position == 0
    session.go(1)
    session.finish(ANSWERED)
    assert session.view.position == 0, "an answer that is confirmed"
    session.go(3)
    session.revisit()
    assert session.view.position == 0


def test_one_may_go_back_and_edit_and_the_answer_stays_one(session: AnnotationSession) -> None:
    session.finish(ANSWERED)
    assert session.go(-1) == ""
    assert session.go(-1) == "this is the first sentence"
    before = session.labelling
    session.clear()
    assert (session.labelling.status, session.labelling.spans) == ("answered", ())
    assert str(session.labelling.time) > str(before.time)
    assert session.finish(SKIPPED) == "the answer was withdrawn; u undoes this"
    session.undo()
    session.undo()
    assert session.labelling == before
    assert session.finish(REJECTED) == "the answer was withdrawn; u undoes this"


def test_undo_goes_back_over_sentences_and_redo_forward(session: AnnotationSession) -> None:
    session.move_to(3)
    session.label("LOC")
    session.finish(ANSWERED)
    session.finish(REJECTED)
    assert [session.undo() for _ in range(4)] == ["undone"] * 3 + ["nothing to undo"]
    assert (statuses(session), session.view) == (["open"] * 3, View(0, 3))
    assert [session.redo() for _ in range(4)] == ["redone"] * 3 + ["nothing to redo"]
    assert statuses(session) == ["answered", "rejected", "open"]
    session.undo()
    session.finish(ANSWERED)
    assert session.redo() == "nothing to redo"


def test_it_says_when_there_is_something_to_save(session: AnnotationSession) -> None:
    session.go(1)
    assert not session.unsaved
    session.label("ORG")
    assert session.unsaved
    session.unsaved = False
    session.undo()
    assert session.unsaved


def test_it_goes_on_with_the_first_open_sentence() -> None:
    there = {"7": Labelling((), "answered", "1"), "8": Labelling((), "skipped", "2")}
    session = clocked(THREE, labellings=there)
    assert session.question == FIRE
    session.finish(ANSWERED)
    assert session.question is None, "the skipped one comes when it is asked for"
    session.go(-3)
    assert session.labelling == there["7"]


@given(questions(), WITH_UNDO)
def test_spans_stay_in_order_apart_and_within_the_sentence(asked: List[Question], commands: List[Command]) -> None:
    session = clocked(asked)
    for command in commands:
        do(session, command)
        for question, labelling in zip(asked, session.labellings, strict=True):
            Question(question.sentence, predicted=labelling.spans)  # checks them
        if session.question is not None:
            view, length = session.view, len(session.question.sentence)
            assert 0 <= view.cursor < length
            assert view.anchor is None or 0 <= view.anchor < length


@given(questions(), COMMANDS)
def test_undo_is_the_exact_inverse(asked: List[Question], commands: List[Command]) -> None:
    session = clocked(asked)
    trail = []
    for command in commands:
        before = (session.view, list(session.labellings))
        do(session, command)
        if session.labellings != before[1]:
            trail.append((before, (session.view, list(session.labellings))))
    for before, _ in reversed(trail):
        assert session.undo() == "undone"
        assert (session.view, session.labellings) == before
    assert session.undo() == "nothing to undo"
    for _, after in trail:
        assert session.redo() == "redone"
        assert (session.view, session.labellings) == after


def test_a_long_sentence_is_one_word_after_the_other() -> None:
    session = clocked([Question(TaggedSentence("0", ("word",) * 3))])
    session.move(-1)
    session.move(99)
    assert session.view.cursor == 2
