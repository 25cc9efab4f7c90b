"""
Every row of `docs/errors.md` about data and the course of a run is provoked, by real files and real small runs, and
says what the page says.
"""

import ast
import json
import logging
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Union

import numpy as np
import pandas as pd
import pytest
import spacy
from allennlp.commands.evaluate import evaluate_from_archive
from allennlp.commands.train import TrainModel, train_model, train_model_from_file
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import Tokenizer
from allennlp.data.token_indexers import SingleIdTokenIndexer
from allennlp.data.tokenizers import (
    CharacterTokenizer,
    LettersDigitsTokenizer,
    PretrainedTransformerTokenizer,
    SpacyTokenizer,
    WhitespaceTokenizer,
)
from allennlp.models.archival import load_archive
from allennlp.predictors import Predictor
from datasets import Dataset
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2TokenizerFast

from seqmix_plugin.active_learning.round_budget import RoundBudget
from seqmix_plugin.api.sentences import sentences_of
from seqmix_plugin.commands.augment import augment
from seqmix_plugin.commands.predict_input import CheckedPredictManager
from seqmix_plugin.data import (
    ConllColumnsReader,
    HfDatasetReader,
    JsonlSentencesReader,
    PlainTextReader,
    SentenceView,
    WordPieceIndexer,
)
from seqmix_plugin.query_policies import RandomPolicy
from seqmix_plugin.self_training.label_file import LabelFile
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.trackers import RunTrackers
from seqmix_plugin.trackers.tensorboard import TensorboardTracker
from tests.active_learning.conftest import small_config
from tests.conftest import ROOT
from tests.errors_page import PAGE, Row, rows
from tests.strange_text import strange_text

PACKAGE = ROOT / "seqmix_plugin"
BUILT_IN_VAIN = ("random_seed", "numpy_seed", "pytorch_seed", "include_in_archive")
"""Keys that `allennlp train` takes off before it builds."""


class Trial:
    """
    Where something is tried.

    # Parameters

    folder : `Path`
        Empty.
    encoder : `str`
        The tiny one.
    finished : `Path`
        A run that is done.
    """

    def __init__(self, folder: Path, encoder: str, finished: Path) -> None:
        self.folder = folder
        self.encoder = encoder
        self.finished = finished

    def write(self, name: str, content: Union[str, bytes]) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return str(path)

    def columns(self, content: Union[str, bytes], **keys: Any) -> SentenceSource:
        """Reads a column file of this content."""
        keys = {"token_indexers": {"tokens": SingleIdTokenIndexer()}, **keys}
        return ConllColumnsReader(**keys).read_sentences(self.write("corpus.conll", content))

    def jsonl(self, record: Any, **keys: Any) -> SentenceSource:
        """Reads a JSONL file of a sentence and of this record, which may be text."""
        second = record if isinstance(record, str) else json.dumps(record)
        path = self.write("corpus.jsonl", '{"tokens": ["fine"], "tags": ["O"]}\n' + second + "\n")
        return JsonlSentencesReader({"tokens": SingleIdTokenIndexer()}, **keys).read_sentences(path)

    def text(self, content: str, tokenizer: Tokenizer) -> SentenceSource:
        """Reads plain text."""
        reader = PlainTextReader({"tokens": SingleIdTokenIndexer()}, tokenizer)
        return reader.read_sentences(self.write("corpus.txt", content))

    def config(self, train: Optional[str] = None, **overrides: Any) -> Dict[str, Any]:
        """The small run's, on a training file of this content if there is one."""
        if train is not None:
            data = {"train_data_path": self.write("train.conll", train), "trainer.pool.size": None}
            overrides = {**data, "validation_data_path": None, "test_data_path": None, **overrides}
        return small_config(self.encoder, **overrides)

    def build(self, train: Optional[str] = None, **overrides: Any) -> None:
        """Everything that a run does before its first round."""
        config = {key: value for key, value in self.config(train, **overrides).items() if key not in BUILT_IN_VAIN}
        (self.folder / "built").mkdir()
        TrainModel.from_params(Params(config), serialization_dir=str(self.folder / "built"), local_rank=0)

    def run(self, train: Optional[str] = None, **overrides: Any) -> Path:
        """A whole run."""
        train_model(Params(self.config(train, **overrides)), str(self.folder / "run"))
        return self.folder / "run"

    def augment(self, name: str, content: str, **arguments: Any) -> None:
        """`seqmix augment` of a file of this content."""
        reader = {"dataset_reader.type": "jsonl_sentences"} if name.endswith("jsonl") else {}
        config = self.write("config.json", json.dumps(self.config(**reader)))
        augment(config, self.write(name, content), output=str(self.folder / "out"), rate=1, **arguments)


