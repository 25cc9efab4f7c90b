"""
Tag schemes of span labelling: `IOB1`, `BIO` (also called IOB2), `BIOES` and `BIOUL`, to and from spans.

Inside the plugin all tags are BIO; readers convert on the way in. Parsing is strict, because a file read in the wrong
scheme gives wrong entities without any other sign.
"""

from typing import List, Mapping, NamedTuple, Optional, Sequence, Tuple

PREFIXES = {"IOB1": "BIO", "BIO": "BIO", "BIOES": "BIOES", "BIOUL": "BIOUL"}
"""The schemes and the prefixes of each."""

_ONE_NAME = {"E": "E", "L": "E", "S": "S", "U": "S"}


class Span(NamedTuple):
    """
    An entity, in word positions.

    # Parameters

    start : `int`
        Its first word.
    end : `int`
        One past its last word.
    label : `str`
        Its type.
    score : `float`, optional (default = `None`)
        The model's probability of it, where it is a prediction.
    """

    start: int
    end: int
    label: str
    score: Optional[float] = None


class InvalidTagError(ValueError):
    """
    A tag that its scheme does not allow at its position.

    # Parameters

    position : `int`
        The index of the offending tag in its sentence.
    message : `str`
        The mistake, and what would be valid.
    repairable : `bool`, optional (default = `True`)
        Whether `repair` would read it; not when it is not a tag of the scheme at all.
    """

    def __init__(self, position: int, message: str, repairable: bool = True) -> None:
        super().__init__(message)
        self.position = position
        self.repairable = repairable


def tags_to_spans(tags: Sequence[str], scheme: str = "BIO", repair: bool = False) -> Tuple[List[Span], int]:
    """
    Reads the entities off a tag sequence.

    # Parameters

    tags : `Sequence[str]`
        One tag a word, in `scheme`.
    scheme : `str`, optional (default = `"BIO"`)
        One of `PREFIXES`.
    repair : `bool`, optional (default = `False`)
        Read an invalid tag as conlleval does instead of raising: a tag that cannot continue an entity starts one, and
        an entity that is not closed ends at its last word.

    # Returns

    `Tuple[List[Span], int]`
        The spans in order, and the number of tags that had to be repaired: those that the scheme would write
        otherwise. In IOB1 every sequence is valid, so the number is 0.

    # Raises

    `InvalidTagError`
        For a tag that does not belong to the scheme, or one that is not allowed at its position.
    """
    spans: List[Span] = []
    start: Optional[int] = None
    previous, last_prefix, last_label = "O", "O", ""
    for position, tag in enumerate(tags):
        prefix, label = _split(tag, scheme, position)
        goes_on = start is not None and prefix in "IE" and label == last_label
        complaint = _complaint(scheme, previous, tag, goes_on, (last_prefix, last_label), (prefix, label))
        if complaint and not repair:
            raise InvalidTagError(position, complaint)
        if start is not None and not goes_on:
            spans.append(Span(start, position, last_label))
            start = None
        if prefix != "O" and start is None:
            start = position
        if prefix in "ES" and start is not None:
            spans.append(Span(start, position + 1, label))
            start = None
        previous, last_prefix, last_label = tag, prefix, label
    if start is not None:
        if scheme in ("BIOES", "BIOUL") and not repair:
            raise InvalidTagError(len(tags) - 1, _unclosed(scheme, previous))
        spans.append(Span(start, len(tags), last_label))
    if not repair or scheme == "IOB1":
        return spans, 0
    return spans, sum(tag != better for tag, better in zip(tags, spans_to_tags(spans, len(tags), scheme), strict=True))


