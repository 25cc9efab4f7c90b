"""Reading a column file and tokenizing its words."""

from pathlib import Path
from typing import Dict, Iterator, List

from allennlp.common import Params
from allennlp.data import DatasetReader

from benchmarks.measure import at_most
from benchmarks.row import Entry, Row
from benchmarks.setting import CONFIGURATION, Setting
from seqmix_plugin.data import SentenceReader


def rows(setting: Setting) -> Iterator[Entry]:
    """The reader compared with a bare loop."""
    encoder = next(iter(setting.encoders.values()))
    params = Params.from_file(str(CONFIGURATION), setting.overrides(encoder))["dataset_reader"]
    readers = [new_reader(params)]
    assert readers[0].word_pieces is not None
    tokenizer = readers[0].word_pieces.tokenizer
    num_sentences = len(bare(tokenizer, setting.corpus.train))
    yield Row(
        label=f"reading and tokenizing {num_sentences:,} sentences",
        reference_label="split lines, tokenize the distinct words in one call, map back",
        target=at_most(1.5),
        prepare=lambda: readers.append(new_reader(params)),
        ours=lambda: read(readers[-1], setting.corpus.train),
        reference=lambda: bare(tokenizer, setting.corpus.train),
        ours_size=num_sentences,
        reference_size=num_sentences,
        difference=lambda ours, reference: float(ours != reference),
        note="the reader also checks and converts tags, names sentences and counts what it will cut",
    )


def new_reader(params: Params) -> SentenceReader:
    """A reader with empty caches."""
    reader = DatasetReader.from_params(params.duplicate())
    assert isinstance(reader, SentenceReader)
    return reader


def read(reader: SentenceReader, path: Path) -> List[List[int]]:
    """The word pieces of each sentence."""
    assert reader.word_pieces is not None
    sentences = reader.read_sentences(str(path))
    return [[piece for word in reader.word_pieces.pieces(s.tokens) for piece in word] for s in sentences]


def bare(tokenizer: object, path: Path) -> List[List[int]]:
    """The same without objects, checks or tags."""
    sentences: List[List[str]] = [[]]
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("-DOCSTART-"):
            if sentences[-1]:
                sentences.append([])
        else:
            sentences[-1].append(line.split("\t" if "\t" in line else " ", 1)[0])
    if not sentences[-1]:
        sentences.pop()
    words = list({word for sentence in sentences for word in sentence})
    encoded = tokenizer(words, add_special_tokens=False)["input_ids"]  # type: ignore[operator]
    pieces: Dict[str, List[int]] = dict(zip(words, encoded, strict=True))
    return [[piece for word in sentence for piece in pieces[word]] for sentence in sentences]