Case = Callable[[Trial], object]


def columns(content: Union[str, bytes], **keys: Any) -> Case:
    return lambda trial: trial.columns(content, **keys)


def jsonl(record: Any, **keys: Any) -> Case:
    return lambda trial: trial.jsonl(record, **keys)


def labels(**values: Any) -> Case:
    return jsonl({"tokens": ["Anna"], **values})


def text(content: str, tokenizer: Optional[Tokenizer] = None) -> Case:
    return lambda trial: trial.text(content, tokenizer or WhitespaceTokenizer())


def data_set(path: str, **keys: Any) -> Case:
    """Reads a split, beside a folder `saved` that has one sentence in its split `train`."""

    def read(trial: Trial) -> object:
        Dataset.from_dict({"tokens": [["Anna"]], "ner_tags": [[1]]}).save_to_disk(str(trial.folder / "saved"))
        place = path.replace("saved", str(trial.folder / "saved"))
        return HfDatasetReader({"tokens": SingleIdTokenIndexer()}, **keys).read_sentences(place)

    return read


def failing_tracker(trial: Trial) -> None:
    trial.write("tensorboard", "in the place of a folder")
    RunTrackers([TensorboardTracker()], trial.folder).log([])


def too_long(trial: Trial) -> object:
    spacy.blank("en").to_disk(trial.folder / "language")
    return trial.text("a" * 1_000_001, SpacyTokenizer(str(trial.folder / "language")))


SUNG = SentenceView([TaggedSentence("0", ("Anna", "sings"))], np.arange(1))


def soft(rows: str) -> Case:
    """Reads soft labels of a pool of one sentence."""
    return lambda trial: LabelFile(trial.write("soft.jsonl", rows), ["B-PER", "I-PER", "O"]).places(SUNG)


def changing(trial: Trial) -> object:
    row = '{"id": "0", "num_cut_words": %d, "tag_distributions": [{"O": 1}, {"O": 1}]}'
    file = LabelFile(trial.write("soft.jsonl", row % 0), ["O"])
    [place] = file.places(SUNG).values()
    trial.write("soft.jsonl", row % 1)
    return file.read(place)


def predict(record: Dict[str, Any]) -> Case:
    return lambda trial: Predictor.from_archive(load_archive(trial.finished)).predict_json(record)


def predict_file(line: bytes) -> Case:
    def tagged(trial: Trial) -> object:
        path = trial.write("in.jsonl", b'{"sentence": "Anna"}\n' + line)
        predictor = Predictor.from_archive(load_archive(trial.finished))
        return CheckedPredictManager(predictor, path, None, 1, False, False).run()

    return tagged


def unknown_tag(trial: Trial) -> object:
    path = trial.write("other.conll", "Anna\tB-HERO\n")
    return evaluate_from_archive(trial.finished / "model.tar.gz", path)


