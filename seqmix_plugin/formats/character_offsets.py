"""Character offsets of words, in the units that annotation tools count in."""

from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.sentence import TaggedSentence

CODE_POINTS, UTF16 = "Unicode code points", "UTF-16 code units"
"""Python and most tools count the first, JavaScript the second. They differ after an emoji or a rare ideograph."""


class WordRange(NamedTuple):
    """Words `start` to `end` (exclusive); `exact` unless the characters cut the first or the last of them."""

    start: int
    end: int
    exact: bool


class CharacterOffsets:
    """
    The words of a sentence by the characters at which they begin and end.

    # Parameters

    sentence : `TaggedSentence`
        The sentence, with its spacing.
    unit : `str`, optional (default = `CODE_POINTS`)
        What is counted, `CODE_POINTS` or `UTF16`.
    """

    def __init__(self, sentence: TaggedSentence, unit: str = CODE_POINTS) -> None:
        self._text = sentence.raw_text
        widths = (2 if unit == UTF16 and character > "\uffff" else 1 for character in self._text)
        self._positions: Sequence[int] = list(accumulate(widths, initial=0))
        self._words = [(self._positions[start], self._positions[end]) for start, end in sentence.offsets()]

    @property
    def length(self) -> int:
        """The length of the whole text."""
        return self._positions[-1]

    @property
    def units_differ(self) -> bool:
        """Whether the text has characters of two UTF-16 code units."""
        return max(self._text, default="") > "\uffff"

    def of_words(self, start: int, end: int) -> Tuple[int, int]:
        """The first character of the words `start` to `end` (exclusive), and one past the last."""
        return self._words[start][0], self._words[end - 1][1]

    def text(self, start: int, end: int) -> str:
        """The characters `start` to `end` (exclusive)."""
        return self._text[bisect_left(self._positions, start) : bisect_left(self._positions, end)]

    def words(self, start: int, end: int) -> Optional[WordRange]:
        """
        The words that the characters `start` to `end` touch; `None` when they are not within the text or touch no word.
        White space at the ends belongs to no word and changes nothing.
        """
        if not 0 <= start < end <= self.length:
            return None
        touched = [place for place, word in enumerate(self._words) if word[0] < end and start < word[1]]
        if not touched:
            return None
        first, last = self._words[touched[0]], self._words[touched[-1]]
        return WordRange(touched[0], touched[-1] + 1, start <= first[0] and last[1] <= end)
