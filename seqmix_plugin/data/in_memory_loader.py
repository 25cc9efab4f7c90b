"""Batches of instances that are held in memory."""

from typing import Any, Iterator, List, Optional, Tuple

import numpy as np
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, DataLoader, DatasetReader, Instance, Vocabulary
from allennlp.data.data_loaders import TensorDict
from allennlp.nn.util import move_to_device

from seqmix_plugin.data.encoded_sentences import EncodedSentences
from seqmix_plugin.distributed import share


@DataLoader.register("in_memory")
class InMemoryLoader(DataLoader):
    """
    Batches sentences by length so that little is padded. Indexed and tensorized once, padded a batch at a time.

    For training, the order is shuffled anew each epoch, cut into buckets of a few batches and sorted by length inside
    each; the batches are shuffled. Without shuffling the order is by length, longest first, when the instances are
    given (scoring a pool), and the file's own when they come from a reader (`allennlp evaluate` writes predictions in
    order).

    In a distributed run each process gets its share of every batch of given instances, so that all processes together
    take the steps that one would, and every `world_size`-th batch of encoded sentences, which are scored exactly as in
    one process.

    Registered as a `DataLoader` with name "in_memory".

    # Parameters

    batch_size : `int`, optional (default = `32`)
        Sentences a batch.
    evaluation_batch_size : `int`, optional (default = `None`)
        Sentences a batch when nothing is shuffled: by default 64 of given instances, and `batch_size` of a reader's,
        which is what `allennlp evaluate --batch-size` sets.
    batches_per_bucket : `int`, optional (default = `4`)
        How many batches are sorted by length together; 1 leaves the order entirely random.
    reader : `DatasetReader`, optional (default = `None`)
        Given by AllenNLP, not a key.
    data_path : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.
    instances : `List[Instance]`, optional (default = `None`)
        Not a key: the instances themselves, instead of `reader` and `data_path`.
    encoded : `EncodedSentences`, optional (default = `None`)
        Not a key: sentences without labels, instead of instances.
    shuffle : `bool`, optional (default = `False`)
        Not a key: whether batches are for training.
    seed : `int`, optional (default = `0`)
        Not a key: the order of epoch n follows from `seed` and n alone.
    """

    def __init__(
        self,
        batch_size: int = 32,
        evaluation_batch_size: Optional[int] = None,
        batches_per_bucket: int = 4,
        reader: Optional[DatasetReader] = None,
        data_path: Optional[str] = None,
        instances: Optional[List[Instance]] = None,
        encoded: Optional[EncodedSentences] = None,
        shuffle: bool = False,
        seed: int = 0,
    ) -> None:
        for name, value in (
            ("batch_size", batch_size),
            ("evaluation_batch_size", evaluation_batch_size),
            ("batches_per_bucket", batches_per_bucket),
        ):
            if value is not None and value < 1:
                raise ConfigurationError(f"data_loader.{name} is {value}; expected 1 or more")
        self._by_length = instances is not None or encoded is not None
        if not self._by_length:
            if reader is None or data_path is None:
                raise ConfigurationError("the in_memory data loader needs instances, or a reader and a data path")
            self._instances = list(reader.read(data_path))
        else:
            self._instances = instances or []
        self._encoded = encoded
        # What a process has of encoded sentences is whole batches, and a reader gives each its own instances already.
        self._splits_batches = instances is not None
        unshuffled = evaluation_batch_size or (64 if self._by_length else batch_size)
        self._batch_size = batch_size if shuffle else unshuffled
        self._bucket = batch_size * batches_per_bucket
        self._shuffle = shuffle
        self._seed = seed
        self._epoch = 0
        self._device: Optional[torch.device] = None
        self._size = len(self._instances) if encoded is None else len(encoded)
        self._lengths: Optional[np.ndarray] = None if encoded is None else encoded.lengths

    def __len__(self) -> int:
        if not self._shuffle:
            batches = range(-(-self._size // self._batch_size))
            return len(batches if self._encoded is None else share(batches))
        full, rest = divmod(self._size, self._bucket)
        return full * (self._bucket // self._batch_size) + -(-rest // self._batch_size)

    def __iter__(self) -> Iterator[TensorDict]:
        for _, batch in self.positioned_batches():
            yield batch

    def positioned_batches(self) -> Iterator[Tuple[np.ndarray, TensorDict]]:
        """
        Batches with the positions of their instances in the list that was given.

        # Returns

        `Iterator[Tuple[np.ndarray, TensorDict]]`
            Positions of shape `(batch_size,)`, and the batch on the target device.
        """
        for positions in self._batches():
            mine = self._share(positions)
            tensors = self._tensors(mine) if len(mine) > 0 else self._nothing(positions)
            yield mine, tensors if self._device is None else move_to_device(tensors, self._device)

    def iter_instances(self) -> Iterator[Instance]:
        yield from self._instances

    def index_with(self, vocab: Vocabulary) -> None:
        for instance in self._instances:
            instance.index_fields(vocab)

    def set_target_device(self, device: torch.device) -> None:
        self._device = device

    def _tensors(self, positions: np.ndarray) -> TensorDict:
        if self._encoded is not None:
            return self._encoded.batch(positions)  # type: ignore[return-value]
        return Batch([self._instances[position] for position in positions]).as_tensor_dict()

    def _nothing(self, positions: np.ndarray) -> TensorDict:
        """
        For a process without a share of a small batch: a sentence whose words do not count, as each process must take
        part in each step.
        """
        tensors: Any = self._tensors(positions[:1])
        for indexed in tensors["tokens"].values():
            if "mask" in indexed:
                indexed["mask"].zero_()
        if "metadata" in tensors:
            tensors["metadata"] = [{**sentence, "tags": None} for sentence in tensors["metadata"]]
        return tensors

    def _batches(self) -> List[np.ndarray]:
        order = np.arange(self._size)
        if not self._shuffle:
            if self._by_length:
                order = np.argsort(-self._sizes(), kind="stable")
            batches = self._cut(order, self._batch_size)
            return batches if self._encoded is None else share(batches)
        rng = np.random.default_rng([self._seed, self._epoch])
        self._epoch += 1
        rng.shuffle(order)
        batches = []
        for bucket in self._cut(order, self._bucket):
            batches += self._cut(bucket[np.argsort(self._sizes()[bucket], kind="stable")], self._batch_size)
        return [batches[index] for index in rng.permutation(len(batches))]

    def _share(self, batch: np.ndarray) -> np.ndarray:
        return share(batch) if self._splits_batches else batch

    @staticmethod
    def _cut(order: np.ndarray, size: int) -> List[np.ndarray]:
        return [order[start : start + size] for start in range(0, len(order), size)]

    def _sizes(self) -> np.ndarray:
        """The padding length of each instance: its word pieces, or whatever of it is longest."""
        if self._lengths is None:
            self._lengths = np.array(
                [
                    max(
                        (size for field in instance.get_padding_lengths().values() for size in field.values()),
                        default=0,
                    )
                    for instance in self._instances
                ],
                dtype=np.int64,
            )
        return self._lengths