def unreadable(trial: Trial) -> None:
    """A file that even root cannot read."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("there is one on Linux only")
    trial.build(train_data_path="/proc/self/mem")


def byte_level(trial: Trial) -> None:
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(["a b in the Oslo"] * 9, vocab_size=300, show_progress=False)
    bpe.save_model(str(trial.folder))
    files = {"vocab_file": trial.folder / "vocab.json", "merges_file": trial.folder / "merges.txt"}
    GPT2TokenizerFast(**{name: str(path) for name, path in files.items()}).save_pretrained(trial.folder)
    GPT2Config().save_pretrained(trial.folder)
    WordPieceIndexer(str(trial.folder))


def no_unknown_piece(trial: Trial) -> None:
    indexer = WordPieceIndexer(trial.encoder)
    indexer.tokenizer.unk_token = None
    trial.columns("\u200b\tO\n", token_indexers={"tokens": indexer})


def cut(content: str) -> Case:
    return lambda trial: trial.columns(
        content, token_indexers={"tokens": WordPieceIndexer(trial.encoder)}, max_length=6
    )


def nothing_of_a_word(trial: Trial) -> None:
    indexer = WordPieceIndexer(trial.encoder)
    trial.columns("\u200b\tO\n\u0000\tO\n", token_indexers={"tokens": indexer})
    assert indexer.tokenizer.tokenize("\u200b") == []
    assert indexer.pieces(["\u200b", "\u0000"]) == [(indexer.tokenizer.unk_token_id,)] * 2


DENSE = [
    "Anna\tB-PER\nBerg\tI-PER\nOslo\tB-LOC",
    "Paris\tB-LOC\nOslo\tB-LOC\nflights\tO",
    "Berg\tB-PER\nin\tO\nOslo\tB-LOC",
]
"""Every window of two has an entity."""
NO_O = "\n\n".join(block.replace("\tO", "\tI-LOC") for block in DENSE[:2] * 12)
SHORTEST = {"trainer.seed_size": 2, "trainer.num_rounds": 0, "trainer.augmenter": {"type": "none"}}
UNSEEN: Dict[str, Any] = {"validation_data_path": None, "test_data_path": None}
WINDOWS = {
    "trainer.augmenter.pairing": {"type": "sub_sequence", "window": 2, "min_density": 0.5},
    "trainer.seed_size": 6,
}
REFUSES = {
    "type": "perplexity",
    "language_model": {"type": "in_domain", "settings": {"max_epochs": 1, "vocab_size": 300}},
    "range": [1, 1.000001],  # nothing is that plain
}
FEW_TRIES = {"trainer.augmenter.max_tries": 2, "trainer.augmenter.discriminator": REFUSES}
TWO_SPELLINGS = "\n\n".join(["Oslo\tB-LOC\nParis\tB-LOC\nOslo\tB-LOC"] * 24)
NARROW = "\n\n".join(["Oslo\tB-LOC\nParis\tB-LOC\nsings\tO"] * 40)

DATA: Dict[str, Case] = {
    "a file that does not exist, or an address that cannot be downloaded": lambda trial: trial.build(
        train_data_path="no/such.conll"
    ),
    "the same in a file of a configuration: a relative path that exists neither beside it nor in the working "
    "directory": lambda trial: train_model_from_file(
        trial.write("a.json", json.dumps(trial.config(test_data_path="no/such.conll"))), str(trial.folder / "run")
    ),
    "a folder, or anything else that is not a file": lambda trial: trial.build(train_data_path=str(trial.folder)),
    "a file that cannot be read": unreadable,
    "text that is not UTF-8": columns(b"Anna O\nM\xfcnchen B-LOC\n"),
    "an empty file, or one with only blank lines and comments": columns("\n# id = 1\n"),
    "a repeated id": columns("# id = a\nAnna O\n\n# id = a\nBerg O\n"),
    "columns: a row without a word or a tag, or with too few columns": columns("Anna O\nsings\n"),
    "columns: a carriage return that does not end its line": columns("Anna O\rsings O\r"),
    "columns: a separator other than that of the first row": columns("Anna\tO\nNew York B-LOC\tO x\nin O O\n"),
    "columns: rows with more or fewer columns than the first, for instance because a word contains a space": columns(
        "in O\n10 000 O\n"
    ),
    "columns: row numbers instead of words, such as with `token_column: 0` for CoNLL-U": columns(
        "1\tAnna\tO\n2\tsings\tO\n3\t.\tO\n"
    ),
    "columns: ranges and empty nodes of CoNLL-U": columns(
        "".join(
            f"{n}\tin{8 * chr(9) + 'O'}\n".replace("\t\t", "\t_\t").replace("\t\t", "\t_\t") for n in ("1-2", "1", "2")
        ),
        token_column=1,
    ),
    "a word that contains white space and a tag, for instance because two separators are mixed": jsonl(
        {"tokens": ["Anna B-PER"], "tags": ["O"]}
    ),
    "sentences of dev or test that are also in the training file": lambda trial: trial.build(
        "Anna\tB-PER\nsings\tO\nin\tO\n\n" * 24,
        validation_data_path=trial.write("dev.conll", "Anna\tB-PER\nsings\tO\nin\tO\n"),
    ),
    "entity types with surrounding white space or invisible characters": lambda trial: trial.build(
        labels=["PER ", "LOC"]
    ),
    "`source_scheme` is not a tag scheme": columns("Anna O\n", source_scheme="IOB2"),
    "a tag of another scheme, or text that is not a tag": columns("Anna S-PER\n"),
    "a tag with zero-width or control characters, or with white space around its type": columns("Anna B-PER\u200b\n"),
    "an entity that continues without a beginning; often the wrong scheme": columns("Anna I-PER\n"),
    "BIOES and BIOUL: an entity that does not end; often the wrong scheme": columns(
        "Anna B-PER\nsings O\n", source_scheme="BIOES"
    ),
    "invalid tag sequences with `repair_tags: true`": columns("Anna I-PER\n", repair_tags=True),
    "JSONL: a line that is not JSON": jsonl("{"),
    "JSONL: a duplicate key in an object": jsonl('{"tokens": ["Anna"], "tags": ["B-PER"], "tags": ["O"]}'),
    "JSONL: hundreds of nested brackets": jsonl("[" * 100_000),
    "JSONL: a line that is not an object": jsonl("[1]"),
    "JSONL: a sentence without words, or with an empty word": jsonl({"tokens": [], "tags": []}),
    "JSONL: half of a surrogate pair in a word or an id": jsonl({"tokens": ["\ud83d"], "tags": ["O"]}),
    "JSONL: an id that is neither a string nor an integer": labels(tags=["O"], id=1.5),
    "JSONL: no labels at all": labels(),
    "JSONL: tags of another type": labels(tags="O"),
    "JSONL: soft labels of another type": labels(tag_distributions={"O": 1}),
    "JSONL: more or fewer tags than words": labels(tags=["O", "O"]),
    "JSONL: more or fewer soft labels than words": labels(tag_distributions=[]),
    "JSONL: a soft label for a tag that is not BIO": labels(tag_distributions=[{"S-PER": 1}]),
    "JSONL: an invalid probability": labels(tag_distributions=[{"O": -1}]),
    "JSONL: probabilities that do not sum to 1": labels(tag_distributions=[{"O": 0.5}]),
    "JSONL: `spaces` that are not white space": labels(tags=["O"], spaces=["-"]),
    "JSONL: more or fewer spaces than words": labels(tags=["O"], spaces=[" ", " "]),
    "data set: a path that names no split": data_set("saved"),
    "data set: a folder that does not exist": data_set("no/such/folder:train"),
    "data set: a name that is neither a folder nor can be loaded, for instance without a network": data_set("no:train"),
    "data set: a folder without data, or a slice that is none": data_set("saved:train[a]"),
    "data set: a configuration of a folder that `save_to_disk` has written": data_set("saved:en:train"),
    "data set: a split that does not exist": data_set("saved:dev"),
    "data set or frame: a column that does not exist": data_set("saved:train", tags_column="ner"),
    "data set or list: tags that are numbers, without names": data_set("saved:train"),
    "data set or list: a number that has no name": data_set("saved:train", tag_names=["O"]),
    "data set, frame or list: no row": data_set("saved:train[:0]"),
    "frame or data set: no column of words or tags": lambda trial: sentences_of(pd.DataFrame({"words": ["Anna"]})),
    "frame or data set: two columns of one name": lambda trial: sentences_of(
        pd.DataFrame([["Anna", "O", "O"]], columns=["words", "tags", "tags"])
    ),
    "frame: words without a column of sentences": lambda trial: sentences_of(
        pd.DataFrame({"word": ["Anna"], "tag": ["O"]})
    ),
    "frame: words of a sentence with those of another between them": lambda trial: sentences_of(
        pd.DataFrame({"word": list("abc"), "tag": list("OOO"), "sentence_id": [0, 1, 0]})
    ),
    "list: an item that is no sentence": lambda trial: sentences_of([3]),
    "anything else in the place of a list": lambda trial: sentences_of("Anna"),
    "a mapping of several data sets": lambda trial: sentences_of({"train": []}),
    "soft labels of a file: a row that names no sentence": soft('{"tags": ["B-PER", "O"]}'),
    "soft labels of a file: other words than those of the sentence of the pool with this id": soft(
        '{"id": "0", "tokens": ["Berg", "sings"], "tags": ["B-PER", "O"]}'
    ),
    "soft labels of a file: a sentence that is in two rows": soft(
        '{"id": "0", "tags": ["B-PER", "O"]}\n{"tokens": ["Anna", "sings"], "tags": ["B-PER", "O"]}'
    ),
    "soft labels of a file: a row without labels": soft('{"id": "0"}'),
    "soft labels of a file: labels of another type": soft('{"id": "0", "tags": "O"}'),
    "soft labels of a file: more or fewer than words": soft('{"id": "0", "tag_distributions": [{"O": 1}]}'),
    "soft labels of a file: a tag that the run does not know": soft('{"id": "0", "tags": ["B-LOC", "O"]}'),
    "soft labels of a file: an invalid probability": soft('{"id": "0", "tag_distributions": [{"O": 1}, {"O": "1"}]}'),
    "soft labels of a file: probabilities that do not sum to 1": soft(
        '{"id": "0", "tag_distributions": [{"O": 1}, {"O": 0.5}]}'
    ),
    "soft labels of a file: a span outside the sentence": soft(
        '{"id": "0", "spans": [{"start": 1, "end": 3, "label": "PER"}]}'
    ),
    "soft labels of a file: spans that overlap": soft(
        '{"id": "0", "spans": [{"start": 0, "end": 1, "label": "PER"}, {"start": 0, "end": 2, "label": "PER"}]}'
    ),
    "soft labels of a file that changes while the run uses it": changing,
    "plain text: a carriage return that does not end its line": text("Anna sings\rin Oslo\n"),
    "plain text: words that are not in the line, such as word pieces": lambda trial: text(
        "Anna sings\n", PretrainedTransformerTokenizer(trial.encoder)
    )(trial),
    "plain text: text outside words": text("Anna\n", CharacterTokenizer(lowercase_characters=True)),
    "plain text: numbers instead of words": text("Anna\n", CharacterTokenizer(byte_encoding="utf-8")),
    "plain text: words that begin with a combining mark, such as with `letters_digits` in Hindi": text(
        "मैं दिल्ली में\n", LettersDigitsTokenizer()
    ),
    "plain text: whole clauses as words, in scripts without spaces": text(
        "我们在北京见到了王小明\n", LettersDigitsTokenizer()
    ),
    "plain text: a line that is too long for its tokenizer, or that it refuses for another reason": too_long,
    "a seed file that has all sentences of the training file": lambda trial: trial.build(
        "Anna\tB-PER\n\nOslo\tB-LOC\n",
        seed_data_path=trial.write("seed.conll", "Oslo\tB-LOC\n\nAnna\tB-PER\n"),
    ),
    "a seed sentence whose id in the run, `seed-…`, is also an id of the training file": lambda trial: trial.build(
        "# id = seed-0\nAnna\tB-PER\nsings\tO\nin\tO\n\n" + "in\tO\n\n" * 24,
        seed_data_path=trial.write("seed.conll", "Oslo\tB-LOC\n"),
    ),
    "only soft labels, or no labels, in the training file of a simulation": lambda trial: trial.build(
        **{
            "dataset_reader.type": "jsonl_sentences",
            "train_data_path": trial.write("soft.jsonl", '{"tokens": ["a"], "tag_distributions": [{"O": 1}]}\n' * 40),
            "validation_data_path": None,
            "test_data_path": None,
        }
    ),
    "only soft labels, or no labels, in dev, test or seed file": lambda trial: trial.build(
        **{"dataset_reader.unlabelled": True}
    ),
    "emoji, right-to-left text, zero-width, combining and control characters as words": lambda trial: trial.run(
        strange_text(30), **{"trainer.num_rounds": 1}
    ),
    "a word that tokenizes to nothing, such as a zero-width space": nothing_of_a_word,
    "an encoder that marks words by the preceding space, without `add_prefix_space`": byte_level,
    "the same, and the tokenizer has no unknown piece": no_unknown_piece,
    "a sentence longer than `max_length`, which is the encoder's input at most": cut("in O\n" * 5),
    "a first word that alone is longer than `max_length`": cut(f"{'ab' * 9} O\nin O\n"),
    "dev, test or seed file with entity types that the training file lacks": lambda trial: trial.build(
        "Anna\tB-PER\nsings\tO\nin\tO\n\n" * 24, validation_data_path=trial.write("dev.conll", "Oslo\tB-CITY\n")
    ),
    "entity types that differ only in case": lambda trial: trial.run(
        "Anna B-PER\nOslo B-LOC\nParis B-Loc\nsings O\n\n" * 30
    ),
    "a training file without entities": lambda trial: trial.build("Anna\tO\nsings\tO\nin\tO\n\n" * 24),
    "no word outside entities, so there is no tag O": lambda trial: trial.build(NO_O),
    "a sentence that occurs again with other tags": lambda trial: trial.build(
        "Anna\tB-PER\nsings\tO\nin\tO\n\n" * 24 + "Anna\tB-ORG\nsings\tO\nin\tO\n"
    ),
    "a sentence that occurs again with the same tags": lambda trial: trial.build(
        "Anna\tB-PER\nsings\tO\nin\tO\n\n" * 24
    ),
    "a training file with fewer sentences than `pool.size`": lambda trial: trial.build(**{"trainer.pool.size": 601}),
    "a pool that is smaller than the total number of sentences to label": lambda trial: trial.build(
        **{"trainer.query_size": 15}
    ),
    "`evaluate`: a file with tags that the model does not know": unknown_tag,
    "`predict`: a line that is not JSON": predict_file(b"Anna"),
    "`predict`: a line that is not UTF-8": predict_file(b'{"sentence": "Jos\xe9"}'),
    "`predict`: input without words, of a file with its name and line": predict_file(b'{"sentence": " "}'),
    "`predict`: half of a surrogate pair, of a file with its name and line": predict({"sentence": "Anna \ud83d"}),
    "`augment`: a word that a column file cannot hold": lambda trial: trial.augment(
        "in.jsonl", '{"tokens": ["a\\rb"], "tags": ["O"]}\n'
    ),
    "`augment`: an id that a column file cannot hold, with `--include-input`": lambda trial: trial.augment(
        "in.jsonl", '{"tokens": ["a"], "tags": ["O"], "id": "a\\nb"}\n', include_input=True
    ),
    "`augment`: nothing is accepted": lambda trial: trial.augment("in.conll", "Anna\tO\nin\tO\nOslo\tO\n\n" * 4),
    "`augment`: tags that the model of `--archive` does not know": lambda trial: trial.augment(
        "in.conll", "Anna\tB-HERO\n\n" * 4, archive=str(trial.finished)
    ),
}

COURSE: Dict[str, Case] = {
    "no two labelled sentences with windows that may be mixed": lambda trial: trial.run(
        **UNSEEN, **{"trainer.augmenter.pairing": {"type": "sub_sequence", "window": 40, "min_density": 1}}
    ),
    "a discriminator that refuses all or most sentences": lambda trial: trial.run(strange_text(30), **FEW_TRIES),
    "all pairs are used up": lambda trial: trial.run(
        **UNSEEN, **{"trainer.augmenter.rate": 40, "trainer.trainer.num_epochs": 1}
    ),
    "`duplicate` with a `pairing` that finds too few pairs": lambda trial: trial.run(
        **UNSEEN,
        **{
            "trainer.augmenter": {
                "type": "duplicate",
                "pairing": {"type": "sub_sequence", "window": 40, "min_density": 1},
            }
        },
    ),
    "`mention_replacement`, `label_token_replacement` or `shuffle_segments` without a mention, word or segment to "
    "change": lambda trial: trial.run(
        "\n\n".join(f"Anna{n} B-PER" for n in range(40)),
        **UNSEEN,
        **{"trainer.augmenter": {"type": "shuffle_segments"}},
    ),
    "one of these three, and a discriminator that refuses all or most sentences": lambda trial: trial.run(
        strange_text(30),
        **UNSEEN,
        **{"trainer.augmenter": {"type": "label_token_replacement", "max_tries": 2, "discriminator": REFUSES}},
    ),
    "mixing generates few different words": lambda trial: trial.run(
        NARROW, **{**WINDOWS, "trainer.seed_size": 12, "trainer.augmenter.rate": 5}
    ),
    "a text with fewer than three words to choose from in mixing": lambda trial: trial.run(TWO_SPELLINGS, **WINDOWS),
    "too few different sentences to fit a language model to": lambda trial: trial.run(
        "\n\n".join(DENSE * 8), **WINDOWS, **FEW_TRIES
    ),
    "self-training with soft labels of which none is confident enough, or with an empty pool": lambda trial: trial.run(
        **UNSEEN,
        **{
            "trainer.num_rounds": 0,
            "trainer.augmenter": {"type": "none"},
            "trainer.self_training": {"type": "pseudo_labels", "min_confidence": 1},
        },
    ),
    "a model that gives all sentences of the pool the same score": lambda trial: trial.run(
        "\n\n".join(["Oslo\tB-LOC", "Paris\tB-LOC"] * 12), **{"trainer.augmenter": {"type": "none"}}
    ),
    "a [tracker](trackers.md) that fails, for instance because its server is away": failing_tracker,
    "an exhausted pool, possible only with a custom policy, oracle or stopping rule": lambda trial: (
        RandomPolicy().select([TaggedSentence("0", ("Anna",))], 2, lambda sentences: (), np.random.default_rng(0))
    ),
    "an exhausted pool of a run that queries in tokens, possible only with custom parts": lambda trial: RoundBudget(
        {"tokens": 4}, {}, 10, 2
    ).most(np.zeros(0, dtype=int)),
}
SECTIONS = {"Data files": DATA, "During a run": COURSE}
ROWS = [pytest.param(cases, row, id=row.what) for title, cases in SECTIONS.items() for row in rows(title)]


@pytest.fixture(scope="module")
def finished(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shortest run that there is."""
    folder = tmp_path_factory.mktemp("finished")
    return Trial(folder, tiny_encoder, folder).run(DENSE[0] + "\n\n" + DENSE[1], **SHORTEST)


