"""Batches of inputs of similar length."""

from typing import Iterator, List, Sequence

from seqmix_plugin.distributed import progress_bar


def batches_by_length(
    lengths: Sequence[int], batch_tokens: int, description: str, progress: bool = True
) -> Iterator[List[int]]:
    """
    Groups inputs into batches of similar length, the longest first, and shows a progress bar.

    # Parameters

    lengths : `Sequence[int]`
        Number of tokens of each input.
    batch_tokens : `int`
        Largest number of padded tokens in a batch; an input longer than this is a batch of its own.
    description : `str`
        Text of the progress bar.
    progress : `bool`, optional (default = `True`)
        Whether to show the progress bar.

    # Returns

    `Iterator[List[int]]`
        Indices of the inputs of each batch.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    start = 0
    with progress_bar(total=len(order), desc=description, disable=not progress) as bar:
        while start < len(order):
            batch = order[start : start + max(1, batch_tokens // max(lengths[order[start]], 1))]
            yield batch
            start += len(batch)
            bar.update(len(batch))
