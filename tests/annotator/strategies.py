"""Commands in any order, as an annotator might press keys."""

from typing import Any, Callable, Tuple

from hypothesis import strategies as st

from seqmix_plugin.annotator import AnnotationSession
from seqmix_plugin.annotator.answer_file import ANSWERED, REJECTED, SKIPPED
from tests.formats.conftest import LABELS

Command = Tuple[str, Tuple[Any, ...]]

STEPS = st.integers(-3, 3)
MOVES = st.one_of(
    st.tuples(st.just("move"), st.tuples(STEPS)),
    st.tuples(st.just("move_to"), st.tuples(st.sampled_from([-1, 0, 2, 1 << 40]))),
    st.tuples(st.just("extend"), st.tuples(STEPS)),
    st.tuples(st.just("jump"), st.tuples(st.sampled_from([-1, 1]))),
    st.tuples(st.just("go"), st.tuples(st.sampled_from([-1, 1]))),
    st.tuples(st.sampled_from(["deselect", "grow", "revisit"]), st.just(())),
)
CHANGES = st.one_of(
    st.tuples(st.just("label"), st.tuples(st.sampled_from(LABELS))),
    st.tuples(st.just("stretch"), st.tuples(STEPS, STEPS)),
    st.tuples(st.sampled_from(["remove", "clear", "restore"]), st.just(())),
    st.tuples(st.just("finish"), st.tuples(st.sampled_from([ANSWERED, SKIPPED, REJECTED]))),
)
COMMANDS = st.lists(MOVES | CHANGES, max_size=30)
WITH_UNDO = st.lists(MOVES | CHANGES | st.tuples(st.sampled_from(["undo", "redo"]), st.just(())), max_size=40)


def do(session: AnnotationSession, command: Command) -> Any:
    name, arguments = command
    method: Callable[..., Any] = getattr(session, name)
    return method(*arguments)
