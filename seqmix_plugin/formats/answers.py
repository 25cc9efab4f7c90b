"""What an import comes to, and how several annotators of one sentence are resolved."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats.question import Answer

RULES = ("first", "majority", "error")
"""How annotators who differ are resolved."""

Moment = Tuple[int, float, str]
"""When something was said: in seconds since 1970 or, for a date that cannot be read, as text; the last has neither."""


@dataclass(frozen=True)
class ReadSettings:
    """
    # Parameters

    annotators : `str`, optional (default = `"first"`)
        What counts when several annotators labelled one sentence. Of one annotator only the latest word counts,
        a rejection too; an annotator without a name is taken for another one each time.

        - `first`: the labels that were given first, where the tool writes times, otherwise those that stand first; of
          several files without names and times, such as exports of one project on several days, the last file by name
          counts;
        - `majority`: the tags of the whole sentence that most annotators gave; when two are given equally often, that
          is a problem and the sentence stays unanswered;
        - `error`: annotators who differ are a problem, and the sentence stays unanswered.
    snap : `bool`, optional (default = `False`)
        Widen a span that cuts a word to the whole word, and count it, instead of reporting a problem.

    # Raises

    `ConfigurationError`
        For another rule.
    """

    annotators: str = "first"
    snap: bool = False

    def __post_init__(self) -> None:
        if self.annotators not in RULES:
            raise ConfigurationError(f"annotators is {self.annotators!r}; expected one of {', '.join(RULES)}")


@dataclass(frozen=True)
class Answers:
    """
    What a file says to some questions.

    # Parameters

    answers : `List[Answer]`
        One a sentence, in the order of the questions, all with tags.
    rejected : `List[Answer]`
        Without tags, of the sentences that are not answered: one a sentence that somebody rejected, skipped or
        cancelled.
    unanswered : `List[str]`
        The ids of the questions without an answer, rejected ones included.
    num_rejected : `int`
        How often a sentence was rejected, skipped or cancelled.
    num_unknown : `int`
        Rows whose id belongs to no question, such as those of another round.
    num_resolved : `int`
        Answers that several annotators gave.
    num_snapped : `int`
        Spans that were widened to whole words.
    problems : `List[str]`
        What is not as it should be and left out, each with file, place and what would be valid.
    disagreements : `List[str]`
        Those of the problems that are none of a file: annotators of one sentence differ, and no rule settles it.
    warnings : `List[str]`
        What was read all the same.
    """

    answers: List[Answer]
    rejected: List[Answer]
    unanswered: List[str]
    num_rejected: int
    num_unknown: int
    num_resolved: int
    num_snapped: int
    problems: List[str]
    disagreements: List[str]
    warnings: List[str]

    def counts(self) -> Dict[str, int]:
        """How many there are of each, under the names that a table shows."""
        return {
            "answered": len(self.answers),
            "unanswered": len(self.unanswered),
            "rejected, skipped or cancelled": self.num_rejected,
            "of other questions": self.num_unknown,
            "by several annotators": self.num_resolved,
            "snapped spans": self.num_snapped,
            "warnings": len(self.warnings),
            "problems": len(self.problems),
        }


NEVER: Moment = (2, 0.0, "")
"""Of what has no time."""


class Given(NamedTuple):
    """Tags as one annotator gave them, and when."""

    answer: Answer
    moment: Moment


def moment(value: object) -> Moment:
    """A tool's time for sorting: a number of seconds, or a date, which is in UTC where it does not say."""
    if isinstance(value, (int, float)) and abs(value) < 1e18:
        return 0, float(value), ""
    if not isinstance(value, str):
        return NEVER
    date = utc(value)
    return (1, 0.0, value) if date is None else (0, date.timestamp(), "")


def utc(value: str) -> Optional[datetime]:
    """A tool's date, which is in UTC where it does not say, in UTC; `None` for what is none."""
    try:
        date = datetime.fromisoformat(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def resolve(given: List[Given], rule: str) -> Tuple[Union[Answer, str, None], int]:
    """
    Brings what several annotators said of one sentence down to one answer. Who said nothing in the end, has no say.

    # Parameters

    given : `List[Given]`
        In the order of the file; at least one.
    rule : `str`
        One of `RULES`.

    # Returns

    `Tuple[Union[Answer, str, None], int]`
        The answer, or why there is none, or `None` when nobody gave labels; and the number of annotators who did.
    """
    latest: Dict[object, Given] = {}
    for number, one in enumerate(sorted(given, key=lambda one: one.moment)):
        latest[number if one.answer.annotator is None else one.answer.annotator] = one
    people = sorted((one for one in latest.values() if one.answer.tags is not None), key=lambda one: one.moment)
    if not people:
        return None, 0
    votes = Counter(one.answer.tags for one in people)
    (tags, most), *others = votes.most_common()
    names = ", ".join(repr(one.answer.annotator or "?") for one in people)
    if rule == "error" and others:
        return f"{len(people)} annotators ({names}) gave {len(votes)} different labellings", len(people)
    if rule == "majority" and others and others[0][1] == most:
        return f"no majority among {len(people)} annotators ({names}): a tie", len(people)
    if rule == "first":
        return people[0].answer, len(people)
    return next(one.answer for one in people if one.answer.tags == tags), len(people)
