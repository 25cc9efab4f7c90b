"""Sentences as a notebook has them (lists, data frames, data sets) as tagged sentences, and as a file of them."""

from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union

from seqmix_plugin.api.items import item_records
from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import replacement
from seqmix_plugin.io.json_text import is_list_of, to_lines
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.dataset_rows import dataset_records, names_of_tags
from seqmix_plugin.sentence_files.frame_rows import frame_records
from seqmix_plugin.sentence_files.layout import scheme_of
from seqmix_plugin.sentence_files.records import (
    Placed,
    Record,
    check_column,
    sentences_of_records,
    with_tag_names,
)
from seqmix_plugin.sentence_files.sentence_file import check_scheme

USUAL = {"tokens": ("tokens", "words", "word", "token", "text"), "tags": ("tags", "ner_tags", "tag")}
USUAL_IDS = ("sentence_id", "id")
"""Usual names of columns; the first that is there is taken. A frame of words may have an `id` of each word."""
CHUNK = 4096
"""Number of sentences that are written together."""


@python_errors()
def sentences_of(
    data: Any,
    *,
    tokens: Optional[str] = None,
    tags: Optional[str] = None,
    sentence_id: Optional[str] = None,
    tag_names: Optional[Sequence[str]] = None,
    scheme: Optional[str] = None,
    repair_tags: bool = False,
    unlabelled: bool = False,
    name: str = "data",
) -> List[TaggedSentence]:
    """
    Makes tagged sentences, with BIO tags, of sentences in one of these forms:

    - a list of `TaggedSentence`, of dictionaries with the keys of `jsonl_sentences` (`{"tokens": […], "tags": […]}`),
      or of pairs `(words, tags)`; with `unlabelled` also of lists of words, and of texts, which the tokenizer
      `unicode_words` divides into words;
    - a pandas frame with a row a sentence (columns of lists), or a row a word (columns of the sentence, the word and
      its tag); with `unlabelled` also a row a text;
    - a `datasets.Dataset` with columns of lists; the names of tags are those of its `ClassLabel`.

    A sentence without an id gets its position, from 0, as the readers of files give it.

    # Parameters

    data : `Any`
        The sentences.
    tokens : `str`, optional (default = `None`)
        The column of the words, or the key of dictionaries; by default `tokens`, of columns the first of tokens, words,
        word, token and text that is there.
    tags : `str`, optional (default = `None`)
        The column or key of the tags; by default `tags`, of columns the first of tags, ner_tags and tag.
    sentence_id : `str`, optional (default = `None`)
        The column or key of the id, a string or a whole number, which in a frame of words says to which sentence a word
        belongs; by default `id`, of columns the first of sentence_id and id.
    tag_names : `Sequence[str]`, optional (default = `None`)
        The tags that numbers stand for; by default those of the `ClassLabel`.
    scheme : `str`, optional (default = `None`)
        `IOB1`, `BIO`, `BIOES` or `BIOUL`; by default that which the tags look like.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them and count them in a warning, instead of raising an error.
    unlabelled : `bool`, optional (default = `False`)
        The sentences have no labels, or labels that are not to be read.
    name : `str`, optional (default = `"data"`)
        What errors call the data.

    # Returns

    `List[TaggedSentence]`

    # Raises

    `ConfigurationError`
        With row, from 0, and value: what is no sentence, an invalid tag or tag sequence, other numbers of words and
        tags, a missing column, two sentences with the same id.
    """
    if scheme is not None:
        check_scheme(scheme)
    wanted = {"tokens": tokens, "tags": None if unlabelled else tags, "id": sentence_id}
    if hasattr(data, "with_format") and hasattr(data, "features"):  # a datasets.Dataset
        columns = _columns(name, wanted, list(data.column_names or ()), unlabelled)
        records = dataset_records(data, **columns)
        tag_names = tag_names or names_of_tags(data, columns["tags"])
    elif hasattr(data, "itertuples") and hasattr(data, "columns"):  # a pandas frame
        columns = _columns(name, wanted, list(data.columns), unlabelled)
        records = frame_records(name, data, unlabelled=unlabelled, **columns)
    else:
        keys = {key: column for key, column in wanted.items() if column is not None}
        records = item_records(name, data, keys, unlabelled)
    if unlabelled:
        return list(sentences_of_records(name, map(_divided, records), "BIO", False, True))
    named = list(with_tag_names(name, records, tag_names))
    if scheme is None:
        scheme = scheme_of(record["tags"] for _, record in named if is_list_of(record.get("tags"), str))
    return list(sentences_of_records(name, named, scheme, repair_tags, False))


def write_sentences(path: Union[str, Path], sentences: Iterable[TaggedSentence]) -> Path:
    """
    Writes sentences to a JSONL file, whole or not at all, from which `jsonl_sentences` reads the same sentences with
    the same ids. Returns its path.
    """
    rest = iter(sentences)
    with replacement(Path(path)) as temporary, open(temporary, "xb") as file:
        while chunk := list(islice(rest, CHUNK)):
            file.write(to_lines(map(_record, chunk)))
    return Path(path)


def _record(sentence: TaggedSentence) -> Record:
    """A sentence with the keys of `jsonl_sentences`."""
    values = {key: getattr(sentence, key) for key in ("tags", "tag_distributions", "spaces")}
    return {"id": sentence.id, "tokens": sentence.tokens} | {
        key: value for key, value in values.items() if value is not None
    }


def _columns(source: str, wanted: Dict[str, Optional[str]], there: List[Any], unlabelled: bool) -> Dict[str, Any]:
    """The columns that are wanted, or by default have a usual name; `None` for one that is not there."""
    found: Dict[str, Any] = {}
    for key, column in wanted.items():
        usual = USUAL.get(key, USUAL_IDS)
        found[key] = next((one for one in usual if one in there), None)
        if column is not None:
            found[key] = check_column(source, column, there)
        if found[key] is not None and there.count(found[key]) > 1:
            raise ConfigurationError(
                f"{source}: {there.count(found[key])} columns have the name {found[key]!r}; expected one, for {key}"
            )
        if found[key] is None and key in USUAL and not (unlabelled and key == "tags"):
            raise ConfigurationError(
                f"{source}: there is no column {' or '.join(map(repr, usual))}, and {key} names no other; the columns "
                f"are {', '.join(map(str, there))}"
            )
    return found


def _divided(placed: Placed) -> Placed:
    """A text as its words and the white space between them; lists of words as they are."""
    place, record = placed
    if not isinstance(record["tokens"], str):
        return placed
    # These take seconds to import.
    from seqmix_plugin.data import UnicodeWordsTokenizer
    from seqmix_plugin.data.plain_text import split

    words, spaces = split(record["tokens"], UnicodeWordsTokenizer().tokenize(record["tokens"]))
    usual = all(space == " " for space in spaces[:-1])
    return place, {**record, "tokens": list(words), "spaces": None if usual else list(spaces)}
