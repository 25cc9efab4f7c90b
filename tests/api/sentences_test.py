"""Lists, frames and data sets give the sentences of a file."""

from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pandas as pd
import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data.token_indexers import SingleIdTokenIndexer
from datasets import ClassLabel, Dataset, DatasetDict, Features, Sequence, Value

from seqmix_plugin.api.sentences import sentences_of, write_sentences
from seqmix_plugin.data import ConllColumnsReader, JsonlSentencesReader
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import QUICKSTART

INDEXERS = {"tokens": SingleIdTokenIndexer()}
NAMES = ["O", "B-PER", "I-PER", "B-LOC"]
WORDS = [["Anna", "Berg", "sings"], ["in", "Oslo"]]
TAGS = [["B-PER", "I-PER", "O"], ["O", "B-LOC"]]
NUMBERS = [[1, 2, 0], [0, 3]]
EXPECTED = [
    TaggedSentence("0", ("Anna", "Berg", "sings"), ("B-PER", "I-PER", "O")),
    TaggedSentence("1", ("in", "Oslo"), ("O", "B-LOC")),
]
PAIRS = list(zip(WORDS, TAGS, strict=True))
RECORDS: List[Dict[str, Any]] = [{"tokens": words, "tags": tags} for words, tags in PAIRS]
ROWS = [(position, *row) for position, pair in enumerate(PAIRS) for row in zip(*pair, strict=True)]
FRAME_OF_WORDS = pd.DataFrame(ROWS, columns=["sentence_id", "word", "tag"])
FEATURES = Features({"tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=NAMES))})
DATASET = Dataset.from_dict({"tokens": WORDS, "ner_tags": NUMBERS}, features=FEATURES)

FORMS: Dict[str, Any] = {
    "sentences": EXPECTED,
    "dictionaries": RECORDS,
    "pairs": PAIRS,
    "pairs of arrays": [(np.array(words), np.array(tags)) for words, tags in PAIRS],
    "pairs of columns": [(pd.Series(words), pd.Series(tags)) for words, tags in PAIRS],
    "pairs of tuples": tuple((tuple(words), tuple(tags)) for words, tags in PAIRS),
    "a generator": None,
    "a frame of sentences": pd.DataFrame(RECORDS),
    "a frame of arrays": pd.DataFrame({"tokens": list(map(np.array, WORDS)), "tags": list(map(np.array, TAGS))}),
    "a frame of words": FRAME_OF_WORDS,
    "the same with ids of words": FRAME_OF_WORDS.assign(id=range(len(FRAME_OF_WORDS))),
    "the same with ids as floats": FRAME_OF_WORDS.assign(sentence_id=FRAME_OF_WORDS["sentence_id"].astype(float)),
    "a data set": DATASET,
    "a shuffled data set": DATASET.select([1, 0]).select([1, 0]),
    "a data set of strings": Dataset.from_list(RECORDS),
    "a data set of a frame": Dataset.from_pandas(pd.DataFrame(RECORDS)),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_are_the_same_sentences(form: str) -> None:
    assert sentences_of((pair for pair in PAIRS) if form == "a generator" else FORMS[form]) == EXPECTED


@pytest.mark.parametrize("form", FORMS)
def test_labels_are_not_read_of_unlabelled_sentences(form: str) -> None:
    data = (pair for pair in PAIRS) if form == "a generator" else FORMS[form]
    assert sentences_of(data, unlabelled=True) == [sentence.without_labels() for sentence in EXPECTED]


@pytest.mark.parametrize(
    "data",
    [
        WORDS,
        ["Anna Berg sings ", "in Oslo"],
        pd.DataFrame({"text": ["Anna Berg sings", "in Oslo"]}),
        pd.DataFrame({"text": ["Anna Berg sings", "in Oslo"], "id": [0, 1]}),
        FRAME_OF_WORDS[["sentence_id", "word"]],
        Dataset.from_dict({"text": ["Anna Berg sings", "in Oslo"]}),
        Dataset.from_dict({"tokens": WORDS}),
    ],
    ids=[
        "words",
        "texts",
        "a frame of texts",
        "the same with ids",
        "a frame of words",
        "a data set of texts",
        "a data set",
    ],
)
def test_words_and_texts_without_labels(data: Any) -> None:
    assert sentences_of(data, unlabelled=True) == [sentence.without_labels() for sentence in EXPECTED]


def test_texts_keep_their_white_space() -> None:
    [sentence] = sentences_of(["Oslo, 3.5\u2003km"], unlabelled=True)
    assert sentence == TaggedSentence("0", ("Oslo", ",", "3.5", "km"), spaces=("", " ", "\u2003", ""))
    assert sentence.raw_text == "Oslo, 3.5\u2003km"


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        ([{"w": WORDS[0], "t": TAGS[0], "n": 7}], {}),
        (pd.DataFrame([{"w": WORDS[0], "t": TAGS[0], "n": 7, "tags": None}]), {}),
        (pd.DataFrame({"w": WORDS[0], "t": TAGS[0], "n": [7, 7, 7]}), {}),
        (Dataset.from_list([{"w": WORDS[0], "t": NUMBERS[0], "n": 7, "tokens": ["a"]}]), {"tag_names": NAMES}),
    ],
    ids=["dictionaries", "a frame of sentences", "a frame of words", "a data set"],
)
def test_columns_may_have_any_names(data: Any, columns: Dict[str, Any]) -> None:
    [sentence] = sentences_of(data, tokens="w", tags="t", sentence_id="n", **columns)
    assert sentence == TaggedSentence("7", EXPECTED[0].tokens, EXPECTED[0].tags)


@pytest.mark.parametrize("scheme", [None, "given"])
@pytest.mark.parametrize(
    ("name", "tags"), [("IOB1", ["I-PER", "I-PER", "O"]), ("BIOES", ["B-PER", "E-PER", "O"]), ("BIO", TAGS[0])]
)
def test_tags_of_all_schemes_become_bio(name: str, tags: List[str], scheme: Any) -> None:
    [sentence] = sentences_of([(WORDS[0], tags)], scheme=scheme and name)
    assert sentence.tags == ("B-PER", "I-PER", "O")


def test_soft_labels_and_spaces_of_dictionaries_stay() -> None:
    soft = [{"B-LOC": 0.25, "O": 0.75}]
    [sentence] = sentences_of([{"tokens": ["Oslo"], "tag_distributions": soft, "spaces": [""], "id": "a"}])
    assert sentence == TaggedSentence("a", ("Oslo",), None, tuple(soft), ("",))
    assert sentences_of([sentence]) == [sentence]


def test_a_written_file_has_the_same_sentences(tmp_path: Path) -> None:
    odd = TaggedSentence("x", ("\u2028", "a\tb"), ("O", "O"), ({"O": 1.0}, {"O": 0.5, "B-A": 0.5}), ("\n", ""))
    path = write_sentences(tmp_path / "data.jsonl", [*EXPECTED, odd])
    assert JsonlSentencesReader(INDEXERS).read_sentences(str(path)) == [*EXPECTED, odd]
    assert [path.name for path in tmp_path.iterdir()] == ["data.jsonl"]


def test_ids_are_those_of_a_column_file(tmp_path: Path) -> None:
    file = ConllColumnsReader(INDEXERS).read_sentences(str(QUICKSTART / "dev.conll"))
    words = pd.DataFrame(
        [(n, *row) for n, one in enumerate(file) for row in zip(one.tokens, one.tags or (), strict=True)]
    )
    words.columns = pd.Index(["sentence_id", "word", "tag"])
    for data in ([(one.tokens, one.tags) for one in file], words, list(file)):
        assert sentences_of(data) == file


MISTAKES: Dict[str, Any] = {
    "train is 'Oslo'; expected a list of sentences, a pandas frame or a datasets.Dataset": ["Oslo", {}],
    "train is 3; expected a list of sentences, a pandas frame or a datasets.Dataset": [3, {}],
    "train is a mapping of train, test; expected one of its values": [DatasetDict(train=DATASET, test=DATASET), {}],
    "train: there is no sentence in it": [[], {}],
    "empty: there is no sentence in it": [pd.DataFrame({"tokens": [], "tags": []}), {"name": "empty"}],
    "train, row 1: 3 is no sentence; expected a TaggedSentence, a dictionary with tokens and tags, or a pair of words "
    "and tags": [[PAIRS[0], 3], {}],
    "train, row 0: 'Oslo' is no sentence; expected a TaggedSentence, a dictionary with tokens and tags, or a pair of "
    "words and tags": [["Oslo"], {}],
    "train, row 0: 7 is no sentence; expected a TaggedSentence, a dictionary with tokens and tags, or a pair of words "
    "and tags, or a list of words or a text": [[7], {"unlabelled": True}],
    "train, row 0: 'tokens' is []; expected a list of words, none of them empty": [[([], [])], {}],
    "train, row 0: 1 tags for 2 tokens": [[(["a", "b"], ["O"])], {}],
    "train, row 1: neither 'tags' nor 'tag_distributions'": [[PAIRS[0], {"tokens": ["a"]}], {}],
    "train, row 1, word 2: 'I-LOC' after 'O': no entity of type 'LOC' is open in BIO (source_scheme is BIO; "
    "repair_tags: true repairs)": [[PAIRS[0], (["in", "Oslo"], ["O", "I-LOC"])], {}],
    "train: two sentences have the same id '4'; a sentence without an id has its position, from 0, as id": [
        pd.DataFrame({"tokens": [["a"], ["b"]], "tags": [["O"], ["O"]], "id": [4, "4"]}),
        {},
    ],
    "train, row 2: the words of the sentence 4 are not in rows one after another": [
        pd.DataFrame({"word": ["a", "b", "c"], "tag": ["O", "O", "O"], "sentence_id": [4, 5, 4]}),
        {},
    ],
    "train, rows 1 to 1: 'id' is NaN; expected a string or a whole number": [
        pd.DataFrame({"word": ["a", "b"], "tag": ["O", "O"], "sentence_id": ["4", None]}),
        {},
    ],
    "train, rows 2 to 2: 'id' is NaN; expected a string or a whole number": [
        pd.DataFrame({"word": list("abc"), "tag": ["O"] * 3, "sentence_id": pd.array([4, 4, None], "Int64")}),
        {},
    ],
    "train, rows 1 to 2, word 2: tag 'PER' is none of BIO's: O, B-TYPE, I-TYPE (source_scheme is BIO)": [
        pd.DataFrame({"word": ["a", "b", "c"], "tag": ["O", "O", "PER"], "sentence_id": [0, 1, 1]}),
        {},
    ],
    "train: each row of column 'word' is a word; sentence_id is missing, the column that says to which sentence it "
    "belongs": [FRAME_OF_WORDS[["word", "tag"]], {}],
    "train: there is no column 'ner'; the columns are tokens, tags": [pd.DataFrame(RECORDS), {"tags": "ner"}],
    "train: there is no column 'ner'; the columns are tokens, ner_tags": [DATASET, {"tags": "ner"}],
    "train: there is no column 'tokens' or 'words' or 'word' or 'token' or 'text', and tokens names no other; the "
    "columns are a": [pd.DataFrame({"a": [1]}), {}],
    "train: there is no column 'tags' or 'ner_tags' or 'tag', and tags names no other; the columns are text": [
        Dataset.from_dict({"text": ["Oslo"]}),
        {},
    ],
    "train, row 1: 'tags' is [0, 3]; expected strings, or tag_names, the tags that the numbers stand for": [
        [PAIRS[0], (WORDS[1], [0, 3])],
        {},
    ],
    "train, row 0: the tag -1 has no name; there are 4 names, of the numbers from 0": [
        [(["a", "b"], [0, -1])],
        {"tag_names": NAMES},
    ],
    "source_scheme is 'IOB'; expected one of IOB1, BIO, BIOES, BIOUL": [PAIRS, {"scheme": "IOB"}],
}


@pytest.mark.parametrize("message", MISTAKES)
def test_a_mistake_is_named_with_row_and_value(message: str) -> None:
    data, options = MISTAKES[message]
    with pytest.raises(ConfigurationError) as caught:
        sentences_of(data, **{"name": "train", **options})
    assert str(caught.value) == message


def test_invalid_sequences_are_repaired(caplog: pytest.LogCaptureFixture) -> None:
    [sentence] = sentences_of([(WORDS[1], ["O", "I-LOC"])], scheme="BIO", repair_tags=True, name="train")
    assert sentence.tags == ("O", "B-LOC")
    assert caplog.messages == ["train: 1 tags were not valid BIO and have been repaired"]
