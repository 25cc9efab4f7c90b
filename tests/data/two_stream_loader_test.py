"""Batches of labelled sentences and of soft labels of the pool."""

import itertools
from typing import Any, List

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, Vocabulary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqmix_plugin.data import BatchSizes, ConllColumnsReader, SoftSentences, TwoStreamLoader
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import LABELS
from tests.two_processes import on_two_processes

NUMBERS = {label: number for number, label in enumerate(LABELS)}
WORDS = ("Anna", "sings", "in", "Oslo", "zzz", "xyzzy", "flights")


def sentences(lengths: List[int]) -> List[TaggedSentence]:
    """Of these lengths, with hard and soft labels in turn."""
    made = []
    for number, length in enumerate(lengths):
        words = tuple(WORDS[(number + place) % len(WORDS)] for place in range(length))
        soft = tuple({"B-PER": 0.25, "O": 0.75} for _ in words) if number % 2 else None
        made.append(TaggedSentence(str(number), words, None if soft else ("O",) * length, soft))
    return made


@pytest.fixture
def streams(reader: ConllColumnsReader) -> List[SoftSentences]:
    """Seven labelled sentences and twelve of the pool."""
    lengths = ([1, 2, 3, 4, 5, 6, 7], [7, 1, 6, 2, 5, 3, 4, 4, 3, 5, 2, 6])
    made = [SoftSentences.of(sentences(some), reader, NUMBERS) for some in lengths]
    return [one for one in made if one is not None]


def test_a_batch_is_that_of_the_instances(reader: ConllColumnsReader, streams: List[SoftSentences]) -> None:
    given_ = sentences([1, 2, 3, 4, 5, 6, 7])
    vocab = Vocabulary()
    vocab.add_tokens_to_namespace(LABELS, "labels")
    for positions in ([0, 6, 3], [1], [5, 2]):
        batch = Batch([reader.sentence_to_instance(given_[position]) for position in positions])
        batch.index_instances(vocab)
        expected: Any = batch.as_tensor_dict()
        found = streams[0].batch(np.array(positions))
        assert torch.equal(found["tag_distributions"], expected["tag_distributions"])
        for name, tensor in found["tokens"]["tokens"].items():
            assert torch.equal(tensor, expected["tokens"]["tokens"][name]), name


def test_selected_and_joined_sentences_keep_their_labels(streams: List[SoftSentences]) -> None:
    labelled, pool = streams
    both = labelled.at(np.array([5, 0])).joined(pool.at(np.array([3])))
    for position, (stream, place) in enumerate(((labelled, 5), (labelled, 0), (pool, 3))):
        one, other = both.batch(np.array([position])), stream.batch(np.array([place]))
        assert torch.equal(one["tag_distributions"], other["tag_distributions"])
        assert torch.equal(one["tokens"]["tokens"]["token_ids"], other["tokens"]["tokens"]["token_ids"])


def test_words_that_are_cut_have_no_labels(reader: ConllColumnsReader) -> None:
    reader.max_length = 4  # two words of one piece
    soft = SoftSentences.of([TaggedSentence("0", ("Anna", "in", "Oslo"), ("B-PER", "O", "B-LOC"))], reader, NUMBERS)
    assert soft is not None
    assert soft.num_words.tolist() == [2]
    assert soft.targets.argmax(1).tolist() == [NUMBERS["B-PER"], NUMBERS["O"]]


@given(
    batch_size=st.integers(2, 9),
    share=st.floats(0.05, 0.95),
    per_bucket=st.integers(1, 4),
    per_epoch=st.one_of(st.none(), st.integers(1, 9)),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_batch_has_as_many_of_each_and_all_come_equally_often(
    streams: List[SoftSentences], batch_size: int, share: float, per_bucket: int, per_epoch: Any
) -> None:
    of_pool = int(share * batch_size + 0.5)
    if not 1 <= of_pool < batch_size:
        return
    loader = TwoStreamLoader(*streams, share, BatchSizes(batch_size, per_bucket, per_epoch), seed=4)
    assert len(loader) == (per_epoch or -(-7 // (batch_size - of_pool)))
    seen = np.zeros(19, int)
    for _ in range(3):
        epoch = loader.batches()
        assert len(epoch) == len(loader)
        for batch in epoch:
            assert ((batch < 7).sum(), (batch >= 7).sum()) == (batch_size - of_pool, of_pool)
            seen += np.bincount(batch, minlength=19)
        for part in (seen[:7], seen[7:]):
            assert part.max() - part.min() <= 1


def test_order_follows_from_the_seed(streams: List[SoftSentences]) -> None:
    first, again, other = (TwoStreamLoader(*streams, 0.5, BatchSizes(4, 2, 5), seed) for seed in (1, 1, 2))
    epochs = [[batch.tolist() for batch in loader.batches()] for loader in (first, again, other)]
    assert epochs[0] == epochs[1] != epochs[2]
    assert [batch.tolist() for batch in first.batches()] != epochs[0]


def test_batches_of_a_bucket_have_sentences_of_like_length(streams: List[SoftSentences]) -> None:
    """One bucket of all: 3 batches, each of 2 labelled sentences and of 4 of the pool."""
    loader = TwoStreamLoader(*streams, 2 / 3, BatchSizes(6, 3, 3), seed=0)
    lengths = np.concatenate([stream.encoded.lengths for stream in streams])  # in word pieces
    batches = sorted(loader.batches(), key=lambda batch: lengths[batch].mean())
    for one, other in itertools.pairwise(batches):
        for part in (slice(0, 2), slice(2, 6)):
            assert lengths[one[part]].max() <= lengths[other[part]].min()


@pytest.mark.parametrize(("share", "batch_size"), [(0.0, 8), (1.0, 8), (0.1, 4), (0.9, 4)])
def test_a_batch_without_one_of_them_is_an_error(streams: List[SoftSentences], share: float, batch_size: int) -> None:
    with pytest.raises(ConfigurationError, match=f"self_training.share is {share}; with a data_loader.batch_size of"):
        TwoStreamLoader(*streams, share, BatchSizes(batch_size, 4, None), seed=0)


def check_shares(rank: int, world_size: int, device: int, streams: List[SoftSentences]) -> None:
    for batch_size in (5, 2):
        mine, whole = (TwoStreamLoader(*streams, 0.5, BatchSizes(batch_size, 2, 4), seed=3) for _ in range(2))
        for batch, everyones in zip(mine, whole.batches(), strict=True):
            expected: Any = whole._sentences.batch(everyones[rank::world_size])
            assert torch.equal(batch["tag_distributions"], expected["tag_distributions"])  # type: ignore[arg-type]


def test_processes_share_each_batch(streams: List[SoftSentences]) -> None:
    on_two_processes(check_shares, streams)
