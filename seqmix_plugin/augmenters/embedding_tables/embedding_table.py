"""The abstract embedding table."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Callable, List, Sequence

import torch
from allennlp.common import Registrable

from seqmix_plugin.augmenters.workbench import Workbench


@dataclass(frozen=True)
class WordTable:
    """
    {W, E} of one round.

    # Parameters

    words : `List[str]`
        W.
    vectors : `torch.Tensor`
        E. Shape: `(num_words, dimension)`
    rows : `Callable[[Sequence[str]], torch.Tensor]`
        The row of each word by its normalised pieces, −1 for one that is not in the table. Shape of its result:
        `(num_words,)`
    embed : `Callable[[Sequence[str]], torch.Tensor]`
        The vector of each word, in the table or not. Shape of its result: `(num_words, dimension)`
    distance : `str`
        `"l2"` or `"cosine"`.
    """

    words: List[str]
    vectors: torch.Tensor
    rows: Callable[[Sequence[str]], torch.Tensor]
    embed: Callable[[Sequence[str]], torch.Tensor]
    distance: str


class EmbeddingTable(Registrable):
    """
    Builds {W, E} from the current model.
    """

    default_implementation = "vocabulary"

    @abstractmethod
    def build(self, workbench: Workbench) -> WordTable:
        """The table of this round."""
