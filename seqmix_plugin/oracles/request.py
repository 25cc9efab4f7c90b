"""What an oracle is asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from seqmix_plugin.sentence import TaggedSentence


@dataclass(frozen=True)
class Request:
    """
    # Parameters

    sentences : `Sequence[TaggedSentence]`
        What is to be labelled, without labels.
    types : `Sequence[str]`
        The entity types.
    round_number : `int`
        0 is the seed set's.
    seed : `int`
        The run's seed.
    folder : `Path`
        The run's folder.
    """

    sentences: Sequence[TaggedSentence]
    types: Sequence[str]
    round_number: int
    seed: int
    folder: Path
