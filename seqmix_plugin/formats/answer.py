"""Answers of annotators: as a tool's file has them, and checked."""

import re
from dataclasses import dataclass
from typing import Any, Container, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.formats.character_offsets import CODE_POINTS
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import Row, shown

WORDS = "words"
"""The unit of offsets that count words instead of characters."""

_LABEL_KEYS = re.compile(
    r"label|(?<!id)entit|(tag|span|annotation|completion|result)s?$|(^|_)(ner|bio|iob|cats)$", re.IGNORECASE
)
"""Names of keys under which tools keep labels."""


class RawSpan(NamedTuple):
    """
    A labelled span as a tool's file has it: values of any type.

    # Parameters

    start : `Any`
        Its first character or word.
    end : `Any`
        One past its last.
    label : `Any`
        Its entity type.
    text : `Any`, optional (default = `None`)
        The text that the tool shows for it.
    """

    start: Any
    end: Any
    label: Any
    text: Any = None


@dataclass(frozen=True)
class RawAnswer:
    """
    An annotator's answer to a question as a tool's file has it, or a problem there. Without `spans`, `tags` and
    `rejected` it is not an answer.

    # Parameters

    place : `str`
        File and place in it, with the id.
    sentence_id : `str`, optional (default = `None`)
        The sentence; `None` where the file names none.
    question : `Question`, optional (default = `None`)
        The question with this id, if there is one.
    text : `str`, optional (default = `None`)
        The sentence's text in the tool.
    spans : `Sequence[RawSpan]`, optional (default = `None`)
        The labelled spans.
    unit : `str`, optional (default = `CODE_POINTS`)
        The unit of the spans' offsets: `CODE_POINTS`, `UTF16` or `WORDS`.
    tags : `Sequence[str]`, optional (default = `None`)
        One BIO tag a word; with `spans`, both must agree.
    other_tags : `Sequence[str]`, optional (default = `()`)
        Values beside `tags` that differ from them: a problem where they are tags of the project's types.
    rejected : `bool`, optional (default = `False`)
        Whether the annotator rejected, skipped or cancelled the sentence.
    is_final : `bool`, optional (default = `False`)
        Whether a rejection counts whatever labels others gave, until a later answer of this kind takes it back.
    annotator : `str`, optional (default = `None`)
        The annotator, if the tool names one.
    time : `Any`, optional (default = `None`)
        The time of the answer.
    annotation : `str`, optional (default = `None`)
        The tool's name or number of the annotation, of which there may be later versions.
    created : `Any`, optional (default = `None`)
        The date of its first version, by which annotations of one number in two installations are told apart.
    problems : `Sequence[str]`, optional (default = `()`)
        Reasons why it cannot be taken.
    warnings : `Sequence[str]`, optional (default = `()`)
        Unexpected details, although it is taken.
    """

    place: str
    sentence_id: Optional[str] = None
    question: Optional[Question] = None
    text: Optional[str] = None
    spans: Optional[Sequence[RawSpan]] = None
    unit: str = CODE_POINTS
    tags: Optional[Sequence[str]] = None
    other_tags: Sequence[str] = ()
    rejected: bool = False
    is_final: bool = False
    annotator: Optional[str] = None
    time: Any = None
    annotation: Optional[str] = None
    created: Any = None
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()

    @classmethod
    def of(cls, place: str, name: Any, questions: Mapping[str, Question], key: str = "id") -> "RawAnswer":
        """An answer to the question of this id, which stands under `key`; a problem where there is no id."""
        name = named(name)
        if not name:
            return cls(place, problems=(f"no {key!r}; expected the id of the question, as it was exported",))
        return cls(f"{place}, id {name!r}", name, questions.get(name))


class Answer(NamedTuple):
    """
    The answer of one annotator to one sentence.

    # Parameters

    sentence_id : `str`
        The sentence.
    tags : `Tuple[str, ...]`, optional
        One BIO tag a word; `None` when the annotator rejected, skipped or cancelled the sentence.
    annotator : `str`, optional
        The annotator, if the tool names one.
    place : `str`
        The file and the place in it.
    """

    sentence_id: str
    tags: Optional[Tuple[str, ...]]
    annotator: Optional[str]
    place: str


def named(value: Any) -> Optional[str]:
    """A name that a tool may write as a string or a whole number; `None` for anything else."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def unread_labels(row: Row, read: Container[str], expected: str) -> List[str]:
    """
    A problem when labels may stand where they are not read: under a key that is called so, or that holds something like
    spans.

    # Parameters

    row : `Row`
        An annotator's answer.
    read : `Container[str]`
        The keys that are read, or that are known to hold no labels.
    expected : `str`
        Where labels are read.
    """
    for key, value in row.items():
        if key in read or not value or not isinstance(value, (dict, list, str)):
            continue
        if _LABEL_KEYS.search(key) or (isinstance(value, list) and any(map(_is_span, value))):
            return [f"{shown(key)} is {shown(value)}, which is not read; expected labels in {expected}"]
    return []


def _is_span(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_LABEL_KEYS.search(key) for key in value)
    return isinstance(value, list) and len(value) == 3 and [type(part) for part in value] == [int, int, str]
