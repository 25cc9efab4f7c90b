"""The sentences of a list, as records."""

from collections.abc import Mapping
from typing import Any, Dict, Iterable, Iterator, Optional

from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.records import Placed, Record, plain_list

SENTENCES = "a list of sentences, a pandas frame or a datasets.Dataset"
SENTENCE = "a TaggedSentence, a dictionary with tokens and tags, or a pair of words and tags"
UNLABELLED = SENTENCE + ", or a list of words or a text"
KEYS = ("tokens", "tags", "tag_distributions", "spaces", "id")


def item_records(source: str, data: Any, keys: Dict[str, str], unlabelled: bool) -> Iterator[Placed]:
    """
    The sentences of a list: each a `TaggedSentence`, a dictionary, a pair of words and tags, or, if `unlabelled`, a
    list of words or a text. `keys` has other names of the keys of dictionaries, by those of `jsonl_sentences`.
    """
    if isinstance(data, Mapping):
        raise ConfigurationError(f"{source} is a mapping of {', '.join(map(str, data))}; expected one of its values")
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise ConfigurationError(f"{source} is {quoted(data)}; expected {SENTENCES}")
    for position, item in enumerate(data):
        record = _record(item, keys, unlabelled)
        if record is None:
            expected = UNLABELLED if unlabelled else SENTENCE
            raise ConfigurationError(f"{source}, row {position}: {quoted(item)} is no sentence; expected {expected}")
        yield f"row {position}", record


def _record(item: Any, keys: Dict[str, str], unlabelled: bool) -> Optional[Record]:
    """The record of a sentence in one of the forms, or `None`."""
    if isinstance(item, TaggedSentence):
        return {key: plain_list(getattr(item, key)) for key in KEYS}
    if isinstance(item, Mapping):
        return {key: plain_list(item.get(keys.get(key, key))) for key in KEYS}
    if isinstance(item, str):
        return {"tokens": item} if unlabelled else None
    parts = plain_list(item)
    if not isinstance(parts, list):
        return None
    lists = [plain_list(part) for part in parts]
    if len(lists) == 2 and all(isinstance(part, list) for part in lists):
        return dict(zip(("tokens", "tags"), lists, strict=True))
    return {"tokens": parts} if unlabelled and not any(isinstance(part, list) for part in lists) else None
