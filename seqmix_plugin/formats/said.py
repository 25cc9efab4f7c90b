"""What annotators said in one or several files, and what of it counts."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, TypeVar

from seqmix_plugin.formats.answers import NEVER, Given, Moment, moment, resolve
from seqmix_plugin.formats.question import Answer

T = TypeVar("T")


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
    """

    answers: List[Answer]
    rejected: List[Answer]
    disagreements: List[str]
    num_rejected: int
    num_resolved: int


class Said:
    """
    What was said, in the order in which it is read. Of an annotation that its tool names the latest version counts,
    over all files, and of versions of one time the one that was read last: an export that a service's record has
    overtaken is as good as not there, with its problems, and so are labels that were taken back.
    """

    def __init__(self) -> None:
        self._current = Version(0)
        self._latest: Dict[Tuple[str, Optional[str]], Tuple[Moment, int]] = {}
        self._num_versions = 0
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
        self._num_versions += 1
        key, found = (str(name), sentence_id), (moment(when), self._num_versions)
        self._latest[key] = max(self._latest.get(key, found), found)
        self._current = Version(self._current.file, self._num_versions)

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
        return self._counting(self._problems)

    def warnings(self) -> List[str]:
        """Those of what counts."""
        return self._counting(self._warnings)

    def settled(self, rule: str) -> Settled:
        """What all that counts comes to."""
        settled = Settled([], [], [], 0, 0)
        for given in self._given.values():
            counting = self._counting(_without_older_files(given) if rule == "first" else given)
            if not counting:
                continue
            answer, number = resolve(counting, rule)
            if answer is None:
                settled.rejected.append(counting[0].answer)
            elif isinstance(answer, Answer):
                settled.answers.append(answer)
                settled = settled._replace(num_resolved=settled.num_resolved + (number > 1))
            else:
                settled.disagreements.append(f"{counting[0].answer.place}: {answer}")
            rejections = sum(one.answer.tags is None for one in counting)
            settled = settled._replace(num_rejected=settled.num_rejected + rejections)
        return settled

    def _counting(self, said: Sequence[Tuple[Version, T]]) -> List[T]:
        """What no later version replaces or takes back."""
        numbers = {
            latest[1] for (name, _), latest in self._latest.items() if latest >= self._latest.get((name, None), latest)
        }
        return [what for version, what in said if version.number is None or version.number in numbers]


def _without_older_files(given: Sequence[Tuple[Version, Given]]) -> List[Tuple[Version, Given]]:
    """Of what names neither who nor when, only what the last file says: it is taken for a later export."""
    nameless = [one.answer.annotator is None and one.moment == NEVER for _, one in given]
    last = max((version.file for (version, _), is_so in zip(given, nameless, strict=True) if is_so), default=0)
    return [pair for pair, is_so in zip(given, nameless, strict=True) if not is_so or pair[0].file == last]