def spans_to_tags(spans: Sequence[Span], length: int, scheme: str = "BIO") -> List[str]:
    """
    Writes spans as tags, the inverse of `tags_to_spans`.

    # Parameters

    spans : `Sequence[Span]`
        Not overlapping, in order.
    length : `int`
        The number of words.
    scheme : `str`, optional (default = `"BIO"`)
        One of `PREFIXES`.
    """
    begin, inside, end, single = {"BIOES": tuple("BIES"), "BIOUL": tuple("BILU")}.get(scheme, tuple("BIIB"))
    tags = ["O"] * length
    previous = Span(-1, -1, "")
    for span in spans:
        touches = previous.end == span.start and previous.label == span.label
        first = "I" if scheme == "IOB1" and not touches else begin
        tags[span.start : span.end] = [f"{inside}-{span.label}"] * (span.end - span.start)
        tags[span.end - 1] = f"{end}-{span.label}"
        tags[span.start] = f"{first}-{span.label}"
        if span.end - span.start == 1 and scheme in ("BIOES", "BIOUL"):
            tags[span.start] = f"{single}-{span.label}"
        previous = span
    return tags


def to_bio(tags: Sequence[str], scheme: str, repair: bool = False) -> Tuple[List[str], int]:
    """
    Converts tags of any scheme to BIO.

    # Returns

    `Tuple[List[str], int]`
        The BIO tags and the number of tags that had to be repaired.

    # Raises

    `InvalidTagError`
        As `tags_to_spans`.
    """
    spans, repaired = tags_to_spans(tags, scheme, repair)
    return spans_to_tags(spans, len(tags)), repaired


def hard_tags(distributions: Sequence[Mapping[str, float]]) -> Tuple[List[str], int]:
    """
    Soft labels as one valid BIO sequence: each word's most probable tag, of equally probable ones the first in
    alphabetical order, then repaired as conlleval reads it, since a mixed window that cuts an entity leaves an `I-`
    without its `B-`.

    # Parameters

    distributions : `Sequence[Mapping[str, float]]`
        Probabilities of BIO tags, one or more a word.

    # Returns

    `Tuple[List[str], int]`
        The tags and how many of the most probable ones had to be repaired.
    """
    return to_bio([min(row, key=lambda tag: (-row[tag], tag)) for row in distributions], "BIO", repair=True)


def is_type_name(text: str) -> bool:
    """Whether a text may name an entity type: not with invisible characters, by which two types would look the same."""
    return text != "" and text.isprintable() and text == text.strip()


def _split(tag: str, scheme: str, position: int) -> Tuple[str, str]:
    if tag == "O":
        return "O", ""
    prefix, dash, label = tag.partition("-")
    if not dash or not label or prefix == "O" or prefix not in PREFIXES[scheme] or len(prefix) != 1:
        valid = ", ".join(["O"] + [f"{p}-TYPE" for p in PREFIXES[scheme] if p != "O"])
        raise InvalidTagError(position, f"tag {tag!r} is none of {scheme}'s: {valid}", repairable=False)
    if not is_type_name(label):
        message = f"tag {tag!r} has characters that cannot be seen, or white space at its end or after '{prefix}-'"
        raise InvalidTagError(position, message, repairable=False)
    return _ONE_NAME.get(prefix, prefix), label


def _unclosed(scheme: str, tag: str) -> str:
    last = "E" if scheme == "BIOES" else "L"
    return f"{tag!r} opens or goes on an entity that no '{last}-{tag[2:]}' closes in {scheme}"


def _complaint(
    scheme: str, previous: str, tag: str, goes_on: bool, last: Tuple[str, str], this: Tuple[str, str]
) -> Optional[str]:
    """What is wrong with `tag` after `previous`, or `None`."""
    if scheme == "IOB1":
        return None  # Every sequence can be read; CoNLL-2003 itself has a needless `B-`.
    if this[0] in "IE" and not goes_on:
        return f"{tag!r} after {previous!r}: no entity of type {this[1]!r} is open in {scheme}"
    if scheme in ("BIOES", "BIOUL") and last[0] in "BI" and not goes_on:
        return f"{tag!r} after {previous!r}: {_unclosed(scheme, previous)}"
    return None
