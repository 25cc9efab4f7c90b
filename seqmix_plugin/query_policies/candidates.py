"""What a query policy is given: predictions of a batch, and all candidates with what was computed for them."""

from dataclasses import dataclass, field, replace
from typing import Callable, Iterable, NamedTuple, Optional, Sequence

import numpy as np
import torch

from seqmix_plugin.data import SentenceView
from seqmix_plugin.sentence import SentenceSource, TaggedSentence


class ScoredBatch(NamedTuple):
    """
    Predictions for some sentences of the pool, by one model, by each member of a committee, or by several dropout
    samples of a model. The first model is the one that is evaluated and saved.

    # Parameters

    positions : `np.ndarray`
        Indices of the sentences in the pool. Shape: `(batch_size,)`
    probabilities : `torch.Tensor`
        Tag probabilities. Shape: `(num_models, batch_size, num_tokens, num_tags)`
    votes : `torch.LongTensor`
        Tag that each model predicts for each word. Shape: `(num_models, batch_size, num_tokens)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    path_log_probability : `torch.Tensor`, optional (default = `None`)
        ln P(y* | x) of each model's most probable tag sequence, given by sequence models (CRF).
        Shape: `(num_models, batch_size)`
    word_vectors : `torch.Tensor`, optional (default = `None`)
        The first model's vector of each word, from which it predicts the tag; given to policies that state
        `needs_vectors`. Shape: `(batch_size, num_tokens, dimension)`
    """

    positions: np.ndarray
    probabilities: torch.Tensor
    votes: torch.Tensor
    mask: torch.Tensor
    path_log_probability: Optional[torch.Tensor] = None
    word_vectors: Optional[torch.Tensor] = None


Predict = Callable[[Sequence[TaggedSentence]], Iterable[ScoredBatch]]


@dataclass(frozen=True)
class QueryContext:
    """
    What a query policy may use beside the unlabelled sentences and the predictions for them.

    # Parameters

    labelled : `SentenceSource`, optional (default = `()`)
        The labelled sentences, with their tags.
    tags : `Sequence[str]`, optional (default = `()`)
        The tag of each index of the predictions' last dimension.
    lengths : `np.ndarray`, optional (default = `None`)
        Number of words of each unlabelled sentence; counted by default. Shape: `(num_unlabelled,)`
    expected : `int`, optional (default = `None`)
        How many sentences will be queried, where `size` is only the most that may be, as with a budget in tokens; by
        default `size`.
    earlier : `np.ndarray`, optional (default = `None`)
        The scores of the unlabelled sentences in earlier rounds, the oldest first, for policies that state
        `num_earlier`; NaN where a sentence was not scored. Shape: `(num_rounds, num_unlabelled)`
    keep_scores : `Callable[[np.ndarray], None]`, optional (default = `None`)
        Is given the scores of all unlabelled sentences. Shape: `(num_unlabelled,)`
    """

    labelled: SentenceSource = ()
    tags: Sequence[str] = ()
    lengths: Optional[np.ndarray] = None
    expected: Optional[int] = None
    earlier: Optional[np.ndarray] = None
    keep_scores: Optional[Callable[[np.ndarray], None]] = None

    @property
    def outside(self) -> int:
        """Index of the tag of words outside of entities, -1 where the tags are not known."""
        return list(self.tags).index("O") if "O" in self.tags else -1


@dataclass(frozen=True)
class Candidates:
    """
    The unlabelled sentences of a query and what was computed for each, from which `QueryPolicy.order` chooses. All
    arrays are in the order of the sentences.

    # Parameters

    sentences : `SentenceSource`
        The sentences, without labels.
    lengths : `np.ndarray`
        Number of words of each. Shape: `(num_candidates,)`
    scores : `np.ndarray`
        Informativeness γ(x), 0 where the policy does not score. Shape: `(num_candidates,)`
    ranks : `np.ndarray`
        The values by which they are ranked, higher first. Shape: `(num_candidates,)`
    ties : `np.ndarray`
        Distinct random numbers: of two with the same rank that with the lower one is taken first.
        Shape: `(num_candidates,)`
    expected : `int`
        How many of them will be queried, as far as is known; more may be asked for.
    vectors : `np.ndarray`, optional (default = `None`)
        What `QueryPolicy.vectors` computes. Shape: `(num_candidates, dimension)`
    labelled : `SentenceSource`, optional (default = `()`)
        The labelled sentences, with their tags.
    labelled_vectors : `np.ndarray`, optional (default = `None`)
        The vectors of the labelled sentences, for policies that state `needs_labelled_vectors`; `None` where nothing is
        labelled.
        Shape: `(num_labelled, dimension)`
    earlier : `np.ndarray`, optional (default = `None`)
        The scores in earlier rounds, for policies that state `num_earlier`; see `QueryContext`.
        Shape: `(num_rounds, num_candidates)`
    places : `np.ndarray`, optional (default = `None`)
        Numbers that increase with the place in the training file; by default the candidates are in its order.
        Shape: `(num_candidates,)`
    """

    sentences: SentenceSource
    lengths: np.ndarray
    scores: np.ndarray
    ranks: np.ndarray
    ties: np.ndarray
    expected: int
    vectors: Optional[np.ndarray] = None
    labelled: SentenceSource = field(default=())
    labelled_vectors: Optional[np.ndarray] = None
    earlier: Optional[np.ndarray] = None
    places: Optional[np.ndarray] = None

    def __len__(self) -> int:
        return len(self.ranks)

    def at(self, places: np.ndarray, expected: int) -> "Candidates":
        """Some of the candidates, of which so many will be queried. Shape of `places`: `(num_chosen,)`"""
        return replace(
            self,
            sentences=SentenceView(self.sentences, places),
            lengths=self.lengths[places],
            scores=self.scores[places],
            ranks=self.ranks[places],
            ties=self.ties[places],
            expected=expected,
            vectors=None if self.vectors is None else self.vectors[places],
            earlier=None if self.earlier is None else self.earlier[:, places],
            places=places if self.places is None else self.places[places],
        )
