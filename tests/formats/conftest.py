"""Questions: a readable set, and any that hypothesis can think of."""

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
from hypothesis import strategies as st

from seqmix_plugin.formats import AnnotationFormat, Answers, Question, ReadSettings, Span
from seqmix_plugin.sentence import TaggedSentence

LABELS = ["PER", "LOC", "ORG"]
NAMES = AnnotationFormat.list_available()

ANNA = Question(
    TaggedSentence("7", ("Anna", "Berg", "sings", "in", "Oslo", ".")),
    0.25,
    (Span(0, 2, "PER", 0.9), Span(4, 5, "LOC", 0.5)),
    2,
)
"""Anna Berg sings in Oslo ."""
CAT = Question(TaggedSentence("8", ("🐱", "Warning", ":", "This", "is", "a", "test"), spaces=(" ", "", *[" "] * 4, "")))
"""The sentence that Label Studio's own tests of emoji use."""
FIRE = Question(TaggedSentence("9", ("👨🏻\u200d🚒", "firemen", "drive", "firetrucks")))
"""The sentence of doccano's issue on how it counts."""
QUESTIONS = [ANNA, CAT, FIRE]

WORDS = st.one_of(
    st.sampled_from(
        [
            "Oslo",
            ".",
            "#",
            "-DOCSTART-",
            "👨🏻\u200d🚒",
            "🇳🇴",
            "𠮷野家",
            "東京",
            "ירושלים",
            "مكة",
            "e\u0301te\u0301",
            "ﬁn",
            "<b>&amp;\"'",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=4),
)
SPACES = st.sampled_from([" ", " ", " ", "", "  ", "\t", " \t ", "\n", "\r\n", "\u3000", "\u00a0"])
SCORES = st.none() | st.floats(0, 1)


@st.composite
def spans(draw: st.DrawFn, length: int) -> List[Span]:
    """Some entities of a sentence, side by side or apart."""
    borders = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    chosen = [draw(st.sampled_from([None, *LABELS])) for _ in borders[1:]]
    return [
        Span(start, end, label, draw(SCORES))
        for start, end, label in zip(borders, borders[1:], chosen, strict=False)
        if label is not None
    ]


@st.composite
def questions(draw: st.DrawFn) -> List[Question]:
    """Sentences in any script with any spacing, and what a model says of them."""
    ids = draw(st.lists(st.sampled_from(["0", "17", "a b", "x/é", "🐱"]), min_size=1, max_size=3, unique=True))
    made = []
    for name in ids:
        tokens = draw(st.lists(WORDS, min_size=1, max_size=7))
        spaces = draw(st.none() | st.lists(SPACES, min_size=len(tokens), max_size=len(tokens)).map(tuple))
        predicted = tuple(draw(spans(len(tokens))))
        score = draw(st.none() | st.floats(allow_nan=False, allow_infinity=False))
        made.append(
            Question(TaggedSentence(name, tuple(tokens), spaces=spaces), score, predicted, draw(st.integers(0, 9)))
        )
    return made


def rows_of(path: Path) -> List[Dict[str, Any]]:
    """A JSONL file; its words may hold what Python takes for line ends."""
    return [json.loads(line) for line in path.read_bytes().decode("utf-8").split("\n") if line]


def write_rows(path: Path, rows: List[Any]) -> Path:
    path.write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8"))
    return path


Read = Callable[..., Answers]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes what a tool exported (text, bytes, JSON for Label Studio, rows for the others) and reads it."""

    def call(
        name: str, content: Any, snap: bool = False, annotators: str = "first", labels: Optional[List[str]] = LABELS
    ) -> Answers:
        path = tmp_path / "answers.file"
        if isinstance(content, (str, bytes)):
            path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        elif name == "label_studio":
            path.write_text(json.dumps(content), encoding="utf-8")
        else:
            write_rows(path, content)
        return AnnotationFormat.by_name(name)().read(path, QUESTIONS, labels, ReadSettings(annotators, snap))

    return call


def tags(answers: Answers) -> Dict[str, str]:
    """The tags of each answered sentence, in one string."""
    return {answer.sentence_id: " ".join(answer.tags or ()) for answer in answers.answers}
