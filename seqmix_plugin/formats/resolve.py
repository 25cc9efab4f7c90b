"""Resolves checked answers: versions of an annotation, answers of one annotator, and several annotators."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, NamedTuple, Sequence, Set, Tuple, Union

from seqmix_plugin.formats.answer import Answer
from seqmix_plugin.formats.check import Checked
from seqmix_plugin.formats.versions import NEVER, Moment, installations_of, moment, newest_of

RULES = ("first", "majority", "error")
"""How annotators who differ are resolved."""


@dataclass(frozen=True)
class Answers:
    """
    The answers to some questions.

    # Parameters

    answers : `List[Answer]`
        One a sentence, in the order of the questions, all with tags.
    rejected : `List[Answer]`
        Without tags, one for each sentence that somebody rejected, skipped or cancelled and nobody labelled, or that
        was left out whatever labels it has.
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
        Answers that are not taken, each with file, place and what would be valid.
    disagreements : `List[str]`
        The problems that are not of a file: annotators of one sentence differ, and no rule decides.
    warnings : `List[str]`
        Unexpected details of answers that are taken.
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
        """The numbers of each kind, under the names that a table shows."""
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


class Given(NamedTuple):
    """
    An answer as one annotator gave it, when, in which file, its number among all of all files, whether a rejection
    counts whatever others gave, and of which installation of the tool the file is.
    """

    answer: Answer
    moment: Moment
    file: int = 0
    number: int = 0
    is_final: bool = False
    installation: int = 0

    @property
    def annotator(self) -> object:
        """Equal for answers of one annotator: a name is that of one in all installations, a number is not."""
        name = self.answer.annotator
        return (self.installation, name) if name is not None and name.isdecimal() else name


class _Outcome(NamedTuple):
    """The answer to a question, why there is none, or `None`; of how many annotators; and what counted."""

    answer: Union[Answer, str, None]
    num_annotators: int
    counted: List[Given]

    @property
    def labels(self) -> Any:
        """Equal for outcomes that do not differ for the run."""
        return self.answer.tags if isinstance(self.answer, Answer) else type(self.answer)


def resolve(files: Sequence[Iterable[Checked]], questions: Sequence[str], rule: str = "first") -> Answers:
    """
    Of the versions of a named annotation, the latest over all files counts, and of versions with the same time the one
    that was read last: problems of older versions and labels that were withdrawn do not count. Where no time decides
    and another order of the files would give other labels, that is a warning.

    # Parameters

    files : `Sequence[Iterable[Checked]]`
        The answers of each file, in the order in which they are read.
    questions : `Sequence[str]`
        The ids of the questions, in order.
    rule : `str`, optional (default = `"first"`)
        One of `RULES`, see `ReadSettings`.
    """
    files = [list(file) for file in files]
    installations = installations_of([[one.raw for one in file] for file in files])
    found = [(number, checked) for number, file in enumerate(files) for checked in file]
    given: Dict[str, List[Given]] = {}
    for number, (file, one) in enumerate(found):
        if one.answer is not None:
            when = Given(one.answer, moment(one.raw.time), file, number, one.raw.is_final, installations[file])
            given.setdefault(one.answer.sentence_id, []).append(when)
    raws = [(file, one.raw) for file, one in found]
    newest, reversed_newest = (newest_of(raws, installations, order) for order in (1, -1))
    outcomes = {name: _outcome(several, newest, rule, 1) for name, several in given.items()}
    otherwise = {name: _outcome(several, reversed_newest, rule, -1) for name, several in given.items()}
    counting = [one for number, (_, one) in enumerate(found) if number in newest]
    warnings = [line for one in counting for line in one.warnings]
    for name, outcome in outcomes.items():
        if outcome.labels != otherwise[name].labels:
            last = (outcome.counted or given[name])[-1].answer
            place = (outcome.answer if isinstance(outcome.answer, Answer) else last).place
            depends = "counts by the order of files (rounds, names); another one differs, and no time tells the newer"
            warnings.append(f"{place}: {depends}")
    ordered = [(name, outcomes[name]) for name in questions if name in outcomes and outcomes[name].counted]
    answers = [outcome.answer for _, outcome in ordered if isinstance(outcome.answer, Answer)]
    answered = {answer.sentence_id for answer in answers}
    disagreements = [
        f"{outcome.counted[0].answer.place}: {outcome.answer}"
        for _, outcome in ordered
        if isinstance(outcome.answer, str)
    ]
    return Answers(
        answers=answers,
        rejected=[outcome.counted[0].answer for _, outcome in ordered if outcome.answer is None],
        unanswered=[name for name in questions if name not in answered],
        num_rejected=sum(one.answer.tags is None for _, outcome in ordered for one in outcome.counted),
        num_unknown=sum(one.raw.sentence_id is not None and one.raw.question is None for _, one in found),
        num_resolved=sum(isinstance(outcome.answer, Answer) and outcome.num_annotators > 1 for _, outcome in ordered),
        num_snapped=sum(one.num_snapped for _, one in found),
        problems=[*dict.fromkeys(line for one in counting for line in one.problems), *disagreements],
        disagreements=disagreements,
        warnings=warnings,
    )


def agree(given: Sequence[Given], rule: str) -> Tuple[Union[Answer, str, None], int]:
    """
    Resolves the answers of several annotators to one sentence. An annotator whose latest answer is a rejection has no
    vote.

    # Parameters

    given : `Sequence[Given]`
        In the order of the file; at least one.
    rule : `str`
        One of `RULES`.

    # Returns

    `Tuple[Union[Answer, str, None], int]`
        The answer, or why there is none, or `None` when nobody gave labels; and the number of annotators who did.
    """
    latest: Dict[object, Given] = {}
    for number, one in enumerate(sorted(given, key=lambda one: one.moment)):
        latest[number if one.annotator is None else one.annotator] = one
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


def _outcome(given: Sequence[Given], newest: Set[int], rule: str, order: int) -> _Outcome:
    """The answer to a question when the files are read in this order."""
    final = [one for one in given if one.is_final and one.number in newest]
    timed = all(one.moment != NEVER for one in final)
    last = max(final, key=lambda one: (one.moment if timed else NEVER, order * one.file), default=None)
    if last is not None and last.answer.tags is None:
        return _Outcome(None, 0, [last])
    ordered = sorted(given, key=lambda one: order * one.file)
    considered = _without_older_exports(ordered) if rule == "first" else ordered
    counted = [one for one in considered if one.number in newest]
    return _Outcome(*(agree(counted, rule) if counted else (None, 0)), counted)


def _without_older_exports(given: Sequence[Given]) -> List[Given]:
    """Of answers without annotator and time, only those of the last file: it is taken for a later export."""
    nameless = [one for one in given if one.answer.annotator is None and one.moment == NEVER]
    return [one for one in given if one not in nameless or one.file == nameless[-1].file]
