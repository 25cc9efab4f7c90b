"""Data loader of training batches from two streams of sentences."""

from typing import Any, Iterator, List, Optional

import numpy as np
import torch
from allennlp.data import DataLoader, Instance, Vocabulary
from allennlp.data.data_loaders import TensorDict
from allennlp.nn.util import move_to_device

from seqmix_plugin.data.in_memory_loader import BatchSizes, part_of_stream, uncounted
from seqmix_plugin.data.soft_sentences import SoftSentences
from seqmix_plugin.distributed import share as share_of_process
from seqmix_plugin.errors import ConfigurationError


class TwoStreamLoader(DataLoader):
    """
    Batches of which each has the same number of labelled sentences and of sentences of the pool with soft labels. Both
    come from endless streams of shuffled passes over them, which go on in the next epoch, and are sorted by length
    within buckets of a few batches, so that short sentences of both are together.

    An epoch has the `batches_per_epoch` of the configured loader, or else as many batches as one pass over the labelled
    sentences takes. In a distributed run each process gets its share of every batch.

    # Parameters

    labelled : `SoftSentences`
        The labelled and generated sentences, at least one.
    pool : `SoftSentences`
        The sentences of the pool with soft labels, at least one.
    share : `float`
        The share of each batch that is from the pool.
    sizes : `BatchSizes`
        Of the configured loader.
    seed : `int`
        The order of epoch n depends on `seed` and n alone.

    # Raises

    `ConfigurationError`
        When a batch would have no labelled sentence, or none of the pool.
    """

    def __init__(
        self, labelled: SoftSentences, pool: SoftSentences, share: float, sizes: BatchSizes, seed: int
    ) -> None:
        of_pool = int(share * sizes.batch_size + 0.5)
        if not 1 <= of_pool < sizes.batch_size:
            raise ConfigurationError(
                f"trainer.self_training.share is {share}; with a data_loader.batch_size of {sizes.batch_size} it is "
                f"{of_pool} sentences a batch, expected 1 at least from the pool and 1 that is labelled"
            )
        self._sizes = sizes
        self._parts = (sizes.batch_size - of_pool, of_pool)
        self._streams = (labelled, pool)
        self._sentences = labelled.joined(pool)
        self._seed = seed
        self._epoch = 0
        self._device: Optional[torch.device] = None

    def __len__(self) -> int:
        return self._sizes.batches_per_epoch or -(-len(self._streams[0]) // self._parts[0])

    def __iter__(self) -> Iterator[TensorDict]:
        for positions in self.batches():
            mine = share_of_process(positions)
            batch: Any = self._sentences.batch(mine if len(mine) > 0 else positions[:1])
            if len(mine) == 0:
                batch = uncounted(batch)
            yield batch if self._device is None else move_to_device(batch, self._device)

    def batches(self) -> List[np.ndarray]:
        """
        The positions of each batch of the next epoch, of shape `(batch_size,)`: those of the labelled sentences, and
        those of the pool's, which are counted on from the last labelled one.
        """
        number, epoch = len(self), self._epoch
        self._epoch += 1
        chosen = [
            self._by_length(part_of_stream(self._seed, epoch, number * size, len(stream), kind), size, stream)
            for kind, (stream, size) in enumerate(zip(self._streams, self._parts, strict=True), 1)
        ]
        batches = np.concatenate([chosen[0], chosen[1] + len(self._streams[0])], axis=1)
        return list(np.random.default_rng([self._seed, epoch]).permutation(batches))

    def _by_length(self, order: np.ndarray, size: int, stream: SoftSentences) -> np.ndarray:
        """Sorts a stream by length within buckets and cuts it into batches. Shape: `(num_batches, size)`"""
        bucket = np.arange(len(order)) // (size * self._sizes.batches_per_bucket)
        by_length = np.lexsort((stream.encoded.lengths[order], bucket))
        return order[by_length].reshape(-1, size)

    def iter_instances(self) -> Iterator[Instance]:
        return iter(())

    def index_with(self, vocab: Vocabulary) -> None:
        """The sentences are indexed already."""

    def set_target_device(self, device: torch.device) -> None:
        self._device = device
