"""The job that every package does: train on a seed set, query a pool once, tag the dev file."""

import itertools
import random
from pathlib import Path
from typing import Any, Dict, Iterable, List

from benchmarks.data import Corpus
from seqmix_plugin.metrics import EntityF1
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.column_file import ColumnFile

SIZES = {"seed": 200, "pool": 500, "dev": 500}
SETTINGS = {
    "lr": 3e-4,
    "warm_up": 0.1,
    "batch_size": 32,
    "grad_norm": 1.0,
    "weight_decay": 0.01,
    "dropout": 0.1,
    "query_size": 100,
    "max_length": 128,
}
"""Of training and of the query, the same for all packages."""
DATA_SEED = 1


def read(path: Path, scheme: str) -> List[TaggedSentence]:
    """The sentences of a column file, with BIO tags."""
    file = ColumnFile(str(path), scheme, repair=False, token_column=0, tag_column=-1, unlabelled=False)
    return list(file.checked(file.sentences()))


def parts(corpus: Corpus) -> Dict[str, List[TaggedSentence]]:
    """
    The sentences of each file: the first ones of dev, seed set and pool from the shuffled training file. Those with the
    words of another are left out, as our package does not query what the seed set has.
    """
    assert corpus.dev is not None
    dev = read(corpus.dev, corpus.scheme)[: SIZES["dev"]]
    taken = {sentence.tokens for sentence in dev}
    others = {sentence.tokens: sentence for sentence in read(corpus.train, corpus.scheme)}
    train = [sentence for words, sentence in others.items() if words not in taken]
    shuffled = iter(random.Random(DATA_SEED).sample(train, len(train)))
    found = {name: list(itertools.islice(shuffled, SIZES[name])) for name in ("seed", "pool")}
    found["dev"] = dev
    found["one"] = found["seed"][:1]  # for SeqAL, which wants a file to judge by while it trains
    return found


def write_files(sentences: Dict[str, List[TaggedSentence]], folder: Path) -> Dict[str, str]:
    """Writes each part as a file of words and tags, and returns their paths."""
    paths = {name: folder / f"{name}.conll" for name in sentences}
    for name, path in paths.items():
        path.write_text("\n".join(map(as_columns, sentences[name])), encoding="utf-8")
    return {name: str(path) for name, path in paths.items()}


def as_columns(sentence: TaggedSentence) -> str:
    """A line for each word: the word, a space and its tag."""
    return "".join(f"{word} {tag}\n" for word, tag in zip(sentence.tokens, sentence.tags or (), strict=True))


def settings(files: Dict[str, str], encoder: Path, head: str, epochs: int, seed: int, output: Path) -> Dict[str, Any]:
    """What a driver is given."""
    return {
        "files": files,
        "encoder": str(encoder),
        "head": head,
        "epochs": epochs,
        "seed": seed,
        "output": str(output),
        **SETTINGS,
    }


def f1(dev: Iterable[TaggedSentence], tags: Iterable[List[str]]) -> float:
    """Entity F1 by seqeval of predicted tags; words that were cut off count as O."""
    metric = EntityF1()
    metric(list(tags), [list(sentence.tags or ()) for sentence in dev])
    return metric.get_metric()["f1"]
