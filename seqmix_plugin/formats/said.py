"""What annotators said in one or several files, and what of it counts."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple, TypeVar, Union

from seqmix_plugin.formats.answers import NEVER, Given, Moment, moment, resolve
from seqmix_plugin.formats.question import Answer

T = TypeVar("T")

AS_READ, REVERSED = 1, -1
"""Orders of files."""


class Version(NamedTuple):
    """
    Where something was said.

    # Parameters

    file : `int`
        The number of the file, from 0.
    number : `int`, optional (default = `None`)
        The number of the version among all; `None` when the annotation has no name.
    """

    file: int
    number: Optional[int] = None


class Settled(NamedTuple):
    """
    # Parameters

    answers : `List[Answer]`
        One a sentence, with tags.
    rejected : `List[Answer]`
        One a sentence that somebody rejected and nobody labelled.
    disagreements : `List[str]`
        What no rule settles.
    num_rejected : `int`
        How often a sentence was rejected.
    num_resolved : `int`
        Answers that several annotators gave.
    warnings : `List[str]`
        Where the order of files decides.
    """

    answers: List[Answer]
    rejected: List[Answer]
    disagreements: List[str]
    num_rejected: int
    num_resolved: int
    warnings: List[str]


class _Outcome(NamedTuple):
    """What a sentence comes to: an answer, why there is none, or `None`; of how many annotators; and what counted."""

    answer: Union[Answer, str, None]
    number: int
    counted: List[Given]

    @property
    def labels(self) -> Any:
        """Equal for outcomes that do not differ for the run."""
        return self.answer.tags if isinstance(self.answer, Answer) else type(self.answer)


class Said:
    """
    What was said, in the order in which it is read. Of an annotation that its tool names the latest version counts,
    over all files, and of versions of one time the one that was read last: an export that a service's record has
    overtaken is as good as not there, with its problems, and so are labels that were taken back. Where no time tells
    what is newer and another order of the files would give other labels, that is a warning.
    """

    def __init__(self) -> None:
        self._current = Version(0)
        self._versions: List[Tuple[str, Optional[str], Moment, int]] = []
        self._given: Dict[str, List[Tuple[Version, Given]]] = {}
        self._problems: List[Tuple[Version, str]] = []
        self._warnings: List[Tuple[Version, str]] = []

    def next_file(self) -> None:
        """What comes next is of another file, and of no annotation."""
        self._current = Version(self._current.file + 1)

    def begin(self, name: Any, sentence_id: Optional[str] = None, when: Any = None) -> None:
        """
        What comes next is of this version of an annotation.

        # Parameters

        name : `Any`
            The tool's name or number of it; anything else is none.
        sentence_id : `str`, optional (default = `None`)
            Whose; `None` when the annotation is taken back, of whatever sentence it was.
        when : `Any`, optional (default = `None`)
            The version's time; one without comes after all others.
        """
        if isinstance(name, bool) or not isinstance(name, (str, int)):
            self._current = Version(self._current.file)
            return
        self._current = Version(self._current.file, len(self._versions))
        self._versions.append((str(name), sentence_id, moment(when), self._current.file))

    def problem(self, line: str) -> None:
        """What is left out, and why; the same is not said twice in a row."""
        if (self._current, line) not in self._problems[-1:]:
            self._problems.append((self._current, line))

    def warn(self, line: str) -> None:
        """What is taken although it is not as expected."""
        self._warnings.append((self._current, line))

    def give(self, answer: Answer, when: Any = None) -> None:
        """An answer, or a rejection."""
        self._given.setdefault(answer.sentence_id, []).append((self._current, Given(answer, moment(when))))

    def problems(self) -> List[str]:
        """Those of what counts."""
        return _counting(self._problems, self._newest(AS_READ))

    def warnings(self) -> List[str]:
        """Those of what counts."""
        return _counting(self._warnings, self._newest(AS_READ))

    def settled(self, rule: str) -> Settled:
        """What all that counts comes to."""
        settled = Settled([], [], [], 0, 0, [])
        newest, otherwise = self._newest(AS_READ), self._newest(REVERSED)
        for given in self._given.values():
            found = _outcome(given, newest, rule, AS_READ)
            several = given[0][0].file != given[-1][0].file
            if several and _outcome(given, otherwise, rule, REVERSED).labels != found.labels:
                settled.warnings.append(_depends(found, given))
            if not found.counted:
                continue
            if found.answer is None:
                settled.rejected.append(found.counted[0].answer)
            elif isinstance(found.answer, Answer):
                settled.answers.append(found.answer)
                settled = settled._replace(num_resolved=settled.num_resolved + (found.number > 1))
            else:
                settled.disagreements.append(f"{found.counted[0].answer.place}: {found.answer}")
            rejections = sum(one.answer.tags is None for one in found.counted)
            settled = settled._replace(num_rejected=settled.num_rejected + rejections)
        return settled

    def _newest(self, order: int) -> Set[int]:
        """The numbers of the versions that no later one replaces or takes back."""
        latest: Dict[Tuple[str, Optional[str]], Tuple[Moment, int, int]] = {}
        for number, (name, sentence_id, when, file) in enumerate(self._versions):
            found = when, order * file, number
            latest[name, sentence_id] = max(latest.get((name, sentence_id), found), found)
        return {found[-1] for (name, _), found in latest.items() if found >= latest.get((name, None), found)}


def _counting(said: Sequence[Tuple[Version, T]], newest: Set[int]) -> List[T]:
    return [what for version, what in said if version.number is None or version.number in newest]


def _outcome(given: Sequence[Tuple[Version, Given]], newest: Set[int], rule: str, order: int) -> _Outcome:
    """What a sentence comes to when its files are read in this order."""
    ordered = sorted(given, key=lambda pair: order * pair[0].file)
    counted = _counting(_without_older_files(ordered) if rule == "first" else ordered, newest)
    return _Outcome(*(resolve(counted, rule) if counted else (None, 0)), counted)


def _depends(found: _Outcome, given: Sequence[Tuple[Version, Given]]) -> str:
    """That the order of files decides, and for what."""
    last = (found.counted or [one for _, one in given])[-1].answer
    place = found.answer.place if isinstance(found.answer, Answer) else last.place
    return f"{place}: counts by the order of files (rounds, names); another one differs, and no time tells the newer"


def _without_older_files(given: Sequence[Tuple[Version, Given]]) -> List[Tuple[Version, Given]]:
    """Of what names neither who nor when, only what the last file says: it is taken for a later export."""
    nameless = [one.answer.annotator is None and one.moment == NEVER for _, one in given]
    last = next((version.file for (version, _), is_so in zip(given[::-1], nameless[::-1], strict=True) if is_so), 0)
    return [pair for pair, is_so in zip(given, nameless, strict=True) if not is_so or pair[0].file == last]
