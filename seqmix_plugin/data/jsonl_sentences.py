"""Reader of JSONL files: one sentence a line."""

import sys
from itertools import count, repeat
from typing import Any, Dict, Iterator, Optional

from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.sentence_file import SentenceFile, check_scheme, tag_error
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.io.json_text import is_text, parse_at, shown
from seqmix_plugin.sentence import TagDistribution, TaggedSentence

TOLERANCE = 0.01
"""The largest deviation of a distribution's sum from 1: what rounding to a few digits leaves."""
EXACT = 1e-9
"""The largest deviation of the sum of numbers that were not rounded for people to read."""
LISTS = {
    "tokens": (str, "a list of words, none of them empty"),
    "tags": (str, "a list of strings, one a token"),
    "tag_distributions": (dict, "a list of objects, one a token"),
    "spaces": (str, "a list of white space, a string a token"),
}
"""The type of the items of each list and the description of the list."""


@DatasetReader.register("jsonl_sentences")
class JsonlSentencesReader(SentenceReader):
    """
    Reads JSONL files with one object, a sentence, a line. Blank lines and further keys are ignored. Tags are converted
    to BIO.

    | key | value |
    |---|---|
    | `tokens` | the words, a list of strings |
    | `tags` | one tag a word, in `source_scheme`; may be left out when there are `tag_distributions` |
    | `tag_distributions` | soft labels, the targets of the loss: one object a word, from BIO tags (whatever `source_scheme` is) to probabilities that sum to 1; a sum that rounding has changed by up to 0.01 is normalized |
    | `id` | a string or an integer, unique in the file; by default the position among the sentences, from 0 |
    | `spaces` | the white space that followed each word in the text, a list of strings; by default one space between words |

    A sentence with both keeps both: its tags are used for scores, its soft labels for training. `allennlp augment`
    writes such files.

    Registered as a `DatasetReader` with name "jsonl_sentences".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    source_scheme : `str`, optional (default = `"BIO"`)
        The tag scheme of `tags`: `IOB1`, `BIO`, `BIOES` or `BIOUL`.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them and count them in a warning, instead of raising an error.
    unlabelled : `bool`, optional (default = `False`)
        The files have no labels, or labels that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.

    # Raises

    `ConfigurationError`
        With file and line: a line that is not such an object, an invalid tag or tag sequence, a distribution that does
        not sum to 1, `spaces` that are not white space, bytes that are not UTF-8, a missing file or one without
        sentences.
    """  # noqa: E501  a table cannot be wrapped

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        source_scheme: str = "BIO",
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        unlabelled: bool = False,
        max_instances: Optional[int] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances)
        check_scheme(source_scheme)
        self._scheme = source_scheme
        self._repair = repair_tags
        self._unlabelled = unlabelled

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file = SentenceFile(path, self._scheme, self._repair)
        lines = ((number, line) for number, line in file.lines() if line.strip())
        return file.checked(
            _sentence(file, f"line {number}", line, position, self._unlabelled)
            for position, (number, line) in enumerate(lines)
        )


def _sentence(file: SentenceFile, place: str, line: str, position: int, unlabelled: bool) -> TaggedSentence:
    record = parse_at(f"{file.path}, {place}", line)
    if not isinstance(record, dict):
        raise file.error(place, f'{shown(record)} is not an object; expected {{"tokens": […], "tags": […]}}')
    tokens = _list(file, place, record, "tokens")
    if not tokens or not all(tokens):
        raise _wrong(file, place, record, "tokens")
    words = tuple(map(sys.intern, tokens))
    name = record.get("id")
    if name is not None and (isinstance(name, bool) or not isinstance(name, (str, int)) or name == ""):
        raise file.error(place, f"'id' is {shown(name)}; expected a string or a whole number")
    name = str(position if name is None else name)
    if not is_text(" ".join((name, *words))):
        raise file.error(place, "half of a surrogate pair in 'id' or 'tokens'")
    spaces = _list(file, place, record, "spaces", len(words))
    if spaces is not None and "".join(spaces).strip():
        raise _wrong(file, place, record, "spaces")
    spaces = None if spaces is None else tuple(map(sys.intern, spaces))
    file.check_words(words, repeat(place))
    if unlabelled:
        return TaggedSentence(name, words, spaces=spaces)
    tags = _list(file, place, record, "tags", len(words))
    soft = _list(file, place, record, "tag_distributions", len(words))
    if tags is None and soft is None:
        raise file.error(place, "neither 'tags' nor 'tag_distributions'")
    bio = None if tags is None else file.to_bio(tags, (f"{place}, word {number}" for number in count(1)))
    rows = None if soft is None else tuple(_distribution(file, place, *item) for item in enumerate(soft, 1))
    return TaggedSentence(name, words, bio, rows, spaces)


def _list(file: SentenceFile, place: str, record: Dict[str, Any], key: str, size: Optional[int] = None) -> Any:
    """The list under a key, or `None` without one; of `size` items of the right type."""
    values = record.get(key)
    if values is None:
        return None
    if not isinstance(values, list) or not set(map(type, values)) <= {LISTS[key][0]}:
        raise _wrong(file, place, record, key)
    if size not in (None, len(values)):
        raise file.error(place, f"{len(values)} {key} for {size} tokens")
    return values


def _wrong(file: SentenceFile, place: str, record: Dict[str, Any], key: str) -> Exception:
    return file.error(place, f"'{key}' is {shown(record.get(key))}; expected {LISTS[key][1]}")


def _distribution(file: SentenceFile, place: str, word: int, row: Dict[str, Any]) -> TagDistribution:
    """A distribution over BIO tags; one whose sum shows that it was rounded is divided by its sum."""
    place = f"{place}, word {word}"
    for tag, value in row.items():
        if complaint := tag_error(tag, "BIO"):
            raise file.error(place, f"{complaint} (tag_distributions are BIO)")
        if type(value) not in (int, float) or not 0 <= value <= 1 + TOLERANCE:
            raise file.error(place, f"the probability of {tag!r} is {shown(value)}; expected a number from 0 to 1")
    total = sum(row.values())
    if abs(total - 1) > TOLERANCE + EXACT:
        raise file.error(place, f"the probabilities sum to {total:.4g}, not to 1")
    divisor = 1.0 if abs(total - 1) <= EXACT else total
    return {sys.intern(tag): probability / divisor for tag, probability in row.items()}
