"""Data loader that keeps instances in memory and batches them by length."""

from typing import Any, Iterator, List, NamedTuple, Optional, Tuple, Union

import numpy as np
import torch
from allennlp.data import Batch, DataLoader, DatasetReader, Instance, Vocabulary
from allennlp.data.data_loaders import TensorDict
from allennlp.nn.util import move_to_device

from seqmix_plugin.data.encoded_sentences import EncodedSentences
from seqmix_plugin.distributed import share
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import on_device


class BatchSizes(NamedTuple):
    """The sizes of a loader's batches of training; its parameters of the same names."""

    batch_size: int
    batches_per_bucket: int
    batches_per_epoch: Optional[int]


@DataLoader.register("in_memory")
class InMemoryLoader(DataLoader):
    """
    Batches sentences by length, to save padding. Sentences are indexed and tensorized once and padded batch by batch.

    For training, the order is shuffled in each epoch and divided into buckets of a few batches; sentences are sorted by
    length within a bucket, and the batches are shuffled. Without shuffling, given instances are sorted by length,
    longest first (to score a pool), and those of a reader keep the order of the file (`allennlp evaluate` writes
    predictions in order).

    With `batches_per_epoch` an epoch of training is so many full batches of an endless stream of shuffled passes over
    the sentences, which goes on in the next epoch. Two passes may meet in a batch, and each sentence has come as often
    as any other, give or take one. The number of steps does not depend on that of the sentences, so that methods which
    generate different numbers of sentences are trained equally long.

    In a distributed run each process gets its share of every batch of given instances, so that the processes together
    take the same steps as a single one, and every `world_size`-th batch of encoded sentences, whose scores are exactly
    those of a single process.

    Registered as a `DataLoader` with name "in_memory".

    # Parameters

    batch_size : `int`, optional (default = `32`)
        Number of sentences in a batch.
    evaluation_batch_size : `int`, optional (default = `None`)
        Number of sentences in a batch without shuffling: by default 64 for given instances, and `batch_size` for those
        of a reader, which is what `allennlp evaluate --batch-size` sets.
    batches_per_bucket : `int`, optional (default = `4`)
        Number of batches in a bucket; with 1 the order is entirely random.
    batches_per_epoch : `int`, optional (default = `None`)
        Number of batches in an epoch of training, as in AllenNLP's `multiprocess` loader; by default an epoch is one
        pass over all sentences. It has no effect where nothing is trained.
    reader : `DatasetReader`, optional (default = `None`)
        Passed by AllenNLP, not a configuration key.
    data_path : `str`, optional (default = `None`)
        Passed by AllenNLP, not a configuration key.
    instances : `List[Instance]`, optional (default = `None`)
        Not a configuration key: the instances themselves, instead of `reader` and `data_path`.
    encoded : `EncodedSentences`, optional (default = `None`)
        Not a configuration key: sentences without labels, instead of instances.
    shuffle : `bool`, optional (default = `False`)
        Not a configuration key: whether the batches are for training.
    seed : `int`, optional (default = `0`)
        Not a configuration key: the order of epoch n depends on `seed` and n alone.
    turns : `List[int]`, optional (default = `None`)
        Not a configuration key: how many of the given instances, one after the other, share a place in the training
        data; pass n has number n of them, or of n modulo their number. By default each has a place of its own.
    """

    def __init__(
        self,
        batch_size: int = 32,
        evaluation_batch_size: Optional[int] = None,
        batches_per_bucket: int = 4,
        batches_per_epoch: Optional[int] = None,
        reader: Optional[DatasetReader] = None,
        data_path: Optional[str] = None,
        instances: Optional[List[Instance]] = None,
        encoded: Optional[EncodedSentences] = None,
        shuffle: bool = False,
        seed: int = 0,
        turns: Optional[List[int]] = None,
    ) -> None:
        for name, value in {
            "batch_size": batch_size,
            "evaluation_batch_size": evaluation_batch_size,
            "batches_per_bucket": batches_per_bucket,
            "batches_per_epoch": batches_per_epoch,
        }.items():
            if value is not None and value < 1:
                raise ConfigurationError(f"data_loader.{name} is {value}; expected 1 or more")
        # Batches of given instances are split between processes; a reader gives each process instances of its own.
        self._splits_batches = instances is not None
        self._is_given = instances is not None or encoded is not None
        if not self._is_given:
            if reader is None or data_path is None:
                raise ConfigurationError("the in_memory data loader needs instances, or a reader and a data path")
            instances = list(reader.read(data_path))
        self._instances = instances or []
        self._encoded = encoded
        self._turns = None if turns is None else np.array(turns, dtype=np.int64)
        self._size = len(self._instances if turns is None else turns) if encoded is None else len(encoded)
        self._lengths: Optional[np.ndarray] = None if encoded is None else encoded.lengths
        self.sizes = BatchSizes(batch_size, batches_per_bucket, batches_per_epoch)
        """The sizes of batches of training."""
        unshuffled = evaluation_batch_size or (64 if self._is_given else batch_size)
        self._batch_size = batch_size if shuffle else unshuffled
        self._bucket = batch_size * batches_per_bucket
        self._batches_per_epoch = batches_per_epoch
        self._shuffle = shuffle
        self._seed = seed
        self._epoch = 0
        self._device: Optional[torch.device] = None

    def __len__(self) -> int:
        if not self._shuffle:
            batches = range(-(-self._size // self._batch_size))
            return len(batches if self._encoded is None else share(batches))
        if self._batches_per_epoch is not None and self._size > 0:
            return self._batches_per_epoch
        full, rest = divmod(self._size, self._bucket)
        return full * (self._bucket // self._batch_size) + -(-rest // self._batch_size)

    def __iter__(self) -> Iterator[TensorDict]:
        for _, batch in self.positioned_batches():
            yield batch

    def positioned_batches(self) -> Iterator[Tuple[np.ndarray, TensorDict]]:
        """
        Batches with the positions of their instances in the given list.

        # Returns

        `Iterator[Tuple[np.ndarray, TensorDict]]`
            Positions of shape `(batch_size,)`, and the batch on the target device.
        """
        for positions in self._batches():
            mine = self._share(positions)
            tensors = self._tensors(mine) if len(mine) > 0 else uncounted(self._tensors(positions[:1]))
            yield mine, tensors if self._device is None else _moved(tensors, self._device)

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

    def _batches(self) -> List[np.ndarray]:
        """The positions of each batch of the next epoch."""
        order = np.arange(self._size)
        if self._shuffle:
            rng = np.random.default_rng([self._seed, self._epoch])
            if self._batches_per_epoch is None:
                rng.shuffle(order)
                order = self._of_pass(order, self._epoch)
            elif self._size > 0:
                size = self._batches_per_epoch * self._batch_size
                order = part_of_stream(self._seed, self._epoch, size, self._size)
                order = self._of_pass(order, (self._epoch * size + np.arange(size)) // self._size)
            self._epoch += 1
            buckets = (
                bucket[np.argsort(self._padding()[bucket], kind="stable")] for bucket in _cut(order, self._bucket)
            )
            batches = [batch for bucket in buckets for batch in _cut(bucket, self._batch_size)]
            return [batches[index] for index in rng.permutation(len(batches))]
        if self._is_given:
            order = np.argsort(-self._padding(), kind="stable")
        batches = _cut(order, self._batch_size)
        return batches if self._encoded is None else share(batches)

    def _of_pass(self, places: np.ndarray, number: Union[int, np.ndarray]) -> np.ndarray:
        """The positions of the instances that are at these places of the training data in a pass, or in one each."""
        if self._turns is None:
            return places
        firsts = np.cumsum(self._turns) - self._turns
        return firsts[places] + number % self._turns[places]

    def _share(self, batch: np.ndarray) -> np.ndarray:
        return share(batch) if self._splits_batches else batch

    def _padding(self) -> np.ndarray:
        """The padding length of each instance: its word pieces, or its longest field."""
        if self._lengths is None:
            fields = (instance.get_padding_lengths().values() for instance in self._instances)
            self._lengths = np.array(
                [max((size for field in some for size in field.values()), default=0) for some in fields], dtype=np.int64
            )
        return self._lengths


def part_of_stream(seed: int, number: int, size: int, num_items: int, stream: int = 1) -> np.ndarray:
    """
    The positions in part `number`, of this size, of an endless stream of passes over some items, each in an order of
    its own. Two streams of one seed have different numbers.
    """
    start, end = number * size, (number + 1) * size
    first, last = start // num_items, -(-end // num_items)
    passes = [np.random.default_rng([seed, number, stream]).permutation(num_items) for number in range(first, last)]
    return np.concatenate(passes)[start - first * num_items : end - first * num_items]


def uncounted(batch: TensorDict) -> TensorDict:
    """
    A batch whose words are masked, for a process without a share of a small batch, because each process must take part
    in each step.
    """
    tensors: Any = batch
    for indexed in tensors["tokens"].values():
        if "mask" in indexed:
            indexed["mask"].zero_()
    if "metadata" in tensors:
        tensors["metadata"] = [{**sentence, "tags": None} for sentence in tensors["metadata"]]
    return tensors


def _moved(batch: Any, device: torch.device) -> Any:
    """A batch on its device."""
    if isinstance(batch, dict):
        return {name: _moved(value, device) for name, value in batch.items()}
    return on_device(batch, device) if isinstance(batch, torch.Tensor) else move_to_device(batch, device)


def _cut(order: np.ndarray, size: int) -> List[np.ndarray]:
    return [order[start : start + size] for start in range(0, len(order), size)]
