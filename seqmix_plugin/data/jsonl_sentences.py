"""JSONL files: a sentence a line."""

import sys
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Tuple

from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.labelled_file import LabelledFile, check_scheme
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.io.json_text import is_list_of, is_text, parse, shown
from seqmix_plugin.sentence import TagDistribution, TaggedSentence
from seqmix_plugin.tag_schemes import InvalidTagError, to_bio

TOLERANCE = 0.01
"""How far the sum of a distribution may be from 1: what rounding to a few digits leaves."""
EXACT = 1e-9
"""How far it is at most when nothing was rounded for people to read."""


@DatasetReader.register("jsonl_sentences")
class JsonlSentencesReader(SentenceReader):
    """
    Reads JSONL files, a sentence an object a line; blank lines and further keys are passed over. Tags come out as BIO.

    | key | value |
    |---|---|
    | `tokens` | the words, a list of strings |
    | `tags` | one tag a word, in `source_scheme`; may be left out when there are `tag_distributions` |
    | `tag_distributions` | soft labels, which the loss is taken against: an object a word, from BIO tags, whatever `source_scheme` is, to probabilities that sum to 1; where rounding has left up to 0.01 more or less, they are divided by their sum |
    | `id` | a string or a whole number, unique in the file; by default the position among the sentences |
    | `spaces` | the white space that followed each word in the text, a list of strings; by default one space between words |

    A sentence with both keeps both: its tags count for scores, its soft labels are trained on. `allennlp augment` writes
    such files.

    Registered as a `DatasetReader` with name "jsonl_sentences".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    source_scheme : `str`, optional (default = `"BIO"`)
        The tag scheme of `tags`: `IOB1`, `BIO`, `BIOES` or `BIOUL`.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them, and count them in a warning, instead of stopping.
    unlabelled : `bool`, optional (default = `False`)
        The files hold words alone, or labels that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.
    serialization_dir : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.

    # Raises

    `ConfigurationError`
        With file and line: what is no such object, an invalid tag or tag sequence, a distribution that does not sum to
        1, `spaces` that are no white space, bytes that are not UTF-8, a file that is missing or holds no sentence.
    """  # noqa: E501  a table cannot be wrapped

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        source_scheme: str = "BIO",
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        unlabelled: bool = False,
        max_instances: Optional[int] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances, serialization_dir)
        check_scheme(source_scheme)
        self._scheme = source_scheme
        self._repair = repair_tags
        self._unlabelled = unlabelled

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file = LabelledFile(path, self._scheme, self._repair)
        lines = ((number, line) for number, line in file.lines() if line.strip())
        return file.checked(
            _sentence(file, f"line {number}", line, position, self._unlabelled)
            for position, (number, line) in enumerate(lines)
        )


def _sentence(file: LabelledFile, place: str, line: str, position: int, unlabelled: bool) -> TaggedSentence:
    try:
        record = parse(line, strict=False)
    except ValueError as error:
        raise file.error(place, f"not JSON ({error})") from error
    if not isinstance(record, dict):
        raise file.error(place, f'{shown(record)} is no object; expected {{"tokens": […], "tags": […]}}')
    tokens, tags, soft = record.get("tokens"), record.get("tags"), record.get("tag_distributions")
    if not tokens or not is_list_of(tokens, str) or not all(tokens):
        raise file.error(place, f"'tokens' is {shown(tokens)}; expected a list of words, none of them empty")
    if not is_text(" ".join(tokens)):
        raise file.error(place, f"'tokens' is {shown(tokens)}: half of a surrogate pair")
    name, words = _name(file, place, record.get("id"), position), tuple(map(sys.intern, tokens))
    spaces = _spaces(file, place, record.get("spaces"), len(tokens))
    file.look_at(words, lambda _: place)
    if unlabelled:
        return TaggedSentence(name, words, spaces=spaces)
    if tags is None and soft is None:
        raise file.error(place, "neither 'tags' nor 'tag_distributions'")
    if tags is not None and not is_list_of(tags, str):
        raise file.error(place, f"'tags' is {shown(tags)}; expected a list of strings, one a token")
    if soft is not None and not (isinstance(soft, list) and all(isinstance(row, dict) for row in soft)):
        raise file.error(place, f"'tag_distributions' is {shown(soft)}; expected a list of objects, one a token")
    for key, labels in (("tags", tags), ("tag_distributions", soft)):
        if labels is not None and len(labels) != len(tokens):
            raise file.error(place, f"{len(labels)} {key} for {len(tokens)} tokens")
    return TaggedSentence(
        id=name,
        tokens=words,
        tags=None if tags is None else file.to_bio(tags, lambda word: f"{place}, word {word + 1}"),
        tag_distributions=None if soft is None else _distributions(file, place, soft),
        spaces=spaces,
    )


def _name(file: LabelledFile, place: str, value: Any, position: int) -> str:
    if value is None:
        return str(position)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise file.error(place, f"'id' is {shown(value)}; expected a string or a whole number")
    if isinstance(value, str) and not is_text(value):
        raise file.error(place, f"'id' is {shown(value)}: half of a surrogate pair")
    return str(value)


def _spaces(file: LabelledFile, place: str, values: Any, length: int) -> Optional[Tuple[str, ...]]:
    if values is None:
        return None
    if not is_list_of(values, str) or not all(space.isspace() for space in values if space):
        raise file.error(place, f"'spaces' is {shown(values)}; expected a list of white space, a string a token")
    if len(values) != length:
        raise file.error(place, f"{len(values)} spaces for {length} tokens")
    return tuple(map(sys.intern, values))


def _distributions(file: LabelledFile, place: str, rows: List[Dict[str, Any]]) -> Tuple[TagDistribution, ...]:
    for position, row in enumerate(rows):
        problem = _problem(row)
        if problem is not None:
            raise file.error(f"{place}, word {position + 1}", problem)
    return tuple(map(_distribution, rows))


def _distribution(row: Dict[str, Any]) -> TagDistribution:
    """A sum that misses 1 by more than a computer's arithmetic is one of rounded numbers, which are divided by it."""
    total = sum(row.values())
    divisor = 1.0 if abs(total - 1) <= EXACT else total
    return {sys.intern(tag): probability / divisor for tag, probability in row.items()}


def _problem(row: Dict[str, Any]) -> Optional[str]:
    """What keeps this from being a distribution over BIO tags, or `None`."""
    for tag, value in row.items():
        complaint = _not_a_tag(tag)
        if complaint is not None:
            return f"{complaint} (tag_distributions are BIO)"
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1 + TOLERANCE:
            return f"the probability of {tag!r} is {shown(value)}; expected a number from 0 to 1"
    total = sum(row.values())
    return None if abs(total - 1) <= TOLERANCE + EXACT else f"the probabilities sum to {total:.4g}, not to 1"


@lru_cache(maxsize=4096)
def _not_a_tag(tag: str) -> Optional[str]:
    try:
        to_bio([tag], "BIO", repair=True)
    except InvalidTagError as error:
        return str(error)
    return None