@pytest.fixture
def trial(tmp_path: Path, tiny_encoder: str, finished: Path) -> Trial:
    return Trial(tmp_path, tiny_encoder, finished)


@pytest.fixture
def said() -> Iterator[List[str]]:
    """The warnings of this package, however AllenNLP sets up its log."""
    messages: List[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(PACKAGE.name)
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    for title, cases in SECTIONS.items():
        assert [row.what for row in rows(title)] == list(cases)


@pytest.mark.parametrize(("cases", "row"), ROWS)
def test_what_the_page_says_is_so(cases: Dict[str, Case], row: Row, trial: Trial, said: List[str]) -> None:
    if row.ends:
        with pytest.raises(ConfigurationError) as caught:
            cases[row.what](trial)
        said[:] = [str(caught.value)]
        assert not list(trial.folder.glob("*/rounds.jsonl"))
        assert not list(trial.folder.glob("out*"))
    else:
        folder = cases[row.what](trial)
        assert not isinstance(folder, Path) or (folder / "model.tar.gz").exists()
    if row.message is None:
        assert said == []
    else:
        assert [row.matches(text) for text in said].count(True) == 1, said  # once, whatever else is said
        assert all(len(text.splitlines()) == 1 for text in said)


def messages(path: Path) -> Iterator[str]:
    """The fixed parts of what a module puts together or raises."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        raises = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "error"
        for part in node.args if isinstance(node, ast.Call) and raises else getattr(node, "values", ()):
            if isinstance(part, ast.Constant) and len(str(part.value).strip()) > 8:
                yield str(part.value).strip()


@pytest.mark.parametrize(
    "module",
    [
        "api/items",
        "data/dataset_splits",
        "sentence_files/column_file",
        "sentence_files/jsonl_file",
        "sentence_files/records",
        "sentence_files/sentence_file",
        "tag_schemes",
    ],
)
def test_the_page_has_every_message_of_the_readers(module: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = [part.strip(" '") for part in messages(PACKAGE / f"{module}.py")]
    assert len(found) >= 3
    assert [part for part in found if part not in page] == []
