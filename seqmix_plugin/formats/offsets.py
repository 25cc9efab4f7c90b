"""Characters and words: what a marked stretch of text covers, in the units that tools count in."""

from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from typing import List, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.sentence import TaggedSentence

CODE_POINTS, UTF16 = "code_points", "utf16"
UNITS = {CODE_POINTS: "Unicode code points", UTF16: "UTF-16 code units"}
"""What tools count: Python the first, JavaScript the second. They differ after an emoji or a rare ideograph."""


class Marked(NamedTuple):
    """
    A stretch of text that someone marked.

    # Parameters

    start : `int`
        Its first character, in the tool's unit.
    end : `int`
        One past its last.
    label : `str`
        Its entity type.
    text : `str`, optional (default = `None`)
        What the tool says stands there.
    """

    start: int
    end: int
    label: str
    text: Optional[str] = None


class Stretch(NamedTuple):
    """Words `start` to `end` (exclusive); `exact` unless the mark cuts the first or the last of them."""

    start: int
    end: int
    exact: bool


class Ruler:
    """
    A sentence's words on a scale of characters.

    # Parameters

    sentence : `TaggedSentence`
        With its spacing.
    unit : `str`, optional (default = `"code_points"`)
        One of `UNITS`.
    """

    def __init__(self, sentence: TaggedSentence, unit: str = CODE_POINTS) -> None:
        self._text = sentence.raw_text
        self._scale = _scale(self._text, unit)
        self._words = [(self._scale[start], self._scale[end]) for start, end in sentence.offsets()]

    @property
    def length(self) -> int:
        """Of the whole text."""
        return self._scale[-1]

    def characters(self, start: int, end: int) -> Tuple[int, int]:
        """Where the words `start` to `end` (exclusive) stand."""
        return self._words[start][0], self._words[end - 1][1]

    def text(self, start: int, end: int) -> str:
        """What stands between two places."""
        return self._text[bisect_left(self._scale, start) : bisect_left(self._scale, end)]

    def words(self, start: int, end: int) -> Optional[Stretch]:
        """
        The words that a mark touches. White space at its ends belongs to no word and changes nothing.

        # Returns

        `Stretch`, optional
            `None` when it lies outside the text or touches no word.
        """
        if not 0 <= start < end <= self.length:
            return None
        touched = [place for place, word in enumerate(self._words) if word[0] < end and start < word[1]]
        if not touched:
            return None
        first, last = self._words[touched[0]], self._words[touched[-1]]
        return Stretch(touched[0], touched[-1] + 1, start <= first[0] and last[1] <= end)


def find_unit(sentence: TaggedSentence, marks: Sequence[Marked], units: Sequence[str]) -> str:
    """
    The first unit in which the marks of a sentence make sense: the tool's text stands there or, where it gives none,
    whole words do. When there is no such unit, the first one.

    # Parameters

    sentence : `TaggedSentence`
        What was marked.
    marks : `Sequence[Marked]`
        By one annotator, all in one unit.
    units : `Sequence[str]`
        Some of `UNITS`, the most likely first.
    """
    if len(units) > 1 and max(sentence.raw_text, default="") > "\uffff":
        for unit in units:
            ruler = Ruler(sentence, unit)
            if all(_fits(ruler, mark) for mark in marks):
                return unit
    return units[0]


def squeezed(text: str) -> str:
    """Text with each run of white space as one space, as browsers show it."""
    return " ".join(text.replace("\\n", " ").split())  # Label Studio writes a line break as these two characters


def _fits(ruler: Ruler, mark: Marked) -> bool:
    if mark.text is not None:
        return squeezed(ruler.text(mark.start, mark.end)) == squeezed(mark.text)
    stretch = ruler.words(mark.start, mark.end)
    return stretch is not None and stretch.exact


@lru_cache(maxsize=1024)
def _scale(text: str, unit: str) -> List[int]:
    """Where each character begins, and where the last ends."""
    if unit == CODE_POINTS:
        return list(range(len(text) + 1))
    return list(accumulate((2 if character > "\uffff" else 1 for character in text), initial=0))
